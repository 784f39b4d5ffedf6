"""`e2efw run` on cfg files as users write them."""

import textwrap
from pathlib import Path

import awkward as ak
import pytest
import uproot

from e2efw.cli.main import main
from python_cfg.samples import SIMULATED_TTBAR

CMSSW_STYLE = f"""
import FWCore.ParameterSet.Config as cms
from FWCore.ParameterSet.VarParsing import VarParsing

options = VarParsing("analysis")
options.register("minPt", 400.0, VarParsing.multiplicity.singleton, VarParsing.varType.float, "threshold in GeV")
options.inputFiles = [{SIMULATED_TTBAR!r}]
options.outputFile = "out.root"
options.parseArguments()

process = cms.Process("RECOE2E")
process.maxEvents = cms.untracked.PSet(input=cms.untracked.int32(options.maxEvents))
process.options = cms.untracked.PSet(numberOfThreads=cms.untracked.uint32(2))
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))
process.load("python_cfg/jetFrames_cfi")
process.jetFrames.minJetPt = options.minPt
process.frames = process.jetFrames.clone(minJetPt=5000.0)
process.out = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep e2eSeeds_*_*_RECOE2E"),
)
process.sequence = cms.Sequence(process.jetFrames + process.frames)
process.p = cms.Path(process.sequence)
process.e = cms.EndPath(process.out)
"""


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["run", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_cfg_in_the_style_of_cmssw_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cmssw_cfg.py").write_text(textwrap.dedent(CMSSW_STYLE))
    assert run("cmssw_cfg.py", "maxEvents=20", "minPt=450") == 0
    events = uproot.open(tmp_path / "out_numEvent20.root")["Events"]
    status = {label: events[f"e2eSeeds_{label}_seeds_RECOE2E.obj.status_"].array() for label in ("jetFrames", "frames")}
    assert len(status["frames"]) == 20
    assert ak.all(ak.num(status["frames"]) == ak.num(status["jetFrames"]))
    assert ak.all(status["frames"] == 1)
    assert 0 < ak.sum(status["jetFrames"] == 0) < ak.count(status["jetFrames"])


def test_the_output_of_one_job_is_the_input_of_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("ttbar_regression_cfg.py", "maxEvents=4", "--set", "output.outputCommands=keep *") == 0
    cfg = """
    from e2efw import config as cms
    process = cms.Process("AGAIN")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("ttbar_regression.root"))
    process.load("python_cfg.detFrames_cfi")
    process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("again.root"))
    process.p = cms.Path(process.detFrames)
    process.e = cms.EndPath(process.out)
    """
    (tmp_path / "again_cfg.py").write_text(textwrap.dedent(cfg))
    assert run("again_cfg.py") == 0
    with uproot.open(tmp_path / "again.root") as file:
        old, new = (
            file["Events"][f"e2eSparseFrames_detFrames__{name}.obj.value_"].array() for name in ("E2E", "AGAIN")
        )
        history = str(file["E2EProvenance"])
    assert old.tolist() == new.tolist()
    assert [f'"name": "{name}"' in history for name in ("GEN", "SIM", "E2E", "AGAIN")] == [True] * 4


def test_a_process_name_that_the_input_knows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("ttbar_regression_cfg.py", "maxEvents=4", "--set", "output.outputCommands=keep *") == 0
    assert run("ttbar_regression_cfg.py", "inputFiles=ttbar_regression.root", "outputFile=again.root") == 8009
    assert "been through a process 'E2E' already" in capsys.readouterr().err
    assert not (tmp_path / "again.root").exists()


def test_two_terminal_options_can_be_mixed_with_cfg_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("-n", "2", "ttbar_regression_cfg.py", "--set", "options.eventsPerBlock=2", "maxEvents=3") == 0
    assert uproot.open(tmp_path / "ttbar_regression.root")["Events"].num_entries == 3
