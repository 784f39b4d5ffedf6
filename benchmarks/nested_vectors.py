"""The way of the public E2E codes, to measure beside ours: `nested_vectors.cpp`, built when a compiler is there.

It is given cells that are merged already, so it is spared DetIds, geometry and helices, which ours pays for.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import Windows
from frameproducers.entries import Inputs, layer_entries

SOURCE = Path(__file__).with_name("nested_vectors.cpp")
CHANNELS = ("TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL", "BPIX1", "BPIX2", "BPIX3")
"""What it draws, in this order."""


class NestedVectors(NamedTuple):
    """What it took, seconds of every repeat, and the sum of every channel, for comparison.

    Args:
        pictures: for full pictures of all events.
        windows: for pictures and the windows cut out of them.
    """

    pictures: list[float]
    windows: list[float]
    picture_sums: NDArray[np.float64]
    window_sums: NDArray[np.float64]


def compiler() -> str | None:
    """Path of a C++ compiler, None if there is none."""
    return shutil.which("g++") or shutil.which("clang++")


def nested_vectors(inputs: Inputs, windows: Windows, folder: Path, repeats: int) -> NestedVectors:
    """Build, run and time the program.

    Args:
        inputs: of a block.
        windows: of the same events; their centres are used.
        folder: scratch.
        repeats: rounds for pictures, then as many for windows.
    """
    program, data = folder / "nested_vectors", folder / "input.bin"
    command = [str(compiler()), "-O2", "-march=native", "-std=c++17", "-o", str(program), str(SOURCE)]
    subprocess.run(command, check=True)
    _write_input(inputs, windows, data)
    done = subprocess.run([str(program), str(data), str(repeats)], check=True, capture_output=True, text=True)
    pictures, with_windows, *sums = ([float(x) for x in line.split()] for line in done.stdout.splitlines())
    return NestedVectors(pictures, with_windows, np.array(sums[0]), np.array(sums[1]))


def _write_input(inputs: Inputs, windows: Windows, path: Path) -> None:
    """The arrays that `read_input` reads."""
    entries = layer_entries(CHANNELS, inputs)
    with path.open("wb") as file:
        for group in (("ECAL",), ("HCAL",), CHANNELS[:3]):
            first = entries[group[0]]
            _write(file, [first.offsets, first.cell, *(entries[name].value for name in group)])
        for name in CHANNELS[5:]:  # hits are counted again one by one
            offsets, cell, count = entries[name]
            each = count.astype(np.int64)
            bounds = np.concatenate([[0], np.cumsum(each)])[offsets]
            _write(file, [bounds, np.repeat(cell, each)])
        _write(file, [windows.offsets, windows.row, windows.column])


def _write(file: BinaryIO, arrays: Sequence[NDArray[Any]]) -> None:
    for array in arrays:
        np.array([array.size], np.int64).tofile(file)
        np.ascontiguousarray(array).tofile(file)
