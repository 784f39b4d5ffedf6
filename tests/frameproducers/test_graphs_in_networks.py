"""Point clouds that networks make of windows are those of GraphProducer, number by number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.graphs import PointClouds
from dataformats.window_table import WindowLayer
from frameproducers.entries import Inputs
from frameproducers.graphs import GraphProducer
from frameproducers.jet_frames import JetFrameProducer

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
from taggers.training.networks import network  # noqa: E402
from taggers.training.networks.point_clouds import OnPointClouds  # noqa: E402

CHANNELS = ("TracksPt", "TracksD0", "ECAL", "HCAL")
LAYERS = [
    WindowLayer(name, "cm" if name == "TracksD0" else "GeV", *((5, 25) if name == "HCAL" else (1, 1)), 126, 126)
    for name in CHANNELS
]


@pytest.mark.parametrize("max_nodes", [1500, 150])
def test_a_network_sees_the_graphs_of_the_producer(
    simulated_inputs: Inputs, simulated_collection: Callable[..., Any], max_nodes: int
) -> None:
    some = np.arange(10)
    jets, hits = simulated_collection(Jets, "ak8PFJetsCHS").take(some), simulated_inputs.take(some)
    windows = JetFrameProducer(channels=CHANNELS).produce(jets, hits).frames
    made = GraphProducer(channels=CHANNELS, k=16, max_nodes=max_nodes).produce(jets, hits)
    clouds = PointClouds(*made[1:])
    has_window = made.seeds.flat("status") == 0
    expected = clouds.padded()
    assert has_window.sum() == len(windows.row) > 5
    assert (clouds.graphs.flat("n_cut") > 0).any() == (max_nodes == 150)

    of_graphs = network("graphsage", 2 + len(CHANNELS), (125, 125), 1, hidden=4, layers=1)
    on_windows = OnPointClouds(of_graphs, LAYERS, (125, 125), max_nodes, 16)
    inputs = [torch.from_numpy(one) for one in (windows.select(CHANNELS), windows.row, windows.column)]
    nodes, neighbours, n_nodes = (
        np.concatenate(parts) for parts in zip(*map(on_windows.graphs, *(one.split(4) for one in inputs)), strict=True)
    )
    deep = expected.nodes.shape[1]
    np.testing.assert_array_equal(n_nodes, expected.n_nodes[has_window])
    np.testing.assert_allclose(nodes[:, :deep], expected.nodes[has_window], rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(neighbours[:, :deep], expected.neighbours[has_window])
    assert not nodes[:, deep:].any()
    assert (neighbours[:, deep:] == -1).all()
