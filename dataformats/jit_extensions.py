"""Kernels do without the extensions of numba that other packages bring.

Before numba compiles its first function, or loads it from the cache, it calls every package that announces an
extension (entry points ``numba_extensions``). Those of awkward and vector are large: loading them takes longer than
all else that a kernel in the cache waits for, and kernels take flat arrays only. So no extension is called while a
kernel is made ready. Whatever else numba compiles, before or after, finds all of them.

numba has no setting for this, so its function `init_all` is wrapped; a numba without it works as it always does.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any

from numba.core import entrypoints

__all__ = ["without_extensions"]


class _Thread(threading.local):
    """What a thread is doing."""

    kernels = 0
    """How many kernels it is making ready just now: one that calls another compiles it too."""


_thread = _Thread()


def without_extensions(make_ready: Callable[..., Any]) -> Callable[..., Any]:
    """The same step of a kernel's dispatcher, during which numba calls no extension in this thread."""

    @functools.wraps(make_ready)
    def alone(*args: Any, **kwargs: Any) -> Any:
        _thread.kernels += 1
        try:
            return make_ready(*args, **kwargs)
        finally:
            _thread.kernels -= 1

    return alone


def _unless_for_a_kernel(call_extensions: Callable[[], None]) -> Callable[[], None]:
    @functools.wraps(call_extensions)
    def init_all() -> None:
        if not _thread.kernels:
            call_extensions()

    return init_all


if hasattr(entrypoints, "init_all"):
    entrypoints.init_all = _unless_for_a_kernel(entrypoints.init_all)
