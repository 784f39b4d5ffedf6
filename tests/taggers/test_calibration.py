"""Windows to set scales on: of the packaged sample or of files, and `e2efw model compress` with them."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dataformats.channels import expanded_channels
from e2efw.config.loader import load_process
from e2efw.errors import LogicError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from taggers.bundle import Bundle
from taggers.calibration import windows_for
from taggers.commands import model
from taggers.onnx_backend import OnnxSession
from tests.taggers.support import write_small_bundle


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All jets of the packaged sample that can have a window, with the layers of quarks and gluons."""
    file = tmp_path_factory.mktemp("exported") / "jets.parquet"
    process = load_process("export_quarkGluon_cfg.py", [f"outputFile={file}", "maxEvents=32"])
    process.quarkGluonTruth.minPt = 35.0
    Job(configure(process, Path())).run()
    return file


def session(bundle: Bundle) -> OnnxSession:
    return OnnxSession.open(bundle, threads=1, max_batch=16)


def test_windows_of_the_sample_are_spread_evenly(tmp_path: Path) -> None:
    opened = session(write_small_bundle(tmp_path, {"top": ""}))
    every, extra, rows = windows_for(opened, [], 10_000)
    few, of_few, few_rows = windows_for(opened, [], 5)
    assert every.shape[1:] == (2, 8, 8)
    assert few.shape[0] == 5
    np.testing.assert_array_equal(few, every[few_rows])
    assert few_rows[[0, -1]].tolist() == [0, len(rows) - 1]
    assert of_few["row"].tolist()[-1] == extra["row"].tolist()[-1]


def test_windows_come_from_files_by_name_of_channel(tmp_path: Path, exported: Path) -> None:
    opened = session(write_small_bundle(tmp_path, {"top": ""}, channels=("HCAL", "ECAL"), window=(125, 125)))
    pixels, extra, _ = windows_for(opened, [exported], 3)
    other = session(write_small_bundle(tmp_path, {"top": ""}, channels=expanded_channels(("@qg3",)), window=(125, 125)))
    both = windows_for(other, [exported], 3).pixels
    np.testing.assert_array_equal(pixels[:, 0], both[:, 2])
    assert extra["row"].shape == (len(pixels),)


def test_files_with_other_windows_are_refused(tmp_path: Path, exported: Path) -> None:
    opened = session(write_small_bundle(tmp_path, {"top": ""}))
    with pytest.raises(LogicError, match=r"windows of 125 x 125 pixels, model 'small' reads 8 x 8"):
        windows_for(opened, [exported], 3)


def test_compress_writes_a_bundle_that_runs_and_says_how_it_was_made(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"})
    arguments = ["compress", str(tmp_path / "small"), "-o", str(tmp_path / "int8"), "--max-windows", "20", "--json"]
    result = CliRunner().invoke(model, arguments, catch_exceptions=False)
    assert json.loads(result.output)["objects"] == 10
    made = Bundle.load(tmp_path / "int8")
    assert made.card.name == "small_int8"
    assert made.card.made_by == "e2efw model compress small --to int8 --output int8 --max-windows 20"
    assert CliRunner().invoke(model, ["check", str(tmp_path / "int8")]).exit_code == 0
