"""Imports that a configuration needs or forbids."""

import sys
from collections.abc import Iterable

from e2efw.config.origin import here

_statements: dict[type, str] = {}


def register_special_import(kind: type, statement: str) -> None:
    """Say which import a dump needs where an object of this type is in it.

    Raises:
        RuntimeError: the type has one already.
    """
    if kind in _statements:
        raise RuntimeError(f"{kind.__name__} has a special import already: {_statements[kind]!r} ({here()}).")
    _statements[kind] = statement


def special_import(kind: type) -> str:
    """The import that a dump of this type needs; where none is registered it follows from the module."""
    return _statements.get(kind, f"from {kind.__module__} import {kind.__name__}")


def special_imports(kinds: Iterable[type]) -> list[str]:
    """The import lines for these types, sorted, each once."""
    return sorted({special_import(kind) for kind in kinds})


def checkImportPermission(minLevel: int = 2, allowedPatterns: Iterable[str] = ()) -> None:
    """Let a fragment refuse to be imported from anywhere but a cfg or its like.

    Args:
        minLevel: how deep in a chain of imports it may be: 1 for by the cfg itself, 2 for by a file the cfg imports.
        allowedPatterns: parts of file names that may import it at any depth.

    Raises:
        ImportError: it is imported deeper, by a file that is not allowed.
    """
    patterns = list(allowedPatterns)
    chain = _chain_of_imports()
    if len(chain) - 1 <= minLevel:
        return
    importer = chain[1]
    if not any(pattern in importer for pattern in patterns):
        raise ImportError(
            f"{chain[0]} must not be imported by {importer}: at most {minLevel} imports deep"
            f"{f', or by files named like {patterns}' if patterns else ''}, here {len(chain) - 1} ({here()})."
        )


def _chain_of_imports() -> list[str]:
    """Files whose top level is being executed, the innermost first."""
    files = []
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__", "").split(".")[0] != "e2efw":
            files.append(frame.f_code.co_filename)
        if frame.f_globals.get("__name__") == "__main__" and files:
            break
        frame = frame.f_back  # type: ignore[assignment]
    return files
