"""The generated top pair against four-vectors added up one by one."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.generator import GenParticles
from e2efw.framework.blocks import EventIDs
from simulation.truth.top import TopMassTruthLabelProducer
from simulation.truth.top_pair import TopPairProducer
from tests.simulation.truth.test_truth_twins import Particle, events_of


def ids(n: int) -> EventIDs:
    return EventIDs(np.ones(n, np.uint32), np.ones(n, np.uint32), np.arange(n, dtype=np.uint64), "")


def momentum(one: Particle) -> list[float]:
    """Energy, px, py, pz."""
    pz = one.pt * math.sinh(one.eta)
    energy = math.sqrt(one.pt**2 + pz**2 + one.mass**2)
    return [energy, one.pt * math.cos(one.phi), one.pt * math.sin(one.phi), pz]


def twin(gen: GenParticles) -> list[tuple[float, float]]:
    """Mass and larger pt, event by event."""
    found = []
    for event in events_of(gen):
        pair = [[x for x in event if x.pdg_id == kind and x.last is x] for kind in (6, -6)]
        if [len(x) for x in pair] != [1, 1]:
            found.append((math.nan, math.nan))
            continue
        (top,), (antitop,) = pair
        energy, *vector = (a + b for a, b in zip(momentum(top), momentum(antitop), strict=True))
        found.append((math.sqrt(energy**2 - sum(x**2 for x in vector)), max(top.pt, antitop.pt)))
    return found


@pytest.mark.parametrize(("process", "pairs"), [("ttbar", 60), ("top_gun", 60), ("qcd", 0)])
def test_pairs_are_those_of_the_twin(sample: Callable[..., Any], process: str, pairs: int) -> None:
    gun = {"gun_pt_min": 300.0, "gun_pt_max": 600.0} if process == "top_gun" else {"pt_hat_min": 300.0}
    gen = sample(process, 60, **gun).gen
    made = TopPairProducer().produce(ids(60), gen)
    got = np.stack([made.mass.values("value"), made.leading_pt.values("value")], axis=1)
    np.testing.assert_allclose(got, twin(gen), rtol=1e-5)
    assert np.isfinite(got).all(axis=1).sum() == pairs


def record(*kinds: int) -> GenParticles:
    """One event of particles at rest in eta and phi, without mothers."""
    n = len(kinds)
    columns: dict[str, Any] = {"pdg_id": list(kinds), "pt": [400.0] * n, "mass": [172.5] * n, "status": [22] * n}
    columns |= {"eta": [0.0] * n, "phi": [float(i) for i in range(n)], **dict.fromkeys(("vx", "vy", "vz"), [0.0] * n)}
    return GenParticles.from_lists(**{name: [values] for name, values in columns.items()}, mother=[list(range(n))])


@pytest.mark.parametrize(("kinds", "known"), [((6, -6), True), ((6,), False), ((6, 6), False), ((6, -6, 6), False)])
def test_one_top_and_one_antitop_are_a_pair_and_nothing_else_is(kinds: tuple[int, ...], known: bool) -> None:
    made = TopPairProducer().produce(ids(1), record(*kinds))
    assert np.isfinite(made.mass.values("value")).tolist() == [known]
    assert np.isfinite(made.leading_pt.values("value")).tolist() == [known]


def test_events_without_generated_particles_have_no_pair() -> None:
    made = TopPairProducer(need_gen_particles=False).produce(ids(3), None)
    assert np.isnan(made.mass.values("value")).tolist() == [True] * 3
    assert TopPairProducer().needed_products() == {"gen_particles"}
    assert not TopPairProducer(need_gen_particles=False).needed_products()


def test_jets_without_generated_particles_have_no_top_mass() -> None:
    jets = Jets.from_lists(pt=[[500.0, 450.0], []], eta=[[0.0, 1.0], []], phi=[[0.0, 3.0], []], mass=[[170.0, 9.0], []])
    parameters: dict[str, Any] = {"need_gen_particles": False}
    truth = TopMassTruthLabelProducer(**parameters).produce(jets, None)
    assert truth.counts.tolist() == [2, 0]
    assert not truth.flat("valid").any()
    assert TopMassTruthLabelProducer().needed_products() == {"gen_particles"}
