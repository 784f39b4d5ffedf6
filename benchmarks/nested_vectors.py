"""The way of the public E2E codes in C++, to measure beside ours: `nested_vectors.cpp`, built when a compiler is there.

It is given cells that are merged already, so it is spared detids, geometry, vertices and helices, which ours pays for.
If it begins with detids, as those codes do, it works out the pixels of crystals and towers, and is spared the rest. It
runs in a process of its own that keeps its memory, as a long job does: from the second round on no page is fresh. What
it has drawn is freed within the time, as ours is.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import Windows
from dataformats.geometry.picture import COLUMNS, EE_PIXEL, ROWS
from frameproducers.entries import Inputs, layer_entries
from frameproducers.layers import LAYERS

SOURCE = Path(__file__).with_name("nested_vectors.cpp")
_KINDS = {"ECAL": 0, "HCAL": 1, "sum": 2, "mean": 3, "count": 4}
_KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_MMAP_THRESHOLD_": str(1 << 40)}


class Task(NamedTuple):
    """What is drawn.

    Args:
        names: of the channels.
        inputs: of a block.
        places: windows of the same events; what they are centred on is used, and their size.
        rows: of the picture that windows show: the first, and the one after the last.
    """

    names: Sequence[str]
    inputs: Inputs
    places: Windows
    rows: tuple[int, int]


def compiler() -> str | None:
    """Path of a C++ compiler, None if there is none."""
    return shutil.which("g++") or shutil.which("clang++")


def built(folder: Path) -> Path:
    """The program, built into a folder."""
    program = folder / "nested_vectors"
    command = [str(compiler()), "-O2", "-march=native", "-std=c++17", "-o", str(program), str(SOURCE)]
    subprocess.run(command, check=True)
    return program


class NestedVectors:
    """The running program with its input in memory.

    Args:
        program: see `built`; its input is written beside it.
        task: what it draws.
        from_detids: ECAL and HCAL begin with hits.
    """

    def __init__(self, program: Path, task: Task, *, from_detids: bool = False) -> None:
        self._task = task
        data = program.with_name(f"{id(self)}.input")
        with data.open("wb") as file:
            _write_input(file, task, from_detids)
        command, memory = [str(program), str(data)], os.environ | _KEEP_MEMORY
        self._process = subprocess.Popen(command, env=memory, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def draw_pictures(self) -> None:
        """Draw pictures of all events, and free them."""
        self._tell(b"p").readline()

    def draw_windows(self) -> None:
        """Draw all windows, and free them."""
        self._tell(b"w").readline()

    def pictures(self) -> NDArray[np.float32]:
        """(events, channels, 280, 360), for comparison."""
        shape = len(self._task.inputs.eb_hits), len(self._task.names), ROWS, COLUMNS
        return self._received(b"P", shape)

    def windows(self) -> NDArray[np.float32]:
        """(windows, channels, height, width), for comparison."""
        return self._received(b"W", self._task.places.pixels.shape)

    def _tell(self, command: bytes) -> IO[bytes]:
        """Where the answer comes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command)
        self._process.stdin.flush()
        return self._process.stdout

    def _received(self, command: bytes, shape: tuple[int, ...]) -> NDArray[np.float32]:
        out = np.empty(shape, np.float32)
        answer = self._tell(command).read(out.nbytes)
        return np.frombuffer(answer, np.float32).reshape(shape)


def _write_input(file: BinaryIO, task: Task, from_detids: bool) -> None:
    """The arrays that `read_input` reads."""
    names, inputs, places, rows = task
    _write(file, np.array([from_detids, *places.pixels.shape[2:], *rows], np.int32))
    _write(file, np.array([_KINDS.get(name, _KINDS.get(LAYERS[name].fill, -1)) for name in names], np.int32))
    entries = layer_entries(names, inputs)
    for name in names:
        offsets, cell, value = entries[name]
        if LAYERS[name].fill == "count":  # hits are counted again one by one
            each = value.astype(np.int64)
            offsets, cell = np.concatenate([[0], np.cumsum(each)])[offsets], np.repeat(cell, each)
        _write(file, offsets, cell, value)
    for hits in (inputs.eb_hits, inputs.ee_hits, inputs.hbhe_hits):
        _write(file, hits.offsets, hits.flat("detid"), hits.flat("energy"))
    _write(file, EE_PIXEL, places.offsets, places.row, places.column)


def _write(file: BinaryIO, *arrays: NDArray[Any]) -> None:
    for array in arrays:
        np.array([array.size], np.int64).tofile(file)
        np.ascontiguousarray(array).tofile(file)
