"""Jobs written in the manner of RecoE2E run on the packaged sample."""

import logging
from pathlib import Path
from typing import Any

import awkward as ak
import pytest
import uproot

from e2efw.config.loader import load_process
from e2efw.errors import ConfigFileReadError, ConfigurationError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from frameproducers.recoe2e import CHANNELS
from python_cfg.samples import SIMULATED_TTBAR

FOLDER = Path(__file__).parent / "data" / "recoe2e"
EIGHT = ("TracksPt", "ECAL", "HCAL", "TracksD0", "TracksDz", "BPIX1", "BPIX2", "BPIX3")


def modules(cfg: str, *arguments: str) -> dict[str, Any]:
    """The modules of a job by label, and the job as ``job``."""
    job = configure(load_process(FOLDER / cfg, arguments), FOLDER)
    return {"job": job, **{label: configured.module for label, configured in job.running.items()}}


def test_boosted_jets_have_the_eight_channels_of_recoe2e(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    output = tmp_path / "top.root"
    with caplog.at_level(logging.WARNING):
        found = modules("top_frames_cfg.py", f"inputFiles={SIMULATED_TTBAR}", f"outputFile={output}", "maxEvents=8")
    assert found["DetFrames"].layers == found["JetFrames"].channels == EIGHT == CHANNELS
    assert (found["JetFrames"].jets.label, found["JetFrames"].min_jet_pt) == ("ak8PFJetsCHS", 35.0)
    assert "GlobalTag 102X_upgrade2018_realistic_v15" in caplog.text
    assert len([text for text in caplog.messages if "stands for" in text]) == 2
    Job(found["job"]).run()
    with uproot.open(tmp_path / "top_numEvent8.root") as file:
        status = file["Events"]["e2eSeeds_JetFrames_seeds_TopClassifier.obj.status_"].array()
    assert len(status) == 8
    assert ak.any(status == 0)


def test_photons_have_windows_of_ecal(tmp_path: Path) -> None:
    output = tmp_path / "photons.root"
    found = modules("photon_frames_cfg.py", SIMULATED_TTBAR, f"--outputFile={output}", "--maxEvents=8")
    assert found["DetFrames"].layers == found["EGFrames"].channels == ("ECAL",)
    Job(found["job"]).run()
    with uproot.open(output) as file:
        assert len(file["Events"]["e2eSeeds_EGFrames_seeds_EGClassifier.obj.status_"].array()) == 8


def test_arguments_of_the_cfg_are_argparse_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        load_process(FOLDER / "photon_frames_cfg.py", ["--help"])
    assert "frames around photons" in capsys.readouterr().out
    with pytest.raises(ConfigFileReadError, match=r"ended with sys\.exit\(2\)"):
        load_process(FOLDER / "photon_frames_cfg.py", ["a.root", "--nope"])


def test_narrow_jets_have_channels_by_their_switches(tmp_path: Path) -> None:
    output = tmp_path / "qg.root"
    found = modules("quark_gluon_cfg.py", f"inputFiles={SIMULATED_TTBAR}", f"outputFile={output}", "maxEvents=4")
    assert found["JetFrames"].channels == ("TracksPt", "ECAL", "HCAL", "TracksD0", "TracksDz")
    assert found["JetFrames"].jets.label == "ak4PFJetsCHS"
    Job(found["job"]).run()
    assert (tmp_path / "qg_numEvent4.root").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["setChannelOrder=0,1"], "'setChannelOrder' = '0,1' names no HCAL, which is switched on; it is 2"),
        (["setChannelOrder=0,0"], "must name channels once each; they are 0 TracksPt"),
        (["setChannelOrder=9"], "must name channels once each"),
    ],
)
def test_wrong_orders_of_channels_are_errors(arguments: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        modules("top_frames_cfg.py", f"inputFiles={SIMULATED_TTBAR}", *arguments)


def test_another_collection_of_jets_is_an_error() -> None:
    process = load_process(FOLDER / "quark_gluon_cfg.py", [f"inputFiles={SIMULATED_TTBAR}"])
    process.JetFrames.jetCollection = "ak5"
    with pytest.raises(ConfigurationError, match="'jetCollection' is 'ak4' or 'ak8', not 'ak5'"):
        configure(process, FOLDER)


@pytest.mark.parametrize(
    ("cfg", "arguments", "seeds", "objects"),
    [
        (
            "top_frames_cfg.py",
            ("inputFiles={input}", "outputFile={output}", "doBPIX=0", "setChannelOrder=0,1,2,3,4"),
            "JetFrames",
            "recoPFJets_ak8PFJetsCHS",
        ),
        (
            "quark_gluon_cfg.py",
            ("inputFiles={input}", "outputFile={output}"),
            "JetFrames",
            "recoPFJets_ak4PFJetsCHS",
        ),
        ("photon_frames_cfg.py", ("{input}", "--outputFile={output}"), "EGFrames", "recoPhotons_gedPhotons"),
    ],
)
def test_real_collisions_have_windows_too(
    real_files: list[Path], tmp_path: Path, cfg: str, arguments: tuple[str, ...], seeds: str, objects: str
) -> None:
    with_window = 0
    for path in real_files:
        output = tmp_path / f"{path.stem}.root"
        Job(modules(cfg, *(one.format(input=path, output=output) for one in arguments))["job"]).run()
        with uproot.open(output) as file:
            columns = {key.split("/")[-1]: branch for key, branch in file["Events"].items()}
            status = next(b for key, b in columns.items() if f"_{seeds}_seeds_" in key and "status_" in key).array()
            pt = next(b for key, b in columns.items() if key.startswith(objects) and key.endswith("fPt")).array()
        assert ak.num(status).tolist() == ak.num(pt).tolist()
        assert len(status) == 25
        with_window += int(ak.sum(status == 0))
    assert with_window > 50
