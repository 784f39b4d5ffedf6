"""Everything that the benchmark of frames times: ours, its peers and the floor, by the name that tables give them.

Every way is compared with ours when it is made: numba and C++ bit for bit, what sums in double within rounding.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.histograms import PEERS, cropped, histogrammed
from benchmarks.inputs import Sample
from benchmarks.nested_vectors import NestedVectors, Task
from benchmarks.numba_twin import twin_pictures, twin_windows
from dataformats.frames import Windows
from frameproducers.pictures import pictures

FRESH, SAME, NUMBA = "ours, fresh memory", "ours, same memory", "numba, plain loops"
FLOOR_FRESH, FLOOR_SAME = "floor, fresh memory", "floor, same memory"
NESTED, NESTED_IDS = "nested vectors, C++", "the same from detids"
EXACT: Final = "np.add.at"
"""The one of the peers that sums in float32 in the order of the hits, as ours does."""

Floats = NDArray[np.float32]
Ways = dict[str, Callable[[], object]]


def floors(used: Floats) -> Ways:
    """What `memset` takes for as many bytes, into memory that is asked for anew, or into memory that is there.

    Fresh memory is written twice: by the operating system, page by page, and by memset. Ours relies on the first, and
    pages in which it has nothing to draw wait for their first reader.
    """

    def fresh() -> None:
        made = np.empty(used.shape, np.float32)
        ctypes.memset(made.ctypes.data, 0, made.nbytes)

    return {FLOOR_FRESH: fresh, FLOOR_SAME: lambda: ctypes.memset(used.ctypes.data, 0, used.nbytes)}


@contextmanager
def picture_ways(names: Sequence[str], sample: Sample, program: Path | None) -> Iterator[Ways]:
    """Full pictures of all events, (events, channels, 280, 360); without a program there are no nested vectors."""
    inputs = sample.inputs
    used = np.empty_like(drawn := pictures(names, inputs))
    peers: Ways = {name: partial(histogrammed, names, inputs, peer) for name, peer in PEERS.items()}
    np.testing.assert_array_equal(pictures(names, inputs, out=used), drawn)
    np.testing.assert_array_equal(twin_pictures(names, inputs), drawn)
    for name, peer in PEERS.items():
        tolerance = 0.0 if name == EXACT else 1e-5
        np.testing.assert_allclose(histogrammed(names, inputs, peer), drawn, rtol=tolerance, atol=tolerance)
    ways: Ways = {
        FRESH: partial(pictures, names, inputs),
        SAME: partial(pictures, names, inputs, out=used),
        NUMBA: partial(twin_pictures, names, inputs),
        **peers,
        **floors(used),
    }
    task = Task(names, inputs, sample.windows(names), (0, drawn.shape[2]))
    with nested_ways(program, task) as nested:
        for each in nested.values():
            np.testing.assert_array_equal(each.pictures(), drawn)
        del drawn
        yield ways | {name: each.draw_pictures for name, each in nested.items()}


@contextmanager
def window_ways(make: Callable[[], Windows], task: Task, program: Path | None) -> Iterator[Ways]:
    """All windows, (windows, channels, height, width), made by a producer from the hits or cut out of full pictures."""
    names, inputs, places, rows = task
    exact = partial(histogrammed, names, inputs, PEERS[EXACT])
    ways: Ways = {
        FRESH: make,
        f"full picture ({EXACT}), crop": lambda: cropped(exact(), places, rows),
        NUMBA: partial(twin_windows, names, inputs, places, rows),
        **floors(np.zeros_like(places.pixels)),
    }
    drawn = places.pixels
    np.testing.assert_array_equal(cropped(exact(), places, rows), drawn)
    np.testing.assert_array_equal(twin_windows(names, inputs, places, rows), drawn)
    with nested_ways(program, task) as nested:
        for each in nested.values():
            np.testing.assert_array_equal(each.windows(), drawn)
        yield ways | {name: each.draw_windows for name, each in nested.items()}


@contextmanager
def nested_ways(program: Path | None, task: Task) -> Iterator[dict[str, NestedVectors]]:
    """The C++ program, twice, running; nothing where there is none."""
    if program is None:
        yield {}
        return
    with NestedVectors(program, task) as points, NestedVectors(program, task, from_detids=True) as ids:
        yield {NESTED: points, NESTED_IDS: ids}
