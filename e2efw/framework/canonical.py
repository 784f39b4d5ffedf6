"""Parameter sets as one canonical line of text, and the ids that follow from it.

Each parameter reads ``name=+<code>(value)``, sorted by name; ``+`` says that it is tracked, and only those enter. A
capital code is one value, a small one a list, except that ``t`` is an InputTag, ``v`` a list of them, ``g`` an
ESInputTag and ``G`` a list of these. Strings stand as they are, with a backslash before what would end them.

Source of the form: CMSSW's ``ParameterSet::toString``.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

_CODES: Final[Mapping[str, str]] = {
    "bool": "B",
    "int32": "I",
    "uint32": "U",
    "int64": "L",
    "uint64": "X",
    "double": "D",
    "string": "Z",
    "FileInPath": "F",
    "InputTag": "t",
    "VInputTag": "v",
    "ESInputTag": "g",
    "VESInputTag": "G",
    "PSet": "P",
    "VPSet": "p",
    "ParameterSetID": "Q",
    "vbool": "b",
    "vint32": "i",
    "vuint32": "u",
    "vint64": "l",
    "vuint64": "x",
    "vdouble": "d",
    "vstring": "z",
}
_SPECIAL = re.compile(r"[\\(){}<>,;]")


def canonical(parameters: Mapping[str, Any], types: Mapping[str, str]) -> str:
    """The text of a parameter set.

    Args:
        parameters: values of the tracked parameters, as JSON data.
        types: cfg type of each, such as ``double``; one that is missing follows from the value.
    """
    coded = (
        f"{name}=+{_CODES.get(types.get(name, ''), '') or _guessed(value)}({_text(value)})"
        for name, value in sorted(parameters.items())
    )
    return f"<{';'.join(coded)}>"


def md5(text: str) -> str:
    """The id of a canonical text: 32 hexadecimal digits."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _guessed(value: Any) -> str:
    """The code of a value whose type nobody wrote down."""
    if isinstance(value, list | tuple):
        return _guessed(value[0]).lower() if value else "z"
    if isinstance(value, Mapping):
        return "P"
    if isinstance(value, bool):
        return "B"
    if isinstance(value, int):
        return "I" if -(2**31) <= value < 2**31 else "L"
    return "D" if isinstance(value, float) else "Z"


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"{{{','.join(map(_text, value))}}}"
    if isinstance(value, Mapping):
        return canonical(value, {})
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return _SPECIAL.sub(r"\\\g<0>", str(value)).replace("\n", "\\n")
