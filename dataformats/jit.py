"""One way to compile a kernel, with types that mypy keeps.

>>> from dataformats.jit import kernel
>>> @kernel
... def add(a: float, b: float) -> float:
...     return a + b
>>> add(1.0, 2.0)
3.0
>>> add.py_func(1.0, 2.0)
3.0
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from numba import njit

__all__ = ["Kernel", "kernel"]

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


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
    return compiled
