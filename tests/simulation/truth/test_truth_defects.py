"""The label defects of the reference, E-T2 to E-T5, one by one: ours has none of them."""

from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.generator import GenParticles
from simulation.truth.leptons import TauTruthLabelProducer
from simulation.truth.pair_mass import DielectronMassTruthLabelProducer, DitauMassTruthLabelProducer
from simulation.truth.quark_gluon import QuarkGluonTruthLabelProducer
from simulation.truth.top import TopTruthLabelProducer

FINAL, DECAYED, INCOMING, INTERMEDIATE, OUTGOING = 1, 2, 21, 22, 23
Line = tuple[int, int, int, float, float, float]
"""pdg id, status, mother's position, pt, eta, phi."""


def particles(*events: list[Line], mass: dict[int, float] | None = None) -> GenParticles:
    names = ("pdg_id", "status", "mother", "pt", "eta", "phi")
    columns = {name: [[line[i] for line in event] for event in events] for i, name in enumerate(names)}
    zeros: Any = [[0.0 for _ in event] for event in events]
    masses = [[(mass or {}).get(abs(line[0]), 0.0) for line in event] for event in events]
    return GenParticles.from_lists(**columns, mass=masses, vx=zeros, vy=zeros, vz=zeros)


def jets(*events: list[tuple[float, float, float]]) -> Jets:
    columns = {name: [[jet[i] for jet in event] for event in events] for i, name in enumerate(("pt", "eta", "phi"))}
    return Jets.from_lists(**columns, mass=[[10.0 for _ in event] for event in events])


def beams() -> list[Line]:
    return [(21, INCOMING, 0, 0.0, 22800.0, 0.0), (21, INCOMING, 1, 0.0, -22800.0, 0.0)]


def hadronic_tau(position: int, mother: int, sign: int, pt: float, eta: float, phi: float) -> list[Line]:
    """A tau, its neutrino and its pion."""
    return [
        (15 * sign, DECAYED, mother, pt, eta, phi),
        (16 * sign, FINAL, position, 0.4 * pt, eta, phi),
        (-211 * sign, FINAL, position, 0.6 * pt, eta, phi),
    ]


def ditau(start: int, pt: float, eta: float, phi: float) -> list[Line]:
    """An a and its two taus."""
    a: Line = (36, INTERMEDIATE, 0, pt, eta, phi)
    one = hadronic_tau(start + 1, start, 1, pt / 2, eta + 0.05, phi)
    return [a, *one, *hadronic_tau(start + 4, start, -1, pt / 2, eta - 0.05, phi)]


def test_t2_labels_stay_with_their_jets_when_jets_before_them_fail() -> None:
    """The reference wrote labels in the order of particles, and did not erase those of jets that failed."""
    gen = particles(beams() + ditau(2, 40.0, -1.0, 2.0) + ditau(9, 90.0, 1.0, -2.0), mass={36: 8.0, 15: 1.777})
    given = jets([(95.0, 2.9, -2.0), (90.0, 1.0, -2.0), (60.0, 0.0, 0.0), (12.0, 0.3, 1.0), (41.0, -1.0, 2.0)])
    truth = DitauMassTruthLabelProducer().produce(given, gen)
    assert truth.offsets.tolist() == given.offsets.tolist()
    assert truth.flat("valid").tolist() == [False, True, False, False, True]
    assert truth.flat("target_pt")[[1, 4]].tolist() == [90.0, 40.0]
    assert truth.flat("gen")[[1, 4]].tolist() == [9, 2]
    assert np.isnan(truth.flat("target_mass")[[0, 2, 3]]).all()


def test_t3_a_jet_remembers_nothing_of_the_jets_before_it() -> None:
    """The reference set matched flags and the mass of the a before the loop over jets, not in it."""
    signal = beams() + ditau(2, 50.0, 0.0, 0.0)
    gen = particles(signal, beams(), signal, mass={36: 8.0, 15: 1.777})
    event = [(50.0, 0.0, 0.0), (49.0, 1.5, 2.0), (48.0, -1.5, -2.0)]
    truth = DitauMassTruthLabelProducer().produce(jets(event, event, event[::-1]), gen)
    assert truth.flat("valid").tolist() == [True, False, False, False, False, False, False, False, True]
    assert np.isnan(truth.flat("target_mass")[~truth.flat("valid")]).all()


@pytest.mark.parametrize(
    ("daughters", "valid"),
    [
        ([(11, FINAL), (-11, FINAL)], True),
        ([(11, OUTGOING), (-11, OUTGOING)], True),
        ([(11, OUTGOING), (-11, FINAL)], True),
        ([(13, OUTGOING), (-13, OUTGOING)], False),
        ([(22, OUTGOING), (22, OUTGOING)], False),
        ([(11, FINAL), (22, OUTGOING)], False),
    ],
)
def test_t3_only_an_a_that_decays_to_two_electrons_is_one(daughters: list[tuple[int, int]], valid: bool) -> None:
    """The reference left out what is no electron AND not of status 23, where it meant OR."""
    a: Line = (36, INTERMEDIATE, 0, 50.0, 0.0, 0.0)
    pair: list[Line] = [(pdg_id, status, 2, 25.0, 0.01, 0.0) for pdg_id, status in daughters]
    gen = particles([*beams(), a, *pair], mass={36: 1.0})
    truth = DielectronMassTruthLabelProducer().produce(jets([(50.0, 0.0, 0.0)]), gen)
    assert truth.flat("valid").tolist() == [valid]
    if valid:
        assert truth.flat("target_mass").tolist() == [1.0]


