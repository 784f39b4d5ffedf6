"""What is missing balances what was seen."""

import numpy as np
import pytest

from dataformats.candidates import PFCandidates
from simulation.met import MetProducer


def candidates(**columns: list[list[float]]) -> PFCandidates:
    """Photons, massless where nothing else is said."""
    filled: dict[str, list[list[float]]] = {}
    for name, value in (("eta", 0.0), ("mass", 0.0), ("charge", 0), ("pdg_id", PFCandidates.PHOTON)):
        filled[name] = [[value for _ in event] for event in columns["pt"]]
    return PFCandidates.from_lists(**(filled | columns))


def test_missing_momentum_of_a_hand_example() -> None:
    """3 GeV along x and 4 GeV along y; a mass adds to the energy at right angles to the beam."""
    seen = candidates(pt=[[3.0, 4.0], [1.0]], phi=[[0.0, np.pi / 2], [np.pi / 4]], mass=[[4.0, 3.0], [0.0]])
    missing = MetProducer().produce(seen)
    assert missing.counts.tolist() == [1, 1]
    assert missing.flat("pt") == pytest.approx([5.0, 1.0])
    assert missing.flat("phi") == pytest.approx([np.arctan2(-4.0, -3.0), -3 * np.pi / 4])
    assert missing.flat("sum_et") == pytest.approx([10.0, 1.0])
    assert missing.flat("eta").tolist() == missing.flat("mass").tolist() == [0.0, 0.0]


def test_transverse_energy_is_energy_times_sine_of_the_polar_angle() -> None:
    pt, eta, mass = 2.0, 1.7, 0.9
    energy = np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2)
    missing = MetProducer().produce(candidates(pt=[[pt]], eta=[[eta]], phi=[[0.0]], mass=[[mass]]))
    assert missing.flat("sum_et") == pytest.approx([energy / np.cosh(eta)])


def test_balanced_and_empty_events_miss_nothing() -> None:
    missing = MetProducer().produce(candidates(pt=[[7.0, 7.0], []], phi=[[1.0, 1.0 - np.pi], []]))
    assert missing.flat("pt") == pytest.approx([0.0, 0.0], abs=1e-5)
    assert missing.flat("sum_et").tolist() == [14.0, 0.0]
    assert missing.flat("phi")[1] == 0.0


def test_missing_momentum_does_not_depend_on_the_block() -> None:
    rng = np.random.default_rng(1)
    offsets = np.array([0, 40, 40, 95, 100])
    columns = {"pt": rng.exponential(2, 100), "eta": rng.normal(0, 2, 100), "phi": rng.uniform(-3, 3, 100)}
    rest = {"mass": np.full(100, 0.14), "pdg_id": np.full(100, 211), "charge": np.ones(100)}
    seen = PFCandidates(offsets, **columns, **rest)
    whole = MetProducer().produce(seen)
    for event in range(4):
        alone = MetProducer().produce(seen.take(slice(event, event + 1)))
        for name, column in whole.columns.items():
            assert column[event] == alone.columns[name][0], name
