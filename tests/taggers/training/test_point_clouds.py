"""Networks on point clouds: the graphs are those of GraphProducer, and a recipe makes a bundle that any tagger runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import awkward as ak
import numpy as np
import pytest

import e2efw
from dataformats.window_table import WindowLayer
from e2efw import config as cms
from e2efw.errors import ConfigurationError, E2EFWError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import SIMULATED_TTBAR
from taggers.bundle import Bundle
from taggers.onnx_backend import OnnxSession
from taggers.training.samples import open_samples

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
from taggers.training.building import make_loss, make_network  # noqa: E402
from taggers.training.networks import network  # noqa: E402
from taggers.training.networks.point_clouds import OnPointClouds  # noqa: E402

Make: TypeAlias = Callable[..., Any]
CHANNELS = ("TracksPt", "TracksD0", "ECAL", "HCAL")
LAYERS = [
    WindowLayer(name, "cm" if name == "TracksD0" else "GeV", *((5, 25) if name == "HCAL" else (1, 1)), 9, 9)
    for name in CHANNELS
]
"""The grid of cells does not matter here."""
GRAPH = (
    "graph={max_nodes: 24, k: 5}", "network={name: graphsage, hidden: 8, layers: 2}", "transform.HCAL=[{scale: 0.04}]",
    "epochs=1",
)  # fmt: skip


def job(*modules: Any, output: Path) -> Job:
    """Some modules on three events of the packaged sample."""
    process = cms.Process("CLOUDS")
    process.maxEvents.input = 3
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.p = cms.Path()
    for module in modules:
        setattr(process, module.type_()[0].lower() + module.type_()[1:], module)
        process.p += module
    process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(output)))
    process.e = cms.EndPath(process.output)
    return Job(configure(process, Path()))


def on_windows(max_nodes: int, k: int, channels: tuple[str, ...] = CHANNELS, window: int = 125) -> Any:
    """A network on graphs of windows, with the layers of this page."""
    of_graphs = network("graphsage", 2 + len(channels), (window, window), 1, hidden=8, layers=2)
    layers = [layer for layer in LAYERS if layer.name in channels]
    return OnPointClouds(of_graphs, layers, (window, window), max_nodes, k).eval()


def test_of_equal_energies_the_first_stay_and_what_is_not_known_goes_first() -> None:
    frames = torch.zeros(2, 2, 9, 9)
    frames[0, 1, ::2, ::3] = 1.0
    frames[0, 1, 8, 8] = 2.0
    frames[0, 0, 4, 4] = -7.0
    frames[1, 1, 3, 3] = torch.nan
    made = on_windows(6, 2, ("TracksD0", "ECAL"), 9)
    nodes, neighbours, n_nodes = made.graphs(frames, torch.tensor([140, 140]), torch.tensor([3, 3]))
    places = (nodes[0, :, :2] * 4 + 4).round().int().tolist()
    assert places == [[0, 0], [0, 3], [0, 6], [2, 0], [2, 3], [8, 8]]
    assert n_nodes.tolist() == [6, 1]
    assert neighbours[0].tolist() == [[0, 3], [1, 4], [2, 1], [3, 0], [4, 1], [5, 4]]
    assert neighbours[1, 0].tolist() == [0, -1]


def test_graphs_of_fewer_nodes_than_neighbours_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"k \(5\) is at least 1 and at most max_nodes \(4\)"):
        on_windows(4, 5)


@pytest.fixture(scope="module")
def trained(recipe: Make, tmp_path_factory: pytest.TempPathFactory) -> Any:
    for library in ("pyarrow", "torchmetrics", "lightning"):
        pytest.importorskip(library, reason=f"{library} is in the extra `train`")
    from taggers.training.trainer import train  # noqa: PLC0415 (needs lightning)

    return train(recipe(*GRAPH), tmp_path_factory.mktemp("runs") / "cloud")


def test_the_bundle_says_of_raw_windows_what_torch_says(recipe: Make, trained: Any) -> None:
    from taggers.training.learner import Learner  # noqa: PLC0415 (needs lightning)
    from taggers.training.trainer import prepared  # noqa: PLC0415 (needs lightning)

    asked = recipe(*GRAPH)
    samples = open_samples(asked)
    learner = Learner(asked, samples.train.source.window, samples.train, 1)
    learner.load_state_dict(torch.load(trained.folder.best, weights_only=True)["state_dict"])
    rows = list(range(len(samples.test)))
    with torch.no_grad():
        expected = learner.eval().says(prepared(asked, samples.test).batch(rows)).numpy()[:, 0]
    bundle = Bundle.load(trained.folder.bundle)
    assert bundle.card.input.extra == ("row", "column")
    assert bundle.card.activation_bytes > 24 * 5 * 8 * 4  # the neighbours of all nodes of a graph
    raw = prepared(recipe(*GRAPH, "transform=null"), samples.test).batch(rows)
    session = OnnxSession.open(bundle, threads=1, max_batch=4)
    extra = {"row": raw["seed_row"].numpy(), "column": raw["seed_column"].numpy()}
    np.testing.assert_allclose(session.run(raw["pictures"].numpy(), extra)["odd"], expected, rtol=1e-5, atol=1e-6)
    assert expected.std() > 0


def test_any_tagger_runs_it_in_a_job(trained: Any, tmp_path: Path) -> None:
    channels = ["ECAL", "HCAL", "TracksPt"]
    frames = cms.EDProducer("JetFrameProducer", channels=channels, minJetPt=30.0, height=25, width=25)
    tags = {name: cms.InputTag("jetFrameProducer", name) for name in ("seeds", "frames")}
    model = cms.string(str(trained.folder.bundle))
    tagger = cms.EDProducer("OnnxTagger", model=model, jets=cms.InputTag("ak8PFJetsCHS"), **tags)
    job(frames, tagger, output=tmp_path / "out.root").run()
    with e2efw.open(tmp_path / "out.root") as events:
        scores = events["onnxTagger"].product()
    assert ak.any(scores.status == 0)
    assert ak.all(np.isfinite(scores.score) == (scores.status == 0))


def test_windows_whose_towers_a_mirror_would_move_are_refused(recipe: Make) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
    asked = recipe(*GRAPH)
    layers = [WindowLayer(name, "GeV", 1, 1, 25, 25) for name in asked.channel_names]
    with pytest.raises(
        ConfigurationError, match="phi_flip of windows of 24 x 25 pixels would move the middle of towers"
    ):
        make_network(asked, (24, 25), make_loss(asked), layers)
    with pytest.raises(ConfigurationError, match="'graph' needs files of e2efw export"):
        make_network(asked, (25, 25), make_loss(asked))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["network=cnn"], "network 'cnn' reads frames; this recipe has nodes, neighbours, n_nodes"),
        (["graph=null"], "network 'graphsage' reads nodes, .* this recipe has frames. The key 'graph' makes graphs"),
        (["position=true"], "networks on graphs are not told the position"),
        (["transform.ECAL=[{standardise: {mean: 1, std: 2}}]"], "the transform fills empty pixels of ECAL"),
        (["graph.max_nodes=626"], r"max_nodes \(626\), these at most 625 pixels"),
    ],
)
def test_what_makes_no_graphs_is_refused(recipe: Make, tmp_path: Path, settings: list[str], message: str) -> None:
    pytest.importorskip("lightning", reason="lightning is in the extra `train`")
    from taggers.training.trainer import train  # noqa: PLC0415 (needs lightning)

    with pytest.raises(E2EFWError, match=message):
        train(recipe(*GRAPH, *settings), tmp_path / "run")
