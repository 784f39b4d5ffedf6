"""Exported files: any rows, any channels by name, and every damage found."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.window_table import METADATA_KEY, WindowTable
from e2efw.errors import FileOpenError, FileReadError, LogicError
from taggers.training.kernels import fill_pixels, first_outside
from taggers.training.sources import RandomAccess
from taggers.training.window_files import WindowFiles

pa = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
pq = pytest.importorskip("pyarrow.parquet")


def read(rows: RandomAccess, numbers: Any) -> tuple[Any, dict[str, Any]]:
    pictures = np.full((len(numbers), *rows.shape), np.nan, np.float32)
    return pictures, rows.read(np.asarray(numbers), pictures)


def rewritten(path: Path, folder: Path, change: Callable[[Any], Any]) -> Path:
    """A copy of a file with another table, and the old description."""
    table = pq.read_table(path)
    notes = pq.ParquetFile(path).metadata.metadata
    pq.write_table(change(table).replace_schema_metadata(notes), folder / "changed.parquet")
    return folder / "changed.parquet"


def twin(table: WindowTable, row: dict[str, Any], name: str) -> Any:
    """One picture of a row of the table, one cell at a time."""
    number = table.names.index(name)
    layer = table.layers[number]
    top = row["seed_row"] - 62
    left = (row["seed_column"] - 62) % 360
    picture = np.zeros(table.window, np.float32)
    for channel, cell, value in zip(row["channel"], row["cell"], row["value"], strict=True):
        if channel != number:
            continue
        down = cell // layer.columns * layer.cell_size - top % layer.cell_size
        across = cell % layer.columns * layer.cell_size - left % layer.cell_size
        for y in range(down, down + layer.cell_size):
            for x in range(across, across + layer.cell_size):
                if 0 <= y < 125 and 0 <= x % 360 < 125:
                    picture[y, x % 360] = np.float32(value) / np.float32(layer.parts)
    return picture


def test_pixels_are_those_of_a_readable_twin(taus: Path) -> None:
    rows = RandomAccess(WindowFiles(taus), ("HCAL", "TracksPt"), ("pt",))
    pictures, _ = read(rows, [0, 40, 90])
    table = pq.read_table(taus)
    for picture, number in zip(pictures, [0, 40, 90], strict=True):
        row = {name: table[name][number].as_py() for name in table.column_names}
        for channel, name in enumerate(rows.channels):
            assert np.array_equal(picture[channel], twin(rows.source.table, row, name))  # type: ignore[attr-defined]


def test_the_compiled_kernel_and_plain_python_agree(taus: Path) -> None:
    files = WindowFiles(taus)
    group = files.load(1, ())
    layers = files.table.layers
    sizes, parts, grids = (
        np.array([getattr(layer, name) for layer in layers]) for name in ("cell_size", "parts", "columns")
    )
    drawn = []
    for run in (fill_pixels, fill_pixels.py_func):
        out = np.full((3, 2, 125, 125), np.nan, np.float32)
        places = np.array([-1, 1, -1, -1, 0])
        numbers = np.array([5, 3]), np.array([2, 0])
        run(group.offsets, group.cells, *numbers, group.first, places, sizes, parts, grids, 360, out)
        drawn.append(out)
    assert np.array_equal(drawn[0], drawn[1], equal_nan=True)
    assert np.isnan(drawn[0][1]).all()
    assert drawn[0][[0, 2]].any(axis=(1, 2, 3)).all()


def test_rows_in_any_order_are_those_in_file_order(taus: Path) -> None:
    files = WindowFiles(taus)
    assert len(files.group_sizes) > 5
    rows = RandomAccess(files, ("HCAL", "ECAL"), ("pt", "label", "event"), keep_groups=2)
    everything, columns = read(rows, np.arange(len(rows)))
    chosen = np.random.default_rng(1).permutation(len(rows))[:50]
    some, found = read(rows, np.append(chosen, chosen[0]))
    assert np.array_equal(some, everything[np.append(chosen, chosen[0])])
    assert np.array_equal(found["pt"][:50], columns["pt"][chosen])
    assert found["event"].dtype == np.uint64


def test_channels_come_in_the_order_asked_for(taus: Path) -> None:
    files = WindowFiles(taus)
    everything, _ = read(RandomAccess(files), [3, 5])
    swapped, _ = read(RandomAccess(files, ("HCAL", "TracksPt")), [3, 5])
    assert files.names == ("TracksPt", "TracksDzSig", "TracksD0Sig", "ECAL", "HCAL")
    assert np.array_equal(swapped, everything[:, [4, 0]])


def test_two_files_are_read_as_one(taus: Path) -> None:
    one, two = RandomAccess(WindowFiles(taus)), RandomAccess(WindowFiles(taus, taus))
    assert len(two) == 2 * len(one)
    assert np.array_equal(read(two, [len(one) + 7])[0], read(one, [7])[0])


def test_files_survive_pickling(taus: Path) -> None:
    rows = RandomAccess(WindowFiles(taus))
    before, _ = read(rows, [1, 2])
    again = pickle.loads(pickle.dumps(rows))
    assert np.array_equal(read(again, [1, 2])[0], before)


def test_no_rows_are_an_empty_batch(taus: Path) -> None:
    pictures, found = read(RandomAccess(WindowFiles(taus)), np.empty(0, np.int64))
    assert pictures.shape == (0, 5, 125, 125)
    assert found["label"].size == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": ("Hcal",)}, r"no channel 'Hcal' in the file. Did you mean 'HCAL'\? Known: ECAL"),
        ({"channels": ("HCAL", "HCAL")}, "name every channel once"),
        ({"channels": ("@top",)}, r"no channel set '@top'. Did you mean '@top8'\?"),
        ({"channels": ()}, "name every channel once, not none"),
        ({"scalars": ("labl",)}, r"taus.parquet: no column 'labl'. Did you mean 'label'\?"),
        ({"scalars": ("cell",)}, "no column 'cell'"),
        ({"scalars": ("pictures",)}, "'pictures' is the name of the windows themselves"),
    ],
)
def test_wrong_names_are_found_at_once(taus: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(LogicError, match=message):
        RandomAccess(WindowFiles(taus), **arguments)


def test_rows_that_are_not_there_and_batches_that_do_not_fit_are_refused(taus: Path) -> None:
    rows = RandomAccess(WindowFiles(taus))
    with pytest.raises(LogicError, match="rows -1 to 0 are not all among the"):
        read(rows, [-1, 0])
    with pytest.raises(LogicError, match=r"1 pictures of .* do not fit into"):
        rows.read(np.array([0]), np.empty((1, 1, 125, 125), np.float32))


def test_files_with_other_channels_do_not_go_together(taus: Path, tmp_path: Path) -> None:
    notes = dict(pq.ParquetFile(taus).metadata.metadata)
    notes[METADATA_KEY.encode()] = notes[METADATA_KEY.encode()].replace(b'"HCAL"', b'"Hcal"')
    pq.write_table(pq.read_table(taus).replace_schema_metadata(notes), tmp_path / "other.parquet")
    with pytest.raises(LogicError, match=r"other.parquet has .*Hcal in windows .* but .*taus.parquet has .*HCAL"):
        WindowFiles(taus, tmp_path / "other.parquet")


def test_a_missing_file_names_the_nearest(taus: Path) -> None:
    with pytest.raises(FileOpenError, match=r"tau.parquet: no such file. Did you mean 'taus.parquet'\?"):
        WindowFiles(taus.with_name("tau.parquet"))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"root" * 1000])
def test_what_is_no_parquet_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.parquet").write_bytes(content)
    with pytest.raises(FileReadError, match=r"bad.parquet: cannot be read as Parquet"):
        WindowFiles(tmp_path / "bad.parquet")


def test_a_truncated_file_is_refused(taus: Path, tmp_path: Path) -> None:
    (tmp_path / "half.parquet").write_bytes(taus.read_bytes()[:-5000])
    with pytest.raises(FileReadError, match=r"half.parquet: cannot be read as Parquet"):
        WindowFiles(tmp_path / "half.parquet")


def test_a_flipped_byte_anywhere_in_the_cells_is_found(taus: Path, tmp_path: Path) -> None:
    metadata = pq.ParquetFile(taus).metadata.row_group(2)
    names = {metadata.column(i).path_in_schema.split(".")[0]: metadata.column(i) for i in range(metadata.num_columns)}
    for name in ("channel", "cell", "value", "seed_row"):
        column = names[name]
        content = bytearray(taus.read_bytes())
        content[column.data_page_offset + column.total_compressed_size - 3] ^= 0x55
        (tmp_path / "flipped.parquet").write_bytes(content)
        rows = RandomAccess(WindowFiles(tmp_path / "flipped.parquet"))
        read(rows, [0])
        with pytest.raises(FileReadError, match=r"flipped.parquet: cannot be read as Parquet"):
            read(rows, [2 * 16])


def test_a_cell_outside_its_window_is_refused(taus: Path, tmp_path: Path) -> None:
    def outside(table: Any) -> Any:
        cells = table["cell"].combine_chunks()
        moved = pa.ListArray.from_arrays(cells.offsets, pa.array(cells.flatten().to_numpy() + np.uint16(20_000)))
        return table.set_column(table.column_names.index("cell"), "cell", moved)

    rows = RandomAccess(WindowFiles(rewritten(taus, tmp_path, outside)))
    with pytest.raises(FileReadError, match="a cell lies outside its window"):
        read(rows, [0])


@pytest.mark.parametrize("run", [first_outside, first_outside.py_func], ids=["compiled", "plain"])
@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_the_first_cell_outside_is_found(run: Callable[..., int], kind: type[Any]) -> None:
    channel, cell = np.array([0, 1, 0], np.uint8), np.array([8, 3, 8], kind)
    assert run(channel, cell, np.array([9, 4])) == -1
    assert run(channel, cell, np.array([9, 3])) == 1
    assert run(channel, cell, np.array([9])) == 1
    assert run(channel[:0], cell[:0], np.array([9])) == -1


def test_missing_values_are_refused(taus: Path, tmp_path: Path) -> None:
    def without(table: Any) -> Any:
        nulls = pa.array([None] * table.num_rows, pa.float32())
        return table.set_column(table.column_names.index("pt"), "pt", nulls)

    rows = RandomAccess(WindowFiles(rewritten(taus, tmp_path, without)), scalars=("pt",))
    with pytest.raises(FileReadError, match="column 'pt' lacks"):
        read(rows, [0])


def test_other_parquet_files_are_no_tables_of_windows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"X_jets": [[[[1.0]]]], "y": [1]}), tmp_path / "public.parquet")
    with pytest.raises(FileReadError, match="not written by 'e2efw export'; PublicFiles reads the public layout"):
        WindowFiles(tmp_path / "public.parquet")


def test_no_file_is_no_table() -> None:
    with pytest.raises(LogicError, match="name at least one file"):
        WindowFiles()
