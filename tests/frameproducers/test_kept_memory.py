"""Large arrays of zeros get memory that was used before, and never any that somebody still looks at."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from frameproducers import kept_memory
from frameproducers.kept_memory import LEAST, MOST, zeros

ROW = 2**18
"""Numbers of float32 in `LEAST` bytes."""


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    kept_memory._KEPT.pieces.clear()
    yield
    kept_memory._KEPT.pieces.clear()


def place(array: np.ndarray) -> int:
    return int(array.ctypes.data)


def test_memory_that_nobody_holds_is_used_again_and_is_zero() -> None:
    first = zeros((4, ROW))
    at = place(first)
    first[...] = 7.0
    del first
    again = zeros((5, ROW))
    assert place(again) == at
    assert again.shape == (5, ROW)
    assert again.dtype == np.float32
    assert again.flags.c_contiguous
    assert not again.any()


def test_a_view_keeps_memory_from_being_used_again() -> None:
    whole = zeros((4, ROW))
    whole[...] = 7.0
    view = whole[1:3, ::2].reshape(-1)[5:].view(np.int32)
    expected = view.copy()
    del whole
    other = zeros((4, ROW))
    other[...] = 9.0
    np.testing.assert_array_equal(view, expected)


def test_several_live_arrays_have_memory_of_their_own() -> None:
    arrays = [zeros((2, ROW)) for _ in range(3)]
    places = {place(array) for array in arrays}
    assert len(places) == 3
    arrays.clear()
    assert {place(array) for array in [zeros((2, ROW)) for _ in range(3)]} == places


@pytest.mark.parametrize("shape", [(0, 5), (3,), (LEAST // 4 - 1,), (MOST // 4 + 1,)])
def test_little_and_too_much_is_not_kept(shape: tuple[int, ...]) -> None:
    array = zeros(shape)
    assert array.shape == shape
    assert not array[:3].any()
    assert not kept_memory._KEPT.pieces


def test_no_more_is_kept_than_the_limit() -> None:
    held = [zeros((64, ROW)) for _ in range(5)]
    assert [array.size for array in held] == [64 * ROW] * 5
    assert [piece.size for piece in kept_memory._KEPT.pieces] == [80 * LEAST] * 3
    held.clear()
    zeros((128, ROW))
    assert [piece.size for piece in kept_memory._KEPT.pieces] == [160 * LEAST]


def test_threads_do_not_share() -> None:
    places = [place(zeros((4, ROW)))]
    kept: list[int] = []

    def elsewhere() -> None:
        kept.append(len(kept_memory._KEPT.pieces))
        zeros((4, ROW))
        kept.append(len(kept_memory._KEPT.pieces))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert kept == [0, 1]
    assert [place(piece) for piece in kept_memory._KEPT.pieces] == places
