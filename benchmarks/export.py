"""Windows on disk: sparse cells against the dense batch, in bytes and in windows per second, on one thread.

    python -m benchmarks.export [FILE...]

Windows of tracks (pt, d0, dz), ECAL and HCAL around all jets above 30 GeV; without FILE those of the packaged
sample, none of them twice. All of it goes to a file in the memory of the machine (/dev/shm) with zstd, level 3. Sparse
is what `e2efw export` writes and `RandomAccess` reads. Dense is the float32 batch itself in one zstd frame, without a
file format around it; bare cells are the same without Parquet for the arrays of cells. Reading ends with a dense batch
in memory, or (cells only) with the cells, from which batches are drawn. Writing begins with the cells that sparse
frames hold, or with the dense batch. Frames of whole events follow, without any file format.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cramjam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from benchmarks.timing import Timing, print_rates, timed
from dataformats.channels import CHANNEL_SETS
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from dataformats.window_table import METADATA_KEY
from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.io.pool_source import PoolSource
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from frameproducers.export.parquet import ParquetRows
from frameproducers.export.rows import Rows
from frameproducers.pictures import pictures
from python_cfg.samples import SIMULATED_TTBAR
from taggers.training.public_files import PublicFiles
from taggers.training.sources import RandomAccess
from taggers.training.window_files import WindowFiles

_LEVEL = 3
_INPUTS = {
    "reducedEcalRecHitsEB": EBRecHits,
    "reducedEcalRecHitsEE": EERecHits,
    "reducedHcalRecHits": HBHERecHits,
    "generalTracks": Tracks,
    "offlinePrimaryVertices": Vertices,
    "siPixelRecHits": TrackerRecHits,
}
"""What the eight channels are made of, by label, in the order of `Inputs`."""
_MEMORY = Path("/dev/shm")  # noqa: S108 (the disk is not what is measured)


class Way(NamedTuple):
    """One way to keep windows: how to write them, how to read them, and where they are."""

    write: Callable[[], object]
    read: Callable[[], object]
    path: Path


def export(inputs: Sequence[str], path: Path) -> None:
    """Write every jet above 30 GeV, whatever its label."""
    process = load_process("export_top_cfg.py", [f"inputFiles={','.join(inputs)}", f"outputFile={path}"])
    layers = "detFrames.layers=TracksPt,TracksD0,TracksDz,ECAL,HCAL"
    settings = (layers, "jetFrames.minJetPt=30", "topTruth.minPt=30", "parquetOutput.keepAll=True")
    apply_settings(process, settings)
    Job(configure(process, Path())).run()


def rows_of(path: Path, files: WindowFiles) -> Rows:
    """The rows of a file that have a window, as the writer has them in memory."""
    table = pq.read_table(path)
    table = table.filter(pa.compute.equal(table["seed_status"], 0)).combine_chunks()
    cells = {name: table[name].combine_chunks() for name in ("channel", "cell", "value")}
    scalars = {
        name: np.nan_to_num(table[name].to_numpy()).astype(table[name].type.to_pandas_dtype())
        for name in files.files[0].scalars
    }
    scalars["valid"] = np.ones(table.num_rows, np.bool_)
    offsets = cells["cell"].offsets.to_numpy().astype(np.int64)
    return Rows(scalars, offsets, {name: column.flatten().to_numpy() for name, column in cells.items()})


def write_sparse(path: Path, rows: Rows, files: WindowFiles) -> None:
    """As `e2efw export` does, in one row group."""
    writer = ParquetRows(path, files.table, rows.cut(0)[0].scalars, _LEVEL)
    writer.write(rows)
    writer.close({METADATA_KEY: files.table.to_json()})


def read_sparse(path: Path) -> Any:
    """Open the file and draw every window into a fresh batch."""
    rows = RandomAccess(WindowFiles(path), scalars=("label", "pt"))
    out = np.empty((len(rows), *rows.shape), np.float32)
    rows.read(np.arange(len(rows)), out)
    return out


def write_dense(path: Path, pictures: Any) -> None:
    """The bytes of the batch."""
    path.write_bytes(bytes(cramjam.zstd.compress(pictures.reshape(-1).view(np.uint8), level=_LEVEL)))


def read_dense(path: Path, shape: tuple[int, ...]) -> Any:
    """The batch again."""
    out = np.empty(shape, np.float32)
    cramjam.zstd.decompress_into(path.read_bytes(), out.reshape(-1).view(np.uint8).data)
    return out


def write_bare(path: Path, columns: Mapping[str, Any]) -> None:
    """The arrays of cells, each in a zstd frame of its own."""
    frames = [bytes(cramjam.zstd.compress(column.view(np.uint8).data, level=_LEVEL)) for column in columns.values()]
    path.write_bytes(np.array([len(frame) for frame in frames]).tobytes() + b"".join(frames))


def read_bare(path: Path, columns: Mapping[str, Any]) -> list[Any]:
    """The arrays of cells again."""
    content = memoryview(path.read_bytes())
    head = 8 * len(columns)
    ends = np.cumsum([head, *np.frombuffer(content[:head], np.int64)])
    out = [np.empty_like(column) for column in columns.values()]
    for column, first, last in zip(out, ends, ends[1:], strict=False):
        cramjam.zstd.decompress_into(content[first:last], column.view(np.uint8).data)
    return out


def write_public(path: Path, pictures: Any) -> None:
    """Nested lists, a row per group, snappy: the public layout."""
    n, channels, height, width = pictures.shape
    nested: Any = pa.array(pictures.reshape(-1))
    for count, length in ((n * channels * height, width), (n * channels, height), (n, channels)):
        nested = pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32) * np.int32(length)), nested)
    pq.write_table(pa.table({"X_jets": nested}), path, row_group_size=1, compression="snappy")


def read_public(path: Path, channels: Sequence[str]) -> Any:
    """Open the file and copy every window into a fresh batch."""
    rows = RandomAccess(PublicFiles(path, channels=channels), scalars=())
    out = np.empty((len(rows), *rows.shape), np.float32)
    rows.read(np.arange(len(rows)), out)
    return out


def main(inputs: Sequence[str]) -> None:
    """Print bytes and speeds of windows, and of whole frames."""
    with TemporaryDirectory(dir=_MEMORY) as made:
        windows(inputs, Path(made))
        whole_frames(inputs, Path(made))


def windows(inputs: Sequence[str], folder: Path) -> None:
    """Windows of jets."""
    export(inputs, folder / "all.parquet")
    rows = rows_of(folder / "all.parquet", WindowFiles(folder / "all.parquet"))
    files = WindowFiles(folder / "all.parquet")
    sparse = folder / "sparse.parquet"
    write_sparse(sparse, rows, files)
    files = WindowFiles(sparse)
    drawn = read_sparse(sparse)
    n = len(drawn)
    dense, public, bare = folder / "dense.zst", folder / "public.parquet", folder / "bare.zst"
    ways = {
        "sparse": Way(lambda: write_sparse(sparse, rows, files), lambda: read_sparse(sparse), sparse),
        "bare cells, zstd": Way(lambda: write_bare(bare, rows.cells), lambda: read_bare(bare, rows.cells), bare),
        "dense, zstd": Way(lambda: write_dense(dense, drawn), lambda: read_dense(dense, drawn.shape), dense),
        "public layout": Way(lambda: write_public(public, drawn), lambda: read_public(public, files.names), public),
    }
    writing = timed({name: way.write for name, way in ways.items()}, repeats=5)
    reading = timed(
        {
            **{name + " (cells only)" * (name == "bare cells, zstd"): way.read for name, way in ways.items()},
            "sparse (cells only)": lambda: WindowFiles(sparse).load(0, ("label", "pt")),
            "floor: fresh zeros": lambda: np.full(drawn.shape, 0.0, np.float32),
        },
        repeats=5,
    )
    for name in ("sparse", "dense, zstd", "public layout"):
        np.testing.assert_array_equal(ways[name].read(), drawn)
    for column, stored in zip(rows.cells.values(), read_bare(bare, rows.cells), strict=True):
        np.testing.assert_array_equal(column, stored)
    report(n, rows.cells["cell"].size, ways, writing, reading)


def whole_frames(inputs: Sequence[str], folder: Path) -> None:
    """Eight channels of the whole detector: the cells of sparse frames against the full pictures, both in bare zstd."""
    source = PoolSource(file_names=tuple(inputs)).open()
    keys = {key.label: key for key in source.content}
    (block,) = source.blocks({keys[label]: cls for label, cls in _INPUTS.items()}, 100, 100)
    source.close()
    products: list[Any] = [block.products[keys[label]] for label in _INPUTS]
    layers = CHANNEL_SETS["top8"].channels
    read = Inputs(*products)
    frames, full = DetFrameProducer(layers=layers).produce(read), pictures(layers, read)
    columns = {"offsets": frames.offsets, **frames.columns}
    cells, dense = folder / "frames.cells.zst", folder / "frames.zst"
    writing = timed({"cells": lambda: write_bare(cells, columns), "full": lambda: write_dense(dense, full)}, repeats=5)
    reading = timed(
        {"cells": lambda: read_bare(cells, columns), "full": lambda: read_dense(dense, full.shape)}, repeats=5
    )
    n = len(block)
    print_rates(
        f"Writing {n} events of 8 x 280 x 360, {columns['cell'].size / n:.0f} cells each", writing, n, "event", "full"
    )
    print_rates("Reading them", reading, n, "event", "full")
    ratio = cells.stat().st_size / dense.stat().st_size
    Console(width=110).print(f"cells: {cells.stat().st_size / n:,.0f} bytes an event, {ratio:.2f} of full pictures")


def report(n: int, cells: int, ways: dict[str, Way], writing: dict[str, Timing], reading: dict[str, Timing]) -> None:
    """Bytes of a window, and how fast it is written and read."""
    size = {name: way.path.stat().st_size / n for name, way in ways.items()}
    print_rates(
        f"Writing {n} windows of 5 x 125 x 125, {cells / n:.0f} cells each", writing, n, "window", "dense, zstd"
    )
    print_rates("Reading them", reading, n, "window", "dense, zstd")
    console = Console(width=110)
    for name, bytes_each in size.items():
        console.print(f"{name}: {bytes_each:,.0f} bytes a window, {bytes_each / size['dense, zstd']:.2f} of dense")


if __name__ == "__main__":
    main(sys.argv[1:] or [SIMULATED_TTBAR])
