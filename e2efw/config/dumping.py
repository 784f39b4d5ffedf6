"""How dumps are laid out: four blanks a level, five list elements a line, very long argument lists in pieces."""

import keyword
from collections.abc import Iterable, Iterator, Sequence

STEP = 4
_LONG_LIST = 256
_MANY_ARGUMENTS = 200


def _pieces(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _block(lines: Iterable[str], indent: int) -> str:
    """Comma-separated lines between the parentheses of a call that began at ``indent``."""
    inner = " " * (indent + STEP)
    return "\n" + ",\n".join(inner + line for line in lines) + "\n" + " " * indent


def elements(texts: Sequence[str], per_line: int, indent: int) -> str:
    """The elements of a list parameter; lists of 256 and more are wrapped in a tuple.

    Args:
        texts: Python source of each element.
        per_line: how many of them share a line.
        indent: blanks before the line that the call began on.
    """
    if len(texts) >= _LONG_LIST:
        inner = indent + STEP
        lines = [", ".join(piece) for piece in _pieces(texts, per_line)]
        return _block([f"({_block(lines, inner)})"], indent)
    if len(texts) <= per_line and not any("\n" in text for text in texts):
        return ", ".join(texts)
    return _block((", ".join(piece) for piece in _pieces(texts, per_line)), indent)


def _as_dict(pairs: Sequence[tuple[str, str]], indent: int) -> str:
    """``**{...}`` for names that cannot be keywords of a call."""
    return "**{" + _block([f"{name!r}: {text}" for name, text in pairs], indent) + "}"


def arguments(first: Sequence[str], named: Sequence[tuple[str, str]], indent: int) -> str:
    """What stands between the parentheses of a module or PSet.

    Args:
        first: positional arguments, on the line of the call.
        named: parameter names and their Python source, already dumped at ``indent + STEP``.
        indent: blanks before the line that the call began on.
    """
    if not named:
        return ", ".join(first)
    spelled = [f"{name} = {text}" for name, text in named if _can_be_keyword(name)]
    odd = [(name, text) for name, text in named if not _can_be_keyword(name)]
    inner = indent + STEP
    if len(named) > _MANY_ARGUMENTS:
        starts = range(0, len(named), _MANY_ARGUMENTS)
        spelled = [_as_dict(named[start : start + _MANY_ARGUMENTS], inner) for start in starts]
        odd = []
    lines = [*spelled, *([_as_dict(odd, inner)] if odd else [])]
    head = ", ".join(first) + ("," if first else "")
    return head + _block(lines, indent)


def _can_be_keyword(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)
