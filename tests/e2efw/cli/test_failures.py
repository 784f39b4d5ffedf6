"""What is wrong before the first event gives one clear message and the CMSSW exit code, and leaves nothing behind."""

import shutil
from pathlib import Path

import awkward as ak
import pytest

from tests.e2efw.cli.conftest import Command
from tests.e2efw.cli.failing import EB, Case, changed, no_root_file, run_case, truncated, write_tree

MODEL = Path(__file__).parents[3] / "taggers" / "models" / "calorimetric_baseline"


def tampered_model(folder: Path) -> None:
    """A bundle whose network is not the one its card speaks of."""
    shutil.copytree(MODEL, folder / "mine")
    network = bytearray((folder / "mine" / "model.onnx").read_bytes())
    network[len(network) // 2] ^= 1
    (folder / "mine" / "model.onnx").write_bytes(network)


CASES = [
    Case(
        "a missing file",
        8020,
        ("FileOpenError: File inn.root does not exist. Did you mean 'in.root'?", "(PoolSource) (my_cfg.py:5)"),
        "process.source.fileNames = ['inn.root']",
    ),
    Case(
        "a file that is no ROOT file",
        8021,
        ("FileReadError: File in.root is not a ROOT file: it starts with b'thes'",),
        prepare=no_root_file,
    ),
    *(
        Case(
            f"a file cut to {kept}",
            8021,
            ("FileReadError: File in.root is truncated: it has ",),
            "",
            (),
            truncated(kept),
        )
        for kept in (0, 100, 5000, 0.5, 0.99)
    ),
    Case(
        "a file without events",
        8021,
        ("FileReadError: File in.root: no tree 'Events'", "It holds: Event (TTree)"),
        prepare=lambda folder: write_tree(folder / "in.root", "Event", {"x": ak.Array([1, 2, 3])}),
    ),
    Case(
        "a missing branch",
        8006,
        ("ProductNotFound: DetFrameProducer 'detFrames': no product 'reducedEcalRecHitsEB'", "for 'ebHits'"),
        prepare=lambda folder: changed(folder / "in.root", {}, drop=(EB,)),
    ),
    Case(
        "a missing leaf",
        8021,
        ("FileReadError: ", "in.root", "obj.obj.energy_", "reducedEcalRecHitsEB"),
        prepare=lambda folder: changed(folder / "in.root", {}, drop=(f"{EB}obj.obj.energy_",)),
    ),
    Case(
        "a misspelt parameter",
        8009,
        ("JetFrameProducer 'jetFrames': no parameter 'minJetPT' (my_cfg.py:12). Did you mean 'minJetPt'? Known: ",),
        "process.jetFrames.minJetPT = cms.double(20.0)",
    ),
    Case(
        "a misspelt type of module",
        8009,
        ("'more' (my_cfg.py:12): no plugin 'JetFramesProducer'. Did you mean 'JetFrameProducer'? EDProducers: ",),
        "process.more = cms.EDProducer('JetFramesProducer'); process.p += process.more",
    ),
    Case(
        "a misspelt service",
        8009,
        ("'Trcer' (my_cfg.py:12): no plugin 'Trcer'. Did you mean 'Tracer'? Services: ", "DependencyGraph, "),
        "process.add_(cms.Service('Trcer'))",
    ),
    Case(
        "a parameter of the wrong type",
        8009,
        ("JetFrameProducer 'more': parameter 'minJetPt' is a double, not a string (my_cfg.py:12)",),
        "process.more = cms.EDProducer('JetFrameProducer', minJetPt=cms.string('20')); process.p += process.more",
    ),
    Case(
        "a missing product",
        8006,
        (
            "ProductNotFound: JetFrameProducer 'jetFrames': no product 'ak8PFJets' for 'jets' (my_cfg.py:12)",
            "Did you mean 'ak8PFJetsCHS'?",
        ),
        "process.jetFrames.jets = 'ak8PFJets'",
    ),
    Case(
        "modules that wait for each other",
        8017,
        ("ScheduleExecutionFailure: ", "'a'", "'b'"),
        """
from dataformats.results import EventFloat
from e2efw.framework.modules import EDProducer, InputTag, param

class FailuresCycle(EDProducer):
    other: InputTag = param(doc="of the other")

    def produce(self, other: EventFloat) -> EventFloat:
        return other

process.a = cms.EDProducer("FailuresCycle", other=cms.InputTag("b"))
process.b = cms.EDProducer("FailuresCycle", other=cms.InputTag("a"))
process.p += process.a + process.b
""",
    ),
    Case(
        "a model whose channels the frames lack",
        8009,
        ("model 'calorimetric_baseline' reads channel 'HCAL', which the frames do not have", "have: ECAL, TracksPt"),
        "process.jetFrames.channels = ['TracksPt', 'ECAL']",
    ),
    Case(
        "a model that was tampered with",
        8009,
        ("model.onnx is not the model its card speaks of: sha256 ", "(TTbarRegressor)"),
        "process.ttbar.model = 'mine'",
        prepare=tampered_model,
    ),
    Case(
        "a missing model",
        8019,
        (
            "FileInPathError: no file 'calorimetric_base' in ",
            "bundles that come with the project: anomaly_autoencoder, calorimetric_baseline, ",
        ),
        "process.ttbar.model = 'calorimetric_base'",
    ),
    Case(
        "an output in a folder that is not there",
        8033,
        ("FileWriteError: PoolOutputModule: cannot write nowhere/out.root: there is no folder nowhere",),
        "process.out.fileName = 'nowhere/out.root'",
    ),
    Case(
        "an output that is a folder",
        8033,
        (
            "FileWriteError: PoolOutputModule: taken is a folder, not a file name",
            "'out' (PoolOutputModule) (my_cfg.py:9)",
        ),
        "process.out.fileName = 'taken'",
        prepare=lambda folder: (folder / "taken").mkdir(),
    ),
    Case(
        "an output that is the input",
        8033,
        ("FileWriteError: PoolOutputModule: in.root is also an input of this job", "write to another file"),
        "process.out.fileName = 'file:./in.root'",
    ),
    Case(
        "the name of a process that the input went through",
        8009,
        ("Configuration: the input has been through a process 'SIM' already", "such as 'SIM2'", "Used: GEN, SIM"),
        "process.setName_('SIM')",
    ),
    Case(
        "a name that no process may have",
        7002,
        ("my_cfg.py", "'A_B' is no name; use letters and digits only, no underscore (my_cfg.py:12)"),
        "process.setName_('A_B')",
    ),
    Case(
        "no input at all",
        8009,
        ("PoolSource 'source': parameter 'fileNames': must name at least one file (my_cfg.py:12)",),
        "process.source.fileNames = []",
    ),
    Case(
        "an unknown compression",
        8009,
        ("parameter 'compressionAlgorithm': 'ZST' is not one of ZSTD, LZMA, ZLIB, LZ4 (my_cfg.py:12)",),
        "process.out.compressionAlgorithm = cms.untracked.string('ZST')",
    ),
    *(
        Case(
            f"SelectEvents with {entry}, which names no path",
            8009,
            (f"PoolOutputModule 'out': SelectEvents '{entry}' names no path. Paths: p.",),
            f"process.out.SelectEvents = cms.untracked.PSet(SelectEvents=cms.vstring({entry!r}))",
        )
        for entry in ("q", "!q*")
    ),
    Case(
        "input files with different products, where they must match",
        8023,
        ("MismatchedInputFiles: ", "other.root", "reducedEcalRecHitsEB"),
        "process.source.fileNames = ['in.root', 'other.root']; "
        "process.source.branchesMustMatch = cms.untracked.string('strict')",
        prepare=lambda folder: changed(folder / "other.root", {}, drop=(EB,)),
    ),
    Case(
        "a cfg that raises",
        7002,
        ("ConfigFileReadError: ", "my_cfg.py: KeyError: 'x'", 'my_cfg.py", line 12'),
        "{}['x']",
    ),
    Case(
        "an argument the cfg does not have",
        7000,
        ("Did you mean 'maxEvents'?",),
        "cms.arguments(maxEvents=1)",
        ("maxEvent=3",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_job_cannot_begin_with(command: Command, tmp_path: Path, case: Case) -> None:
    run_case(command, tmp_path, case)


def test_an_unknown_cfg_names_the_nearest(command: Command, tmp_path: Path) -> None:
    ended = command("run", "ttbar_regresion_cfg.py")
    assert ended.code == 7001
    assert "Did you mean 'ttbar_regression_cfg.py'?" in ended.err
    assert list(tmp_path.iterdir()) == []
