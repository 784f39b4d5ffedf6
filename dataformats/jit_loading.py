"""Kernels in the cache are loaded without what only a compiler needs.

numba has no setting for either of these, which together take longer than all else that a kernel in the cache waits for:

- Before it compiles its first function or loads it from the cache, it calls every package that announces an extension
  (entry points ``numba_extensions``). Those of awkward and vector are large, and kernels take flat arrays only. So no
  extension is called while a kernel is made ready.
- Before it looks into the cache, it fills the tables of its compiler with every function of Python and numpy that it
  knows. Machine code from the cache needs the runtime only; so tables are filled when the cache has no code.

Whatever else numba compiles, before or after, finds extensions and tables. The steps of numba that are changed are not
public: where one of them is missing, numba works as it always does.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any

from numba.core import entrypoints
from numba.core.runtime import rtsys
from numba.cpython import hashing  # noqa: F401 (announces symbols that machine code may refer to)

__all__ = ["load_quickly"]


def load_quickly(dispatcher: Any) -> None:
    """Change how numba's dispatcher of one kernel gets its machine code."""
    if hasattr(dispatcher, "_compile_for_args"):
        dispatcher._compile_for_args = without_extensions(dispatcher._compile_for_args)  # noqa: SLF001
    cache = getattr(dispatcher, "_cache", None)
    if cache is not None and hasattr(cache, "_load_overload"):
        cache.load_overload = _cache_first(cache)


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


def _cache_first(cache: Any) -> Callable[[Any, Any], Any]:
    """`Cache.load_overload`, which fills the compiler's tables only if there is no code for these types."""
    fill_and_load = cache.load_overload

    @functools.wraps(fill_and_load)
    def load_overload(signature: Any, target: Any) -> Any:
        rtsys.initialize(target)
        found = cache._load_overload(signature, target)  # noqa: SLF001
        return fill_and_load(signature, target) if found is None else found

    return load_overload
