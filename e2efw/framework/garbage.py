"""Python's collector of garbage rests while a job starts, and when the command ends.

Imports make some hundred thousand objects that stay to the end. The collector would look at all of them again and
again and find nothing, which takes a quarter of the time to the first event, and once more when Python ends. What lives
longer without it is little: circles of objects, of which starting makes few.
"""

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["collect_from_here", "leave", "uncollected"]


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """The collector rests until `collect_from_here`, at most until the end."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_from_here() -> None:
    """From now on objects are collected, but for those that are here already."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def leave(*, process_ends: bool) -> None:
    """A command is over: nobody needs to look for garbage any more, or everything is collected again."""
    if process_ends:
        gc.freeze()
    else:
        gc.unfreeze()
