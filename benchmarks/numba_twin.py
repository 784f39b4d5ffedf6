"""The way of the public E2E codes in numba: whole pictures by plain loops, windows copied pixel by pixel.

It begins with what ours begins with. Crystals and towers find their pixels here; where tracks and tracker hits go is
worked out by our projections, and their time counts.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import Windows
from dataformats.geometry.detid_kernels import eb_index, ee_index, hbhe_cell
from dataformats.geometry.picture import (
    COLUMNS,
    CRYSTALS_PER_TOWER,
    EB_FIRST_PIXEL,
    EE_PIXEL,
    HBHE_COLUMNS,
    HBHE_ROWS,
    ROWS,
    hbhe_pixel_of,
)
from dataformats.jit import kernel
from frameproducers.entries import Inputs, passes
from frameproducers.layers import LAYERS

ECAL, HCAL, SUM, MEAN, COUNT = range(5)
"""What a channel is."""
_FILLS: Final = {"sum": SUM, "mean": MEAN, "count": COUNT}
_PARTS = np.float32(CRYSTALS_PER_TOWER**2)

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Hits = tuple[Ints, NDArray[np.uint32], Floats]
"""Boundaries of the events, detid, energy in GeV."""
Points = tuple[Ints, NDArray[np.int32], Floats]
"""Boundaries of the events, pixel (negative for what is not drawn), value (none where points are counted)."""


class Block(NamedTuple):
    """What the loops read.

    Args:
        kinds: (channels,) what each is.
        eb_hits, ee_hits, hbhe_hits: of all events.
        points: of every channel; none for ECAL and HCAL.
    """

    kinds: Ints
    eb_hits: Hits
    ee_hits: Hits
    hbhe_hits: Hits
    points: tuple[Points, ...]


def twin_pictures(names: Sequence[str], inputs: Inputs) -> Floats:
    """(events, channels, 280, 360), as `pictures` draws them."""
    out = np.empty((len(inputs.eb_hits), len(names), ROWS, COLUMNS), np.float32)
    draw_all(_block(names, inputs), out)
    return out


def twin_windows(names: Sequence[str], inputs: Inputs, places: Windows, rows: tuple[int, int]) -> Floats:
    """(windows, channels, height, width) around the same places as others; zero outside these rows of the picture."""
    out = np.empty((places.row.size, len(names), *places.pixels.shape[2:]), np.float32)
    frame = np.empty((len(names), ROWS, COLUMNS), np.float32)
    draw_and_crop(_block(names, inputs), places.offsets, places.row, places.column, rows, frame, out)
    return out


def _block(names: Sequence[str], inputs: Inputs) -> Block:
    n_events = len(inputs.eb_hits)
    points = dict.fromkeys(names, (np.zeros(n_events + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32)))
    for projected, rules in passes([name for name in names if name not in {"ECAL", "HCAL"}], inputs):
        for rule in rules:
            first = projected.pictures.index(rule.value) * n_events if projected.pictures else 0
            offsets = projected.offsets[first : first + n_events + 1]
            value = np.empty(0, np.float32) if rule.fill == "count" else projected.values[rule.value]
            points[rule.name] = offsets, projected.cell, value
    kinds = [{"ECAL": ECAL, "HCAL": HCAL}.get(name, _FILLS.get(LAYERS[name].fill, -1)) for name in names]
    collections = inputs.eb_hits, inputs.ee_hits, inputs.hbhe_hits
    eb, ee, hbhe = ((each.offsets, each.flat("detid"), each.flat("energy")) for each in collections)
    return Block(np.array(kinds), eb, ee, hbhe, tuple(points[name] for name in names))


@kernel
def add_ecal(event: int, eb_hits: Hits, ee_hits: Hits, pixels: Floats) -> None:
    """Add the energies of crystals to the pixels (100800,)."""
    offsets, detid, energy = eb_hits
    for i in range(offsets[event], offsets[event + 1]):
        index = eb_index(detid[i])
        if index >= 0 and energy[i] > 0:
            pixels[EB_FIRST_PIXEL + index] += energy[i]
    offsets, detid, energy = ee_hits
    for i in range(offsets[event], offsets[event + 1]):
        index = ee_index(detid[i])
        if index >= 0 and EE_PIXEL[index] >= 0 and energy[i] > 0:
            pixels[EE_PIXEL[index]] += energy[i]


@kernel
def add_hcal(event: int, hbhe_hits: Hits, towers: Floats, image: Floats) -> None:
    """Add the energies of towers (56, 72), whatever these hold, then cut each into 5 x 5 pixels of the image."""
    offsets, detid, energy = hbhe_hits
    towers[:] = 0
    for i in range(offsets[event], offsets[event + 1]):
        ieta, iphi, _ = hbhe_cell(detid[i])
        row, column, split = hbhe_pixel_of(ieta, iphi)
        if row < 0 or not energy[i] > 0:
            continue
        if split:
            towers[row, column] += energy[i] / np.float32(2)
            towers[row, column + 1] += energy[i] / np.float32(2)
        else:
            towers[row, column] += energy[i]
    for row in range(ROWS):
        for column in range(COLUMNS):
            image[row, column] = towers[row // CRYSTALS_PER_TOWER, column // CRYSTALS_PER_TOWER] / _PARTS


@kernel
def add_points(event: int, points: Points, kind: int, counts: Floats, pixels: Floats) -> None:
    """Add values or count points in the pixels (100800,); counts (100800,) is scratch for means."""
    offsets, pixel, value = points
    if kind == MEAN:
        counts[:] = 0
    for i in range(offsets[event], offsets[event + 1]):
        if pixel[i] >= 0:
            pixels[pixel[i]] += np.float32(1) if kind == COUNT else value[i]
            if kind == MEAN:
                counts[pixel[i]] += 1
    if kind == MEAN:
        for i in range(pixels.size):
            if counts[i] > 0:
                pixels[i] /= counts[i]


@kernel
def draw_event(block: Block, event: int, towers: Floats, counts: Floats, frame: Floats) -> None:
    """Draw one event into the frame (channels, 280, 360), whatever that holds."""
    frame[:] = 0
    for channel in range(block.kinds.size):
        kind, pixels = block.kinds[channel], frame[channel].reshape(-1)
        if kind == ECAL:
            add_ecal(event, block.eb_hits, block.ee_hits, pixels)
        elif kind == HCAL:
            add_hcal(event, block.hbhe_hits, towers, frame[channel])
        else:
            add_points(event, block.points[channel], kind, counts, pixels)


@kernel
def draw_all(block: Block, out: Floats) -> None:
    """Draw every event into (events, channels, 280, 360)."""
    towers, counts = np.empty((HBHE_ROWS, HBHE_COLUMNS), np.float32), np.empty(ROWS * COLUMNS, np.float32)
    for event in range(out.shape[0]):
        draw_event(block, event, towers, counts, out[event])


@kernel
def draw_and_crop(
    block: Block,
    offsets: Ints,
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    rows: tuple[int, int],
    frame: Floats,
    out: Floats,
) -> None:
    """Draw every event that has windows into the frame (channels, 280, 360), and copy its windows out of that.

    Args:
        block: the events.
        offsets: (events + 1,) boundaries of the windows.
        row, column: (windows,) pixel in the middle of each.
        rows: of the picture that windows show: the first, and the one after the last.
        frame: scratch.
        out: (windows, channels, height, width).
    """
    towers, counts = np.empty((HBHE_ROWS, HBHE_COLUMNS), np.float32), np.empty(ROWS * COLUMNS, np.float32)
    _, channels, height, width = out.shape
    for event in range(offsets.size - 1):
        if offsets[event] < offsets[event + 1]:
            draw_event(block, event, towers, counts, frame)
        for window in range(offsets[event], offsets[event + 1]):
            top, left = row[window] - (height - 1) // 2, column[window] - (width - 1) // 2
            for channel in range(channels):
                for i in range(height):
                    for j in range(width):
                        inside = rows[0] <= top + i < rows[1]
                        out[window, channel, i, j] = frame[channel, top + i, (left + j) % COLUMNS] if inside else 0
