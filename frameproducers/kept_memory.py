"""Memory for many windows, which a stream uses again block after block.

Fresh memory comes from the operating system page by page, which can take longer than drawing the windows into it.
"""

import math
import sys
import threading
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 2**20
"""Bytes; numpy itself finds less quickly."""
MOST: Final = 2**28
"""Bytes that are kept for a thread, until it ends."""


class _Kept(threading.local):
    """What one thread keeps."""

    def __init__(self) -> None:
        self.pieces: list[NDArray[np.uint8]] = []


_KEPT: Final = _Kept()


def zeros(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Zeros of float32, in memory of this thread that no array looks at any more, if there is enough in one piece.

    Args:
        shape: of the array; every view of it keeps its memory from being used again.
    """
    size = np.dtype(np.float32).itemsize * math.prod(shape)
    if not LEAST <= size <= MOST:
        return np.zeros(shape, np.float32)
    memory = _piece(size)[:size]
    memory.fill(0)
    return memory.view(np.float32).reshape(shape)


def _piece(size: int) -> NDArray[np.uint8]:
    """Memory of at least so many bytes, whatever it holds."""
    pieces = _KEPT.pieces
    for number, room in enumerate([piece.size for piece in pieces]):
        if room >= size and _is_free(number):
            return pieces[number]
    fresh = np.empty(size + size // 4, np.uint8)  # the next block may have a few windows more
    if fresh.size + sum(piece.size for piece in pieces) > MOST:
        pieces[:] = [pieces[number] for number in range(len(pieces)) if not _is_free(number)]
    if fresh.size + sum(piece.size for piece in pieces) <= MOST:
        pieces.append(fresh)
    return fresh


def _is_free(number: int) -> bool:
    """Whether nobody else holds a piece: numpy's views all refer to the array that owns their memory."""
    return _references(_KEPT.pieces, number) == _ALONE


def _references(pieces: list[NDArray[np.uint8]], number: int) -> int:
    """To a piece, that of the list and those of the question among them, whose number depends on the interpreter."""
    return sys.getrefcount(pieces[number])


_ALONE: Final = _references([np.empty(1, np.uint8)], 0)
"""References to a piece that nobody else holds."""
