"""One way to compile a kernel, with types that mypy keeps.

>>> from dataformats.jit import kernel
>>> @kernel
... def add(a: float, b: float) -> float:
...     return a + b
>>> add(1.0, 2.0)
3.0
>>> add.py_func(1.0, 2.0)
3.0

Compiled code is kept on disk. numba itself compiles again only when the file of the kernel changes, not when a function
or table that the kernel uses changes elsewhere, and would then silently run old geometry. So the code is kept in a
folder of its own for every state of the sources; NUMBA_CACHE_DIR, if set, overrules it.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from numba import njit
from numba.core import config

from dataformats.jit_loading import load_quickly

__all__ = ["Kernel", "announced", "kernel"]

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)

_SOURCES = (
    "dataformats/**/*.py",
    "frameproducers/kernels/*.py",
    "simulation/kernels/*.py",
    "simulation/hadron_response.py",
    "simulation/random_numbers.py",
    "taggers/training/kernels.py",
)
"""Files that hold kernels, and all they look at; a test compares the list with what they import."""
LONG = 2.0
"""Seconds after which somebody who waits for kernels deserves a word."""
_KEPT_DAYS = 30
"""Code of a state of the sources that was not used for so long is deleted."""


class Kernel(Protocol[P, R_co]):
    """A compiled function that still knows the Python function it was made of."""

    @property
    def py_func(self) -> Callable[P, R_co]:
        """The function as plain Python, for tests and debuggers."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Run the machine code; the first call with new argument types compiles it."""


def kernel(function: Callable[P, R_co]) -> Kernel[P, R_co]:
    """Compile on first call, keep the result on disk, release the GIL while running."""
    compiled: Kernel[P, R_co] = njit(cache=True, nogil=True)(function)
    load_quickly(compiled)
    return compiled


@contextlib.contextmanager
def announced(logger: str, what: str = "kernels") -> Iterator[None]:
    """Say so if what is inside had to compile kernels: quick from the cache, several seconds on the very first run.

    Args:
        logger: name of the logger.
        what: is being made ready.
    """
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    if seconds > LONG:
        logging.getLogger(logger).info("compiled %s in %.0f s; the next job finds them ready", what, seconds)


def fingerprint(files: Iterable[Path]) -> str:
    """A word that changes when one of the files does."""
    states = sorted((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return hashlib.sha256(repr(states).encode()).hexdigest()[:16]


def sources(root: Path) -> list[Path]:
    """All files below the root of the project whose content compiled kernels may depend on."""
    return [file for pattern in _SOURCES for file in root.glob(pattern)]


def _keep_code_by_state_of_sources() -> None:
    """Choose the folder for compiled code; without a home to write to, numba's own choice stays."""
    root = Path(__file__).resolve().parents[1]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "e2efw" / "kernels"
    folder = cache / fingerprint(sources(root))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        forgotten = [other for other in cache.iterdir() if other.stat().st_mtime < time.time() - _KEPT_DAYS * 86400]
    except OSError:
        return
    config.CACHE_DIR = str(folder)
    for other in forgotten:
        shutil.rmtree(other, ignore_errors=True)


if not config.CACHE_DIR:
    _keep_code_by_state_of_sources()
