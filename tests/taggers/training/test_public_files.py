"""The public layout: nested lists to pictures, with names that the user gives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2efw.errors import FileReadError, LogicError
from taggers.training.public_files import PublicFiles
from taggers.training.sources import RandomAccess

QG3 = ("TracksPt", "ECAL", "HCAL")
Make = Callable[..., Path]


def read(rows: RandomAccess, numbers: Any) -> tuple[Any, dict[str, Any]]:
    pictures = np.full((len(numbers), *rows.shape), np.nan, np.float32)
    return pictures, rows.read(np.asarray(numbers), pictures)


@pytest.mark.parametrize("rows_per_group", [1, 7, 1000])
@pytest.mark.parametrize("column", ["X_jets", "X_jet"])
def test_pictures_and_columns_come_back(
    make_public: Make, sparse_pictures: Callable[[int], Any], rows_per_group: int, column: str
) -> None:
    pictures = sparse_pictures(150)
    pt, label = np.linspace(10, 100, 150), np.arange(150) % 2
    path = make_public("a.parquet", pictures, column=column, rows_per_group=rows_per_group, pt=pt, y=label)
    rows = RandomAccess(PublicFiles(path, channels=QG3), scalars=("pt", "y"))
    assert rows.shape == (3, 12, 10)
    order = np.random.default_rng(2).permutation(150)
    found, columns = read(rows, order)
    assert np.array_equal(found, pictures[order])
    assert np.array_equal(columns["pt"], pt[order])
    assert np.array_equal(columns["y"], label[order])


def test_groups_of_one_row_are_read_by_the_dozen(make_public: Make, sparse_pictures: Callable[[int], Any]) -> None:
    files = PublicFiles(make_public("a.parquet", sparse_pictures(150)), channels=QG3)
    assert files.group_sizes.tolist() == [64, 64, 22]


def test_channels_by_name_and_named_sets(make_public: Make, sparse_pictures: Callable[[int], Any]) -> None:
    pictures = sparse_pictures(4)
    files = PublicFiles(make_public("a.parquet", pictures), channels=["@qg3"])
    assert files.names == QG3
    found, _ = read(RandomAccess(files, ("HCAL", "TracksPt"), ()), [2])
    assert np.array_equal(found, pictures[2:3][:, [2, 0]])


def test_several_files_are_read_as_one_and_one_may_be_empty(
    make_public: Make, sparse_pictures: Callable[[int], Any]
) -> None:
    one, two = sparse_pictures(5), sparse_pictures(6)
    paths = [make_public("a.parquet", one), make_public("b.parquet", one[:0]), make_public("c.parquet", two)]
    rows = RandomAccess(PublicFiles(paths[0], paths[2], channels=QG3), scalars=())
    found, _ = read(rows, [4, 5])
    assert np.array_equal(found, np.stack([one[4], two[0]]))


def test_a_wrong_number_of_names_is_refused(make_public: Make, sparse_pictures: Callable[[int], Any]) -> None:
    path = make_public("a.parquet", sparse_pictures(3))
    with pytest.raises(LogicError, match="'X_jets' has 3 channels, but 2 are named: ECAL, HCAL"):
        PublicFiles(path, channels=("ECAL", "HCAL"))


def test_files_of_other_shape_do_not_go_together(make_public: Make, sparse_pictures: Callable[[int], Any]) -> None:
    paths = make_public("a.parquet", sparse_pictures(3)), make_public("b.parquet", sparse_pictures(3)[..., :8])
    with pytest.raises(LogicError, match="windows of 12 x 8 pixels do not go with 12 x 10"):
        PublicFiles(*paths, channels=QG3)


def test_a_row_of_another_shape_is_refused_when_it_is_read(
    make_public: Make, sparse_pictures: Callable[[int], Any]
) -> None:
    nested = sparse_pictures(5).tolist()
    nested[3][1][4] = nested[3][1][4][:-1]
    rows = RandomAccess(PublicFiles(make_public("a.parquet", nested), channels=QG3), scalars=())
    with pytest.raises(FileReadError, match="pictures in 'X_jets' are not all of 3 x 12 x 10"):
        read(rows, [0])


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_missing_pictures_rows_and_pixels_are_refused(
    make_public: Make, sparse_pictures: Callable[[int], Any], depth: int
) -> None:
    nested: Any = sparse_pictures(5).tolist()
    place = nested
    for _ in range(depth):
        place = place[3 % len(place)]
    place[1] = None
    rows = RandomAccess(PublicFiles(make_public("a.parquet", nested), channels=QG3), scalars=())
    with pytest.raises(FileReadError, match=r"are not all of 3 x 12 x 10|1 pixels in 'X_jets' are missing"):
        read(rows, [0])


def test_a_file_without_pictures_names_its_lists(make_public: Make, sparse_pictures: Callable[[int], Any]) -> None:
    path = make_public("a.parquet", sparse_pictures(3), column="X_CMSII")
    with pytest.raises(FileReadError, match=r"no pictures 'X_jets' or 'X_jet'. Columns of lists: X_CMSII"):
        PublicFiles(path, channels=QG3)
    assert PublicFiles(path, channels=QG3, pictures="X_CMSII").window == (12, 10)


def test_lists_that_are_not_three_deep_are_no_pictures(make_public: Make) -> None:
    path = make_public("a.parquet", [[1.0, 2.0]])
    with pytest.raises(FileReadError, match="'X_jets' does not hold lists of channels of rows of pixels"):
        PublicFiles(path, channels=QG3)
