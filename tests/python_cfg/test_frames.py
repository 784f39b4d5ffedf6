"""Every packaged cfi of pictures runs on the packaged sample and makes the windows it says."""

from pathlib import Path

import awkward as ak
import pytest
import uproot

from e2efw import config as cms
from e2efw.framework.configured import JobConfiguration, configure
from e2efw.framework.job import Job
from python_cfg.samples import SIMULATED_TTBAR

WINDOWS = {
    "jetFrames": (125, 125),
    "tauFrames": (125, 125),
    "topFrames": (375, 375),
    "egFrames": (32, 32),
    "eventFrames": (280, 360),
}
"""Rows and columns of the windows of each cfi."""


def job(cfi: str, output: Path) -> JobConfiguration:
    process = cms.Process("FRAMES")
    process.maxEvents.input = 12
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.load(f"python_cfg.{cfi}_cfi")
    process.output = cms.OutputModule(
        "PoolOutputModule",
        fileName=cms.untracked.string(str(output)),
        outputCommands=cms.untracked.vstring("drop *", "keep *_*_*_FRAMES"),
    )
    process.path = cms.Path(getattr(process, cfi))
    process.write = cms.EndPath(process.output)
    return configure(process, Path())


@pytest.mark.parametrize("cfi", WINDOWS)
def test_pictures_of_every_cfi_have_seeds_in_simulated_events(cfi: str, tmp_path: Path) -> None:
    configured = job(cfi, tmp_path / "seeds.root")
    assert tuple(configured.running[cfi].module.describe()["frames"]["window"]) == WINDOWS[cfi]
    Job(configured).run()
    with uproot.open(tmp_path / "seeds.root") as file:
        status = file["Events"][f"e2eSeeds_{cfi}_seeds_FRAMES.obj.status_"].array()
    assert len(status) == 12
    assert ak.count_nonzero(status == 0) >= 5


def test_every_packaged_cfi_of_pictures_is_tried_here_or_in_the_main_job() -> None:
    folder = Path(__file__).parents[2] / "python_cfg"
    assert {path.stem.removesuffix("_cfi") for path in folder.glob("*Frames_cfi.py")} == {*WINDOWS, "detFrames"}
