"""What goes wrong gives one clear message and the CMSSW exit code, and leaves nothing behind."""

import shutil
import textwrap
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from e2efw.cli.main import main
from python_cfg.samples import SIMULATED_TTBAR

EB = "EcalRecHitsSorted_reducedEcalRecHitsEB__SIM."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and what was printed on both streams."""
    with pytest.raises(SystemExit) as ended:
        main(["run", *arguments])
    captured = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, captured.out + captured.err


def run_main_job(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    return run(capsys, "ttbar_regression_cfg.py", *arguments)


def write_tree(path: Path, name: str, columns: dict[str, ak.Array]) -> None:
    with uproot.recreate(path) as file:
        tree = file.mktree(name, {branch: column.type.content for branch, column in columns.items()})
        tree.extend(columns)


def changed_sample(path: Path, change: dict[str, ak.Array], drop: tuple[str, ...] = ()) -> None:
    """The packaged sample with some leaves replaced and some products left out, in flat branches."""
    with uproot.open(SIMULATED_TTBAR) as file:
        tree = file["Events"]
        names = [name for name in tree.keys() if not name.startswith("n") and not name.endswith(".present")]  # noqa: SIM118
        columns = {name: tree[name].array() for name in names if not name.startswith(drop or ("-",))} | change
    write_tree(path, "Events", columns)


def test_a_missing_input_names_the_nearest_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(SIMULATED_TTBAR, folder / "events.root")
    code, printed = run_main_job(capsys, "inputFiles=event.root")
    assert code == 8020
    assert "event.root" in printed
    assert "Did you mean 'events.root'?" in printed
    assert [path.name for path in folder.iterdir()] == ["events.root"]


@pytest.mark.parametrize("kept", [0, 100, 5000, 0.5, 0.99])
def test_a_truncated_input_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], kept: float) -> None:
    content = Path(SIMULATED_TTBAR).read_bytes()
    (folder / "cut.root").write_bytes(content[: int(kept if kept > 1 else kept * len(content))])
    code, printed = run_main_job(capsys, "inputFiles=cut.root")
    assert code == 8021
    assert "cut.root" in printed
    assert "Traceback" not in printed
    assert [path.name for path in folder.iterdir()] == ["cut.root"]


def test_a_file_without_events_says_what_it_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(folder / "other.root", "Event", {"x": ak.Array([1, 2, 3])})
    code, printed = run_main_job(capsys, "inputFiles=other.root")
    assert code == 8021
    assert "Events" in printed
    assert "It holds: Event (TTree)" in printed


def test_a_missing_branch_names_module_product_and_the_nearest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed_sample(folder / "no_tracks.root", {}, drop=("recoTracks",))
    code, printed = run_main_job(capsys, "inputFiles=no_tracks.root", "--set", "detFrames.tracks=generalTrack")
    assert code == 8006
    assert "DetFrameProducer 'detFrames': no product 'generalTrack'" in printed
    assert not (folder / "ttbar_regression.root").exists()


def test_a_missing_leaf_names_the_product_and_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed_sample(folder / "no_energy.root", {}, drop=(f"{EB}obj.obj.energy_",))
    code, printed = run_main_job(capsys, "inputFiles=no_energy.root")
    assert code == 8021
    assert "obj.obj.energy_" in printed
    assert "reducedEcalRecHitsEB" in printed
    assert "no_energy.root" in printed


def test_an_unknown_module_names_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cfg = """
    from e2efw import config as cms
    process = cms.Process("TEST")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("a.root"))
    process.frames = cms.EDProducer("DetFramesProducer")
    process.p = cms.Path(process.frames)
    """
    (folder / "my_cfg.py").write_text(textwrap.dedent(cfg))
    code, printed = run(capsys, "my_cfg.py")
    assert code == 8009
    assert "'frames' (my_cfg.py:5): no plugin 'DetFramesProducer'. Did you mean 'DetFrameProducer'?" in printed


def test_a_misspelt_parameter_names_the_nearest_and_the_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cfg = """
    from e2efw import config as cms
    process = cms.Process("TEST")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("a.root"))
    process.jetFrames = cms.EDProducer(
        "JetFrameProducer",
        minJetPT=cms.double(20.0),
    )
    process.p = cms.Path(process.jetFrames)
    """
    (folder / "my_cfg.py").write_text(textwrap.dedent(cfg))
    code, printed = run(capsys, "my_cfg.py")
    assert code == 8009
    assert "JetFrameProducer 'jetFrames': no parameter 'minJetPT' (my_cfg.py:7). Did you mean 'minJetPt'?" in printed


def test_a_parameter_of_the_wrong_type_says_which_is_right(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cfg = """
    from e2efw import config as cms
    process = cms.Process("TEST")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("a.root"))
    process.jetFrames = cms.EDProducer("JetFrameProducer", minJetPt=cms.string("20"))
    process.p = cms.Path(process.jetFrames)
    """
    (folder / "my_cfg.py").write_text(textwrap.dedent(cfg))
    code, printed = run(capsys, "my_cfg.py")
    assert code == 8009
    assert "parameter 'minJetPt' is a double, not a string (my_cfg.py:5)" in printed


def test_a_model_whose_channels_do_not_match_is_refused_before_the_first_event(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed = run_main_job(capsys, "--set", "jetFrames.channels=TracksPt,ECAL")
    assert code == 8009
    assert "HCAL" in printed
    assert "TracksPt" in printed
    assert not list(folder.iterdir())


def test_a_missing_model_names_those_there_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run_main_job(capsys, "--set", "ttbar.model=calorimetric_base")
    assert code in {8009, 8019}
    assert "calorimetric_baseline" in printed
    assert not list(folder.iterdir())


@pytest.mark.parametrize("output", ["missing_folder/out.root", "taken"])
def test_an_output_that_cannot_be_written_is_refused_before_the_first_event(
    folder: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    (folder / "taken").mkdir()
    code, printed = run_main_job(capsys, f"outputFile={output}")
    assert code == 8033
    assert output in printed
    assert [path.name for path in folder.iterdir()] == ["taken"]


def corrupt_sample(path: Path) -> int:
    """The sample with a NaN energy in event 3 and two impossible detids in event 5; returns the number of bad hits."""
    with uproot.open(SIMULATED_TTBAR) as file:
        energy, detid = (file["Events"][f"{EB}obj.obj.{leaf}"].array() for leaf in ("energy_", "id_.id_"))
    counts, energies, ids = ak.num(energy), ak.to_numpy(ak.flatten(energy)), ak.to_numpy(ak.flatten(detid))
    starts = np.concatenate([[0], np.cumsum(counts)])
    energies[starts[3]] = np.nan
    ids[starts[5]], ids[starts[5] + 1] = 0, 0xFFFFFFFF
    change = {f"{EB}obj.obj.energy_": ak.unflatten(energies, counts), f"{EB}obj.obj.id_.id_": ak.unflatten(ids, counts)}
    changed_sample(path, change)
    return 3


def test_faulty_hits_are_dropped_counted_and_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corrupt_sample(folder / "bad.root")
    code, printed = run_main_job(capsys, "inputFiles=bad.root")
    assert code == 0
    assert "1:1:4" in printed
    assert "energy is NaN or infinite" in printed
    assert "1:1:6" in printed
    assert "is no EB crystal" in printed


def test_faulty_hits_can_be_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corrupt_sample(folder / "bad.root")
    code, printed = run_main_job(capsys, "inputFiles=bad.root", "--set", "source.badHits=refuse")
    assert code == 8016
    assert "bad.root" in printed
    assert "1:1:4" in printed
    assert [path.name for path in folder.iterdir()] == ["bad.root"]


def test_a_cfg_that_raises_shows_its_own_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "my_cfg.py").write_text("from e2efw import config as cms\nprocess = cms.Process('A_B')\n")
    code, printed = run(capsys, "my_cfg.py")
    assert code == 7002
    assert "my_cfg.py" in printed
    assert "letters and digits only" in printed


def test_a_module_that_raises_is_named_with_its_events(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plugin = """
    from dataformats.results import EventFloat
    from dataformats.tracks import Tracks
    from e2efw.framework.modules import EDProducer, InputTag, param

    class FailuresBroken(EDProducer):
        \"\"\"Divides by zero.\"\"\"

        tracks: InputTag = param("generalTracks", doc="tracks")

        def produce(self, tracks: Tracks) -> EventFloat:
            return 1 / 0
    """
    cfg = f"""
    import broken_plugin
    from e2efw import config as cms
    process = cms.Process("TEST")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring({SIMULATED_TTBAR!r}))
    process.broken = cms.EDProducer("FailuresBroken")
    process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("out.root"))
    process.p = cms.Path(process.broken)
    process.e = cms.EndPath(process.out)
    """
    (folder / "broken_plugin.py").write_text(textwrap.dedent(plugin))
    (folder / "my_cfg.py").write_text(textwrap.dedent(cfg))
    code, printed = run(capsys, "my_cfg.py")
    assert code == 8002
    assert "division by zero" in printed
    assert "in module 'broken' (FailuresBroken), event 1:1:1 of " in printed
    assert sorted(path.name for path in folder.glob("*.root")) == []
    assert not list(folder.glob(".*"))


def test_an_unknown_argument_of_the_cfg_names_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run_main_job(capsys, "maxEvent=3")
    assert code == 7000
    assert "Did you mean 'maxEvents'?" in printed


def test_an_unknown_cfg_names_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run(capsys, "ttbar_regresion_cfg.py")
    assert code == 7001
    assert "Did you mean 'ttbar_regression_cfg.py'?" in printed
