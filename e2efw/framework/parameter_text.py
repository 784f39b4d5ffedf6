"""Parameter sets back from their canonical line of text, in our words or in CMSSW's.

Each parameter reads ``name=<+|-><code>(value)``, ``+`` for tracked. CMSSW writes strings as hexadecimal digits under
the codes ``S``, ``s`` and ``v``, newest releases as they are under ``Z`` and ``z`` with a zero byte at their ends; we
write them as they are (see `canonical`). Lists of ids stand without brackets, ``q{id,id}``.

Source of the form: CMSSW's ``ParameterSet::toString`` and ``Entry``, and files of releases 2.2 to 15.1.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

_SCALARS: Final[Mapping[str, str]] = {
    "B": "bool",
    "I": "int32",
    "U": "uint32",
    "L": "int64",
    "X": "uint64",
    "D": "double",
    "S": "string",
    "Z": "string",
    "P": "PSet",
    "Q": "PSet",
    "E": "EventID",
    "M": "LuminosityBlockID",
    "A": "LuminosityBlockRange",
    "R": "EventRange",
}
"""By code; the small letter is the vector of the same."""
_OTHERS: Final[Mapping[str, str]] = {
    "F": "FileInPath",
    "T": "path",
    "t": "InputTag",
    "v": "VInputTag",
    "g": "ESInputTag",
    "G": "VESInputTag",
}
_HEAD: Final = re.compile(r"([^=;<>()]+)=([+-])([A-Za-z])(\(|(?=\{))")
_END: Final = re.compile(r"\)(?=;[^=;<>()]+=[+-][A-Za-z][({]|$)")
_BARE_END: Final = re.compile(r"(?<=\})(?=;|$)")
_UNESCAPED_COMMA: Final = re.compile(r"(?<!\\),")
_ZEROS: Final = re.compile(r"\0,?\0?")
"""Between strings that end with a zero byte."""
_NESTED: Final = re.compile(r"\\.|[<>]", re.DOTALL)


class StoredParameter(NamedTuple):
    """One parameter.

    Args:
        type: as a cfg writes it.
        value: JSON data; nested parameter sets are dicts of parameters, or ids of 32 digits if they stand elsewhere.
            What does not read as its code says stays text.
    """

    type: str
    tracked: bool
    value: Any


def parsed(text: str) -> dict[str, StoredParameter]:
    """The parameters of a set by name.

    Raises:
        ValueError: the text is of another form; says where.
    """
    body, position = _inside(text), 0
    found: dict[str, StoredParameter] = {}
    while position < len(body):
        head = _HEAD.match(body, position)
        if head is None:
            raise ValueError(f"no parameter begins with {body[position : position + 20]!r}")
        name, sign, code, bracket = head.groups()
        end = _end(body, head.end(), code, bare=not bracket)
        found[name] = StoredParameter(_type(code), sign == "+", _value(code, body[head.end() : end]))
        position = end + len(bracket) + 1
    return found


def _inside(text: str) -> str:
    if not (text.startswith("<") and text.endswith(">")):
        raise ValueError(f"a parameter set stands between < and >, not {text[:20]!r}")
    return text[1:-1]


def _end(body: str, start: int, code: str, *, bare: bool) -> int:
    """Where a value ends: at its bracket, or behind a list without one."""
    if code in "Pp":
        for depth, end in _depths(body, start):
            if depth == 0:
                start = end
                if not body.startswith(",", end):
                    break
    found = (_BARE_END if bare else _END).search(body, start)
    if found is None:
        raise ValueError(f"the value that begins with {body[start : start + 20]!r} has no end")
    return found.start()


def _depths(text: str, start: int) -> Iterator[tuple[int, int]]:
    """After each < or > that no backslash precedes: how many are open, and the position after it."""
    depth = 0
    for mark in _NESTED.finditer(text, start):
        depth += {"<": 1, ">": -1}.get(mark.group(), 0)
        if mark.group() in "<>":
            yield depth, mark.end()


def _type(code: str) -> str:
    if code in _OTHERS:
        return _OTHERS[code]
    if code in _SCALARS:
        return _SCALARS[code]
    if code.upper() not in _SCALARS:
        return f"{code}?"
    kind = _SCALARS[code.upper()]
    return f"V{kind}" if kind[0].isupper() else f"v{kind}"


def _value(code: str, text: str) -> Any:
    def one(item: str) -> Any:
        try:
            return _READERS.get(code if code in _OTHERS else code.upper(), str)(item)
        except ValueError:
            return item

    is_list = text.startswith("{") and text.endswith("}") and (code.islower() or code == "G") and code not in "tg"
    if not is_list:
        return one(text)
    inside = text[1:-1]
    if code == "p":
        return list(map(one, _sets(inside)))
    if inside.startswith("\0"):
        return _ZEROS.split(inside[1:-1])
    return [one(item) for item in _UNESCAPED_COMMA.split(inside)] if inside else []


def _sets(text: str) -> Iterator[str]:
    """The texts of several sets, with a comma between."""
    start = 0
    for depth, end in _depths(text, 0):
        if depth == 0:
            yield text[start:end]
            start = end + 1


def _tag(text: str) -> str:
    """A tag in a list: hexadecimal digits of what begins with a letter, or as it is."""
    if re.fullmatch(r"[2-7][0-9A-Fa-f](?:[0-9A-Fa-f]{2})*", text):
        return bytes.fromhex(text).decode(errors="replace")
    return text


def _plain(text: str) -> str:
    text = text.removesuffix("\0")
    return re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] == "n" else escaped[1], text)


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "B": lambda text: text == "true",
    "I": int,
    "U": int,
    "L": int,
    "X": int,
    "D": float,
    "S": lambda text: bytes.fromhex(text).decode(errors="replace"),
    "Z": _plain,
    "P": parsed,
    "v": _tag,
}