def test_t4_a_hadron_of_negative_id_is_no_parton() -> None:
    """The reference asked for pdgId <= 25 with the sign left in, so that any antiparticle was one."""
    gen = particles([*beams(), (-321, FINAL, 2, 30.0, 0.0, 0.0), (-2212, FINAL, 3, 30.0, 0.0, 0.1)])
    truth = QuarkGluonTruthLabelProducer(mode="inclusive").produce(jets([(50.0, 0.0, 0.0)]), gen)
    assert truth.flat("valid").tolist() == [False]


@pytest.mark.parametrize("sign", [1, -1])
def test_t4_quarks_and_antiquarks_are_alike(sign: int) -> None:
    gen = particles([*beams(), (2 * sign, OUTGOING, 0, 50.0, 0.0, 0.0)])
    truth = QuarkGluonTruthLabelProducer(mode="inclusive").produce(jets([(50.0, 0.0, 0.0)]), gen)
    assert (truth.flat("valid").tolist(), truth.flat("label").tolist()) == ([True], [1])
    assert truth.flat("pdg_id").tolist() == [2 * sign]


def test_t4_the_nearest_particle_counts_not_the_first_of_the_record() -> None:
    near: Line = (21, OUTGOING, 0, 50.0, 0.05, 0.0)
    far: Line = (1, OUTGOING, 0, 50.0, 0.35, 0.0)
    for lines, position in (([far, near], 3), ([near, far], 2)):
        gen = particles([*beams(), *lines])
        truth = TauTruthLabelProducer().produce(jets([(50.0, 0.0, 0.0)]), gen)
        assert (truth.flat("pdg_id").tolist(), truth.flat("gen").tolist()) == ([21], [position])


def test_t4_a_parton_belongs_to_the_nearest_jet_not_the_first() -> None:
    gen = particles([*beams(), (21, OUTGOING, 0, 50.0, 0.0, 0.0), (21, OUTGOING, 0, 50.0, 0.0, 3.0)])
    truth = QuarkGluonTruthLabelProducer().produce(jets([(60.0, 0.3, 0.0), (50.0, -0.1, 0.0), (50.0, 0.0, 3.0)]), gen)
    assert truth.flat("valid").tolist() == [False, True, True]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_t4_a_lepton_vetoes_its_own_jet_wherever_it_stands_in_the_record(place: int) -> None:
    """The reference left the loop over particles at the first lepton: what came after it was never looked at."""
    muon = (13, FINAL, 2, 40.0, 1.0, 1.0)
    parts: list[Any] = [(15, 0.0), (-15, 1.0)]
    parts.insert(place, muon)
    lines: list[Line] = [*beams(), (23, INTERMEDIATE, 0, 0.0, 22800.0, 0.0)]
    for part in parts:
        lines += [part] if part is muon else hadronic_tau(len(lines), 2, part[0] // 15, 40.0, part[1], part[1])
    truth = TauTruthLabelProducer().produce(jets([(40.0, 0.0, 0.0), (41.0, 1.0, 1.0)]), particles(lines))
    assert truth.flat("valid").tolist() == [True, False]
    assert truth.flat("label").tolist() == [1, 0]


@pytest.mark.parametrize("phi", [0.0, np.pi / 2, -np.pi / 2, np.pi, 1.0])
@pytest.mark.parametrize("off", [0.0, 0.7, 0.9])
def test_t5_distances_to_the_top_are_those_of_its_own_direction(phi: float, off: float) -> None:
    """The reference overwrote the px of every top with 1e-4 GeV, as if all of them flew along +-y."""
    turned = (phi + off + np.pi) % (2 * np.pi) - np.pi
    top: Line = (6, INTERMEDIATE, 0, 500.0, 0.0, phi)
    lines: list[Line] = [
        *beams(),
        top,
        (24, INTERMEDIATE, 2, 300.0, 0.0, phi),
        (5, OUTGOING, 2, 200.0, 0.0, phi),
        (2, OUTGOING, 3, 150.0, 0.0, phi),
        (-1, OUTGOING, 3, 150.0, 0.0, phi),
    ]
    truth = TopTruthLabelProducer().produce(jets([(500.0, 0.0, turned)]), particles(lines, mass={6: 172.5}))
    assert truth.flat("valid").tolist() == [True]
    assert truth.flat("label").tolist() == [int(off < 0.8)]
    if off < 0.8:
        assert truth.flat("delta_r")[0] == pytest.approx(off, abs=1e-6)


@pytest.mark.parametrize(
    ("w", "b", "leptonic", "valid", "label"),
    [
        (0.2, -0.3, False, True, 1),
        (0.2, -0.9, False, False, 0),
        (0.9, -0.3, False, False, 0),
        (0.2, -0.3, True, False, 0),
    ],
)
def test_a_jet_with_part_of_a_top_is_neither_top_nor_background(
    w: float, b: float, leptonic: bool, valid: bool, label: int
) -> None:
    first, second = (-11, 12) if leptonic else (2, -1)
    lines: list[Line] = [
        *beams(),
        (6, INTERMEDIATE, 0, 500.0, 0.0, 0.0),
        (24, INTERMEDIATE, 2, 300.0, w, 0.0),
        (24, 52, 3, 301.0, w, 0.0),
        (5, OUTGOING, 2, 200.0, b, 0.0),
        (first, OUTGOING, 4, 150.0, w, 0.0),
        (second, OUTGOING, 4, 150.0, w, 0.0),
    ]
    truth = TopTruthLabelProducer().produce(jets([(500.0, 0.0, 0.0)]), particles(lines))
    assert (truth.flat("valid").tolist(), truth.flat("label").tolist()) == ([valid], [label])
