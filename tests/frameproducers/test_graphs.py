"""Graphs around jets against a readable twin that looks at full pictures and sorts all pairs."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.channels import expanded_channels
from dataformats.frames import SeedStatus
from dataformats.geometry.detids import pack_eb, pack_hcal
from dataformats.geometry.hcal import tower_direction
from dataformats.graphs import FEATURE_SETS, PointClouds
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks
from e2efw.errors import ConfigurationError
from frameproducers.entries import Inputs, layer_entries
from frameproducers.graphs import GraphProducer, GraphProducts
from frameproducers.layers import LAYERS

MakeInputs = Callable[[int, int], Inputs]
MakeJets = Callable[[int, int], Jets]
CHANNELS = ("HCAL", "TracksPt", "ECAL", "TracksD0")


def produce(jets: Jets, inputs: Inputs, **parameters: Any) -> GraphProducts:
    return GraphProducer(**parameters).produce(jets, inputs)


def full_pictures(inputs: Inputs, channels: tuple[str, ...]) -> NDArray[np.float32]:
    """(events, channels, 280, 360): every cell in the middle one of its pixels."""
    pictures = np.zeros((len(inputs.eb_hits), len(channels), 280, 360), np.float32)
    for channel, name in enumerate(channels):
        (offsets, cell, value), grid = layer_entries(channels, inputs)[name], LAYERS[name].grid
        event, cut = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)), grid.cell_size
        rows, columns = cell // grid.columns * cut + cut // 2, cell % grid.columns * cut + cut // 2
        assert grid.first_row is not None
        pictures[event, channel, rows + grid.first_row, columns] = value
    return pictures


def twin(
    window: NDArray[np.float32], channels: tuple[str, ...], features: str, k: int, max_nodes: int, *, self_loops: bool
) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
    """x, edge_index and number of cut nodes of one window (channels, rows, columns)."""
    about = FEATURE_SETS[features]
    nodes = [
        (row, column)
        for row in range(window.shape[1])
        for column in range(window.shape[2])
        if np.abs(window[:, row, column]).sum() > about.min_content
    ]
    energies = [channel for channel, name in enumerate(channels) if LAYERS[name].unit == "GeV"]
    ranked = sorted(nodes, key=lambda place: -sum(window[channel][place] for channel in energies))
    kept = sorted(ranked[:max_nodes])
    x, edges = [], []
    for target, (row, column) in enumerate(kept):
        values = list(window[:, row, column])
        if features == "top_gnn":
            x.append([(row - 62) / 62, (column - 62) / 62, *values])
        else:
            x.append([*values, row / 125, column / 125])
        others = [source for source in range(len(kept)) if self_loops or source != target]
        others.sort(key=lambda source: (kept[source][0] - row) ** 2 + (kept[source][1] - column) ** 2)
        edges += [(source, target) for source in others[:k]]
    shape = len(kept), len(channels) + 2
    return np.array(x, np.float32).reshape(shape), np.array(edges, np.int64).reshape(-1, 2).T, len(nodes) - len(kept)


def assert_like_twin(jets: Jets, inputs: Inputs, **parameters: Any) -> GraphProducts:
    made = produce(jets, inputs, **parameters)
    settings_ = {"features": "top_gnn", "k": 16, "max_nodes": 5000, "self_loops": True, **parameters}
    channels = expanded_channels(settings_["channels"])
    arguments = settings_["features"], settings_["k"], settings_["max_nodes"]
    x, edge_index, batch = PointClouds(*made[1:]).arrays()
    pictures, event = full_pictures(inputs, channels), np.repeat(np.arange(len(jets)), jets.counts)
    status, cut = made.seeds.flat("status"), made.graphs.flat("n_cut")
    for jet in range(status.size):
        mine = np.flatnonzero(batch == jet)
        if status[jet] != SeedStatus.OK:
            assert not mine.size
            continue
        row, column = int(made.seeds.flat("row")[jet]), int(made.seeds.flat("column")[jet])
        window = pictures[event[jet]][:, row - 62 : row + 63][:, :, np.arange(column - 62, column + 63) % 360]
        wanted, edges, n_cut = twin(window, channels, *arguments, self_loops=settings_["self_loops"])
        np.testing.assert_allclose(x[mine], wanted, rtol=1e-6, atol=0)
        held = slice(2, None) if settings_["features"] == "top_gnn" else slice(None, -2)
        assert np.array_equal(x[mine, held], wanted[:, held])
        first = mine[0] if mine.size else 0
        assert np.array_equal(edge_index[:, np.isin(edge_index[1], mine)] - first, edges)
        assert cut[jet] == n_cut
    return made


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"channels": ("@top8",), "k": 7},
        {"channels": ("EBEnergy", "HBHE_EB", "TOB1", "MuonsPt", "ECALatHCAL"), "k": 3},
        {"features": "top_mass_gnn", "k": 7, "self_loops": False},
        {"max_nodes": 20, "k": 30},
        {"max_nodes": 1, "self_loops": False},
    ],
    ids=str,
)
def test_random_events_give_the_graphs_of_the_readable_twin(
    parameters: dict[str, Any], random_inputs: MakeInputs, random_jets: MakeJets
) -> None:
    inputs, jets = random_inputs(31, 12), random_jets(32, 12)
    made = assert_like_twin(jets, inputs, **{"channels": CHANNELS, "min_jet_pt": 150.0, **parameters})
    assert np.count_nonzero(made.graphs.flat("n_nodes")) > 8
    assert bool(made.graphs.flat("n_cut").any()) == ("max_nodes" in parameters)


def test_real_events_do_too(real_inputs: Inputs, real_jets: Jets) -> None:
    events = slice(0, 3)
    made = assert_like_twin(real_jets.take(events), real_inputs.take(events), channels=CHANNELS, min_jet_pt=20.0, k=9)
    assert made.graphs.flat("n_nodes").max() > 100


def test_simulated_events_do_too(simulated_inputs: Inputs, simulated_collection: Callable[..., Any]) -> None:
    events, jets = slice(0, 4), simulated_collection(Jets, "ak8PFJetsCHS")
    made = assert_like_twin(jets.take(events), simulated_inputs.take(events), channels=CHANNELS, min_jet_pt=200.0)
    assert made.graphs.flat("n_nodes").max() > 300


def test_cells_with_unknown_values_are_nodes(random_inputs: MakeInputs, random_jets: MakeJets) -> None:
    inputs, jets = random_inputs(35, 20), random_jets(36, 20)
    assert inputs.tracks is not None
    columns = {name: column for name, column in inputs.tracks.columns.items() if not name.endswith("_error")}
    blind = dataclasses.replace(inputs, tracks=Tracks(inputs.tracks.offsets, **columns))
    unknown = produce(jets, blind, channels=("TracksD0Sig",), min_jet_pt=150.0, features="top_mass_gnn")
    known = produce(jets, inputs, channels=("TracksPt",), min_jet_pt=150.0)
    assert unknown.nodes.flat("row").size > 20
    assert np.isnan(unknown.values.flat("value")).all()
    for name in ("row", "column"):
        assert np.array_equal(unknown.nodes.flat(name), known.nodes.flat(name))


def jets_at(*towers: tuple[int, int]) -> Jets:
    """One event with a jet of 500 GeV at the centre of each tower (ieta, iphi)."""
    eta, phi = tower_direction([a for a, _ in towers], [b for _, b in towers])
    phi = (phi + np.pi) % (2 * np.pi) - np.pi
    return Jets.from_lists(pt=[[500.0] * len(towers)], eta=[eta], phi=[phi], mass=[[0.0] * len(towers)])


def hits(towers: list[tuple[int, int, float]], crystals: list[tuple[int, int, float]]) -> Inputs:
    """One event with energies in GeV in towers (depth 1) and barrel crystals, each (ieta, iphi, energy)."""
    eb = EBRecHits.from_lists(
        detid=[[pack_eb(ieta, iphi) for ieta, iphi, _ in crystals]],
        energy=[[energy for *_, energy in crystals]],
        time=[[0.0] * len(crystals)],
    )
    hbhe = HBHERecHits.from_lists(
        detid=[[pack_hcal(1, ieta, iphi, 1) for ieta, iphi, _ in towers]],
        energy=[[energy for *_, energy in towers]],
        time=[[0.0] * len(towers)],
    )
    return Inputs(eb, EERecHits.empty(1), hbhe)


def test_a_tower_is_one_node_and_shares_it_with_the_crystal_in_front_of_its_middle() -> None:
    # tower (1, 1) has its middle at row 142, column 12: crystal ieta 3, iphi 13
    inputs = hits([(1, 1, 50.0)], [(3, 13, 2.0), (4, 13, 1.0)])
    made = produce(jets_at((1, 1)), inputs, channels=("ECAL", "HCAL"))
    x, edge_index, _ = PointClouds(*made[1:]).arrays()
    assert x[:, 2:].tolist() == [[2.0, 50.0], [1.0, 0.0]]
    np.testing.assert_allclose(x[:, :2], [[0.0, 0.0], [1 / 62, 0.0]], rtol=1e-6)
    assert edge_index.tolist() == [[0, 1, 1, 0], [0, 0, 1, 1]]


def test_graphs_reach_around_phi() -> None:
    # iphi 71 is tower column 0: the window reaches from crystal column 300 over 359 to 64
    crystals = [(1, iphi, 1.0) for iphi in (300, 301, 360, 1, 65, 66)]
    made = produce(jets_at((1, 71)), hits([(1, 71, 9.0)], crystals), channels=("ECAL",), k=2)
    assert made.nodes.flat("column").tolist() == [0, 59, 60, 124]
    assert made.neighbours.flat("neighbour").reshape(4, 2).tolist() == [[0, 1], [1, 2], [2, 1], [3, 2]]


def test_objects_without_nodes_keep_their_place() -> None:
    jets = Jets.from_lists(
        pt=[[500, 100], [], [600]], eta=[[0.1, 0.1], [], [0.2]], phi=[[0, 0], [], [1]], mass=[[0, 0], [], [0]]
    )
    inputs = Inputs(EBRecHits.empty(3), EERecHits.empty(3), HBHERecHits.empty(3))
    made = produce(jets, inputs, channels=("ECAL", "HCAL"))
    assert made.seeds.status.to_list() == [[0, SeedStatus.BELOW_PT], [], [0]]
    assert made.graphs.n_nodes.to_list() == [[0, 0], [], [0]]
    x, edge_index, batch = PointClouds(*made[1:]).arrays()
    assert (x.shape, edge_index.shape, batch.shape) == ((0, 4), (2, 0), (0,))
    nothing = produce(Jets.empty(3), inputs, channels=("ECAL", "HCAL"))
    assert len(nothing.nodes) == len(nothing.graphs) == 3


def test_graphs_do_not_depend_on_how_events_are_cut(random_inputs: MakeInputs, random_jets: MakeJets) -> None:
    inputs, jets = random_inputs(33, 12), random_jets(34, 12)
    whole = produce(jets, inputs, min_jet_pt=150.0, max_nodes=40)
    for cut in (slice(0, 0), slice(0, 1), slice(3, 8), np.array([1, 2, 7, 10])):
        part = produce(jets.take(cut), inputs.take(cut), min_jet_pt=150.0, max_nodes=40)
        for mine, all_of_them in zip(part, whole, strict=True):
            theirs = all_of_them.take(cut)
            assert np.array_equal(mine.offsets, theirs.offsets)
            assert mine.columns.keys() == theirs.columns.keys()
            for name in mine.columns:
                assert np.array_equal(mine.flat(name), theirs.flat(name))


CELLS = st.lists(
    st.tuples(st.integers(1, 10), st.integers(1, 72), st.floats(0.125, 100, width=32)),
    max_size=20,
    unique_by=lambda c: c[:2],
)


@given(towers=CELLS, crystals=CELLS, turn=st.integers(0, 71))
@settings(deadline=None, max_examples=60)
def test_turning_the_event_by_towers_turns_nothing_in_the_graph(
    towers: list[tuple[int, int, float]], crystals: list[tuple[int, int, float]], turn: int
) -> None:
    parameters: dict[str, Any] = {"channels": ("ECAL", "HCAL"), "seed_rule": "axisTower", "k": 5, "max_nodes": 9}
    made = produce(jets_at((3, 1)), hits(towers, crystals), **parameters)
    turned = hits(
        [(ieta, (iphi + turn - 1) % 72 + 1, energy) for ieta, iphi, energy in towers],
        [(ieta, (iphi + 5 * turn - 1) % 360 + 1, energy) for ieta, iphi, energy in crystals],
    )
    other = produce(jets_at((3, turn + 1)), turned, **parameters)
    for mine, theirs in zip(made[1:], other[1:], strict=True):
        for name in mine.columns:
            assert np.array_equal(mine.flat(name), theirs.flat(name))


@given(towers=CELLS, crystals=CELLS)
@settings(deadline=None, max_examples=60)
def test_energy_is_conserved_unless_nodes_are_cut(
    towers: list[tuple[int, int, float]], crystals: list[tuple[int, int, float]]
) -> None:
    near_towers = [(ieta, (iphi % 24 + 60) % 72 + 1, energy) for ieta, iphi, energy in towers]
    near_crystals = [(ieta, (iphi + 330) % 360 + 1, energy) for ieta, iphi, energy in crystals]
    made = produce(jets_at((3, 1)), hits(near_towers, near_crystals), channels=("ECAL", "HCAL"), seed_rule="axisTower")
    values = made.values.flat("value").reshape(-1, 2).astype(np.float64).sum(axis=0)
    wanted = [sum(cell[2] for cell in cells) for cells in (near_crystals, near_towers)]
    np.testing.assert_allclose(values, wanted, rtol=1e-5)
    assert not made.graphs.flat("n_cut").any()


def test_the_description_is_known_before_the_first_event(random_inputs: MakeInputs, random_jets: MakeJets) -> None:
    producer = GraphProducer(channels=("@qg3",), features="top_mass_gnn", k=7, self_loops=False)
    assert producer.describe() == {
        "nodes": {"window": [125, 125]},
        "values": {"channels": ["TracksPt", "ECAL", "HCAL"], "features": "top_mass_gnn"},
        "neighbours": {"k": 7, "self_loops": False},
    }
    made = produce(random_jets(1, 3), random_inputs(1, 3), channels=("@qg3",))
    assert made.values.description["channels"] == ["TracksPt", "ECAL", "HCAL"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"k": 0}, "parameter 'k': must be 1 to 65535"),
        ({"max_nodes": 70000}, "parameter 'maxNodes': must be 1 to 65535"),
        ({"features": "gnn"}, "parameter 'features': 'gnn' is not one of top_gnn, top_mass_gnn"),
        ({"width": 361}, "windows 361 pixels wide; 360 go once around"),
        ({"channels": ("TracksPt_3x3",)}, "layer 'TracksPt_3x3' of 840 x 1080 cells does not fit granularity 1"),
        ({"channels": ("EEmEnergy",)}, "layer 'EEmEnergy' of 100 x 100 cells does not fit"),
        ({"height": 300}, "every object would be rejected"),
    ],
)
def test_what_cannot_be_made_is_said_at_once(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        GraphProducer(**parameters)
