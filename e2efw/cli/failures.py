"""What an error means to the shell: its CMSSW category and exit code, and one message."""

import os
import traceback
from collections.abc import Sequence
from typing import NamedTuple

import typer

from e2efw.errors import E2EFWError


class Failure(NamedTuple):
    """An error as CMSSW numbers it.

    Args:
        text: its message and the notes on where it happened.
    """

    category: str
    code: int
    text: str


def failure(error: BaseException) -> Failure:
    """Category, exit code and message of an error."""
    if isinstance(error, E2EFWError):
        category, code = error.category, error.exit_code
    elif isinstance(error, MemoryError):
        category, code = "BadAlloc", 8004
    elif isinstance(error, KeyboardInterrupt):
        category, code = "CaughtSignal", 9000
    else:
        category, code = f"StdException ({type(error).__name__})", 8002
    notes = [f"  {note}" for note in getattr(error, "__notes__", [])]
    return Failure(category, code, "\n".join([str(error), *notes]))


def explain(error: Exception, arguments: Sequence[str]) -> int:
    """Print one message, the traceback only on request; returns the exit code."""
    if "--debug" in arguments or "E2EFW_DEBUG" in os.environ:
        traceback.print_exception(error)
    category, code, text = failure(error)
    lines = [f"{category}: {text}"]
    if code == 8002 and "--debug" not in arguments:
        lines.append("  (--debug shows the traceback)")
    typer.secho("\n".join([*lines, f"  exit code {code}"]), fg="red", err=True)
    return code
