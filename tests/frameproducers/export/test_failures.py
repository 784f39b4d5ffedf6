"""What is wrong with a table of windows is said before the first event where it can be, and leaves no file."""

import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from e2efw.errors import ConfigurationError, FileWriteError, LogicError, ProductNotFoundError
from python_cfg.samples import SIMULATED_TTBAR

Export = Callable[..., Any]


def test_a_missing_product_names_the_nearest(export: Export, tmp_path: Path) -> None:
    with pytest.raises(ProductNotFoundError, match=r"no product 'topTruht' for 'truth'. Did you mean 'topTruth'\?"):
        export(tmp_path / "top.parquet", "top", settings=("parquetOutput.truth=topTruht",))
    assert not list(tmp_path.iterdir())


def test_a_product_of_another_class_is_refused(export: Export, tmp_path: Path) -> None:
    wrong = "'objects' may be Jets, Photons, Electrons, but generalTracks::SIM is a recoTracks"
    with pytest.raises(ConfigurationError, match=wrong):
        export(tmp_path / "top.parquet", "top", settings=("parquetOutput.objects=generalTracks",))


def test_labels_of_other_objects_are_refused(export: Export, tmp_path: Path) -> None:
    with pytest.raises(LogicError, match="'truth' belongs to other objects: it counts"):
        export(tmp_path / "top.parquet", "top", settings=("topTruth.jets=ak4PFJetsCHS",))
    assert not list(tmp_path.iterdir())


def test_an_input_is_never_overwritten(export: Export, tmp_path: Path) -> None:
    shutil.copy(SIMULATED_TTBAR, tmp_path / "in.root")
    with pytest.raises(FileWriteError, match="is also an input of this job"):
        export(tmp_path / "in.root", "top", f"inputFiles={tmp_path / 'in.root'}")
    assert [file.name for file in tmp_path.iterdir()] == ["in.root"]


def test_a_full_disk_is_reported_and_leaves_nothing(export: Export, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(FileWriteError, match=r"cannot write .*top\.parquet"):
            export(tmp_path / "top.parquet", "top")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("parquetOutput.window=125", "'window': must be rows and columns, both larger than 0"),
        ("parquetOutput.window=125,400", "windows 400 pixels wide; 360 go once around"),
        ("parquetOutput.compressionLevel=23", "'compressionLevel': must be from 1 to 22"),
        ("parquetOutput.rowsPerGroup=0", "'rowsPerGroup': must be larger than 0"),
        ("parquetOutput.fileName=", "'fileName': must name a file"),
        ("detFrames.layers=TracksPt_3x3", "layer 'TracksPt_3x3' of 840 x 1080 cells does not fit granularity 1"),
        ("detFrames.layers=EEmEnergy", "layer 'EEmEnergy' of 100 x 100 cells does not fit"),
    ],
)
def test_impossible_windows_are_refused_before_the_first_event(
    export: Export, tmp_path: Path, setting: str, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        export(tmp_path / "top.parquet", "top", settings=(setting,))
    assert not list(tmp_path.iterdir())
