"""Pictures per second, against numpy, nested vectors in C++ and the memory floor, on one thread.

    python -m benchmarks.frames

Inputs are the events of the packaged sample, repeated, hot. The floor writes as many bytes as the pictures have, once,
into fresh memory as ours does, or into memory that is used again and again. The C++ program is timed by itself, in a
process of its own, between the shuffled rounds of the others.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import boost_histogram as bh
import numpy as np
from numpy.typing import NDArray

from benchmarks.inputs import LAYERS, Sample, sample
from benchmarks.nested_vectors import CHANNELS, compiler, nested_vectors
from benchmarks.timing import Timing, print_rates, timed
from dataformats.geometry.detids import ee_hash, unpack_eb, unpack_ee, unpack_hcal
from dataformats.geometry.picture import COLUMNS, EE_PIXEL, HBHE_COLUMNS, HBHE_ROWS, ROWS, eb_pixel, hbhe_pixel
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from frameproducers.pictures import pictures

N_EVENTS = 256
REPEATS = 9
Picture = NDArray[np.float32]
Add = Callable[[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]], None]


def numpy_pictures(inputs: Inputs, add: Add) -> Picture:
    """(events, 2, 280, 360) ECAL and HCAL as numpy does it: detids to pixels, then one scatter per layer."""
    n_events = len(inputs.eb_hits)
    out = np.zeros((n_events, 2, ROWS, COLUMNS), np.float32)
    towers = np.zeros((n_events, HBHE_ROWS * HBHE_COLUMNS), np.float32)
    ecal = out[:, 0].reshape(n_events, -1).copy()
    for hits, pixel in ((inputs.eb_hits, _eb_pixels(inputs.eb_hits)), (inputs.ee_hits, _ee_pixels(inputs.ee_hits))):
        energy = hits.flat("energy")
        used = (energy > 0) & (pixel >= 0)
        add(ecal.reshape(-1), (_event(hits) * (ROWS * COLUMNS) + pixel)[used], energy[used])
    _add_towers(inputs.hbhe_hits, towers, add)
    out[:, 0] = ecal.reshape(n_events, ROWS, COLUMNS)
    tower_pictures = towers.reshape(n_events, HBHE_ROWS, HBHE_COLUMNS)
    out[:, 1] = np.repeat(np.repeat(tower_pictures / 25, 5, axis=1), 5, axis=2)
    return out


def _event(hits: EBRecHits | EERecHits | HBHERecHits) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(hits)), hits.counts)


def _eb_pixels(hits: EBRecHits) -> NDArray[np.int64]:
    pixel = eb_pixel(*unpack_eb(hits.flat("detid")))
    return pixel.row * COLUMNS + pixel.column


def _ee_pixels(hits: EERecHits) -> NDArray[np.int64]:
    return EE_PIXEL[ee_hash(*unpack_ee(hits.flat("detid")))].astype(np.int64)


def _add_towers(hits: HBHERecHits, towers: Picture, add: Add) -> None:
    _, ieta, iphi, _ = unpack_hcal(hits.flat("detid"))
    place = hbhe_pixel(ieta, iphi)
    energy = hits.flat("energy")
    share = np.where(place.split, energy / 2, energy)
    cell = _event(hits) * (HBHE_ROWS * HBHE_COLUMNS) + place.row * HBHE_COLUMNS + place.column
    used = energy > 0
    add(towers.reshape(-1), cell[used], share[used])
    add(towers.reshape(-1), cell[used & place.split] + 1, share[used & place.split])


def add_at(out: Picture, index: NDArray[np.int64], value: Picture) -> None:
    """Scatter by `np.add.at`."""
    np.add.at(out, index, value)


def add_bincount(out: Picture, index: NDArray[np.int64], value: Picture) -> None:
    """Scatter by `np.bincount`."""
    out += np.bincount(index, value, minlength=out.size)


def add_histogram2d(out: Picture, index: NDArray[np.int64], value: Picture) -> None:
    """Scatter by one `np.histogram2d` per event, as a script would."""
    layer = ROWS * COLUMNS if out.size % (ROWS * COLUMNS) == 0 else HBHE_ROWS * HBHE_COLUMNS
    shape = (ROWS, COLUMNS) if layer == ROWS * COLUMNS else (HBHE_ROWS, HBHE_COLUMNS)
    edges = [np.arange(n + 1) - 0.5 for n in shape]
    order = np.argsort(index, kind="stable")
    bounds = np.searchsorted(index[order], np.arange(out.size // layer + 1) * layer)
    for event in range(out.size // layer):
        mine = order[bounds[event] : bounds[event + 1]]
        row, column = np.divmod(index[mine] - event * layer, shape[1])
        out[event * layer : (event + 1) * layer] += np.histogram2d(row, column, bins=edges, weights=value[mine])[
            0
        ].ravel()


def add_boost_histogram(out: Picture, index: NDArray[np.int64], value: Picture) -> None:
    """Scatter by one boost-histogram over all cells of all events."""
    cells = bh.Histogram(bh.axis.Integer(0, out.size, underflow=False, overflow=False), storage=bh.storage.Double())
    cells.fill(index, weight=value)
    out += cells.values()


def crop(full: Picture, event: NDArray[np.int64], row: NDArray[np.int32], column: NDArray[np.int32]) -> Picture:
    """(windows, channels, 125, 125) cut out of full pictures."""
    out = np.empty((event.size, full.shape[1], 125, 125), np.float32)
    for window in range(event.size):
        columns = np.arange(column[window] - 62, column[window] + 63) % COLUMNS
        out[window] = full[event[window], :, row[window] - 62 : row[window] + 63][:, :, columns]
    return out


def main() -> None:
    """Print all tables."""
    events = sample(N_EVENTS)
    full_pictures(events)
    sparse_frames(events)
    jet_windows(events)
    if compiler():
        for each in (events, events.denser(4)):
            against_nested_vectors(each)
    else:
        print("No C++ compiler: nothing to say about nested vectors.")


def full_pictures(events: Sample) -> None:
    """Dense pictures of the whole detector."""
    inputs = events.inputs
    n_events = len(inputs.eb_hits)
    reused = np.empty((n_events, len(LAYERS), ROWS, COLUMNS), np.float32)
    candidates = {
        "ours": lambda: pictures(LAYERS, inputs),
        "np.add.at": lambda: numpy_pictures(inputs, add_at),
        "np.bincount": lambda: numpy_pictures(inputs, add_bincount),
        "np.histogram2d": lambda: numpy_pictures(inputs, add_histogram2d),
        "boost-histogram": lambda: numpy_pictures(inputs, add_boost_histogram),
        "floor, fresh memory": lambda: np.full(reused.shape, 0.0, np.float32),
        "floor, same memory": lambda: reused.fill(0.0),
    }
    np.testing.assert_allclose(pictures(LAYERS, inputs), numpy_pictures(inputs, add_at), rtol=1e-5)
    title = f"Full pictures, ECAL and HCAL, {ROWS} x {COLUMNS} float32, {events.title}"
    print_rates(title, timed(candidates), n_events, "event", "ours")


def sparse_frames(events: Sample) -> None:
    """Sparse frames of all layers: what DetFrameProducer makes."""
    producer, inputs = DetFrameProducer(), events.inputs
    candidates = {"7 layers": lambda: producer.produce(inputs)}
    print_rates(f"Sparse frames, {events.title}", timed(candidates), len(inputs.eb_hits), "event", "7 layers")


def jet_windows(events: Sample) -> None:
    """Dense windows around jets: what JetFrameProducer makes."""
    made, inputs = events.windows(), events.inputs
    event = np.repeat(np.arange(len(made)), np.diff(made.offsets))
    candidates: dict[str, Callable[[], object]] = {
        "ours, from the hits": events.windows,
        "full picture (ours), crop": lambda: crop(pictures(LAYERS, inputs), event, made.row, made.column),
        "full picture (np.add.at), crop": lambda: crop(numpy_pictures(inputs, add_at), event, made.row, made.column),
        "floor, fresh memory": lambda: np.full(made.pixels.shape, 0.0, np.float32),
    }
    np.testing.assert_array_equal(made.pixels, crop(pictures(LAYERS, inputs), event, made.row, made.column))
    title = f"Jet windows, ECAL and HCAL, 125 x 125 float32, {event.size} jets of {events.title}"
    print_rates(title, timed(candidates), event.size, "jet", "ours, from the hits")


def against_nested_vectors(events: Sample) -> None:
    """Eight channels, as pictures and as windows, beside a C++ program in the style of the public codes."""
    inputs, made = events.inputs, events.windows(CHANNELS)
    n_events = len(inputs.eb_hits)
    full = pictures(CHANNELS, inputs)
    with tempfile.TemporaryDirectory() as folder:
        theirs = nested_vectors(inputs, made, Path(folder), REPEATS)
        again = nested_vectors(inputs, made, Path(folder), REPEATS)
    for ours, sums in ((full, theirs.picture_sums), (made.pixels, theirs.window_sums)):
        np.testing.assert_allclose(ours.sum(axis=(0, 2, 3), dtype=np.float64), sums, rtol=1e-4, atol=1e-2)
    floors = {
        "floor, fresh memory": lambda: np.full(full.shape, 0.0, np.float32),
        "floor, same memory": lambda: full.fill(0),
    }
    times = timed({"ours": lambda: pictures(CHANNELS, inputs), **floors}, REPEATS)
    times["nested vectors, C++"] = _timing(theirs.pictures + again.pictures)
    print_rates(f"Full pictures, 8 channels, {events.title}", times, n_events, "event", "ours")
    candidates = {
        "ours, from the hits": lambda: events.windows(CHANNELS),
        "floor, fresh memory": lambda: np.full(made.pixels.shape, 0.0, np.float32),
    }
    times = timed(candidates, REPEATS)
    times["nested vectors, C++"] = _timing(theirs.windows + again.windows)
    title = f"Jet windows, 8 channels, {int(made.offsets[-1])} jets of {events.title}"
    print_rates(title, times, int(made.offsets[-1]), "jet", "ours, from the hits")


def _timing(seconds: list[float]) -> Timing:
    return Timing(median(seconds), min(seconds), max(seconds))


if __name__ == "__main__":
    main()
