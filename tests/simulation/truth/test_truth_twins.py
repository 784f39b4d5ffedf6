"""Every task's labels on Pythia events, against the selection written as one would say it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Candidates
from dataformats.generator import GenParticles
from dataformats.truth import TruthLabels
from simulation.truth.egamma import EGammaTruthLabelProducer
from simulation.truth.leptons import ElectronTruthLabelProducer, TauTruthLabelProducer
from simulation.truth.pair_mass import (
    DielectronMassTruthLabelProducer,
    DiphotonMassTruthLabelProducer,
    DitauMassTruthLabelProducer,
)
from simulation.truth.quark_gluon import QuarkGluonTruthLabelProducer
from simulation.truth.top import TopMassTruthLabelProducer, TopTruthLabelProducer

SAMPLES: dict[str, dict[str, float]] = {
    "ttbar": {"pt_hat_min": 300.0},
    "ttbar_hadronic": {"pt_hat_min": 400.0},
    "qcd": {"pt_hat_min": 400.0},
    "qcd_quark": {"pt_hat_min": 100.0},
    "dytautau": {},
    "dyee": {},
    "h_aa_4gamma": {"a_mass": 1.0},
    "h_aa_4tau": {"a_mass": 5.0},
}
EVENTS = 60


@dataclass(eq=False)
class Particle:
    """A generated particle that knows its mother and daughters."""

    position: int
    pt: float
    eta: float
    phi: float
    mass: float
    pdg_id: int
    status: int
    mother: "Particle | None" = None
    daughters: list["Particle"] = field(default_factory=list)

    @property
    def kind(self) -> int:
        return abs(self.pdg_id)

    @property
    def last(self) -> "Particle":
        copies = [x for x in self.daughters if x.pdg_id == self.pdg_id]
        return max(copies, key=lambda x: x.pt).last if copies else self

    @property
    def first(self) -> "Particle":
        carried_on = self.mother is not None and self.mother.pdg_id == self.pdg_id and self.mother.last is self.last
        return self.mother.first if carried_on else self  # type: ignore[union-attr]

    def of_kind(self, *kinds: int) -> list["Particle"]:
        return sorted((x for x in self.daughters if x.kind in kinds), key=lambda x: -x.pt)


class Event(list[Particle]):
    """The particles of one event."""

    @property
    def is_gun(self) -> bool:
        return all(x.status not in {4, 21} for x in self)

    def prompt(self, one: Particle) -> bool:
        at = one
        while at.status not in {4, 21}:
            if at.mother is None:
                return self.is_gun
            source = at.mother
            fine = source.kind in {11, 13, 22, 23, 24, 25, 36} or source.status in {4, 21}
            fine |= source.kind == 6 and at.kind in {6, 24}
            fine |= source.kind == 15 and one.kind == 15
            if not fine:
                return False
            at = source
        return True

    def leptons(self, *kinds: int) -> list[Particle]:
        """Prompt, last copies, from a boson or nothing."""
        mine = [x for x in self if x.kind in kinds and x.last is x and self.prompt(x)]
        sources = [x.first.mother for x in mine]
        return [x for x, y in zip(mine, sources, strict=True) if y is None or y.kind not in {*range(11, 17), 22}]

    @property
    def partons(self) -> list[Particle]:
        return [x for x in self if x.status == 23 and x.kind in {1, 2, 3, 4, 5, 21}]

    def final(self, *kinds: int) -> list[Particle]:
        return [x for x in self if x.kind in kinds and x.status == 1 and x.pt >= 10.0 and self.prompt(x)]


def events_of(gen: GenParticles) -> Iterator[Event]:
    names = ("pt", "eta", "phi", "mass", "pdg_id", "status")
    for start, stop in zip(gen.offsets[:-1], gen.offsets[1:], strict=True):
        columns = [gen.flat(name)[start:stop].tolist() for name in names]
        event = Event(Particle(i, *values) for i, values in enumerate(zip(*columns, strict=True)))
        for one, above in zip(event, gen.flat("mother")[start:stop], strict=True):
            if above != one.position:
                one.mother = event[above]
                event[above].daughters.append(one)
        yield event


def apart(one: Any, other: Any) -> float:
    turn = math.atan2(math.sin(one.phi - other.phi), math.cos(one.phi - other.phi))
    return math.hypot(one.eta - other.eta, turn)


@dataclass(eq=False)
class Object:
    """A reconstructed object; `near` and `own` particles of the list in question."""

    pt: float
    eta: float
    phi: float

    def near(self, particles: list[Particle], cone: float) -> list[Particle]:
        return [x for x in particles if apart(self, x) <= cone]

    def own(self, particles: list[Particle], accepted: list["Object"], cone: float) -> Particle | None:
        mine = [x for x in self.near(particles, cone) if min(accepted, key=lambda o: apart(o, x)) is self]
        return min(mine, key=lambda x: apart(self, x), default=None)


Verdict = tuple[int, Particle | None] | None
Twin = Callable[[Event, list[Object], Object], Verdict]
"""Label and particle behind an accepted object, None if it is not valid."""


def top(event: Event, jets: list[Object], jet: Object) -> Verdict:
    tops = [x for x in event if x.kind == 6 and x.last is x]
    w = {x: x.of_kind(24)[0].last for x in tops}
    quark = {x: x.of_kind(1, 2, 3, 4, 5)[0] for x in tops}
    everything = [*tops, *w.values(), *quark.values()]
    mine = jet.own(tops, jets, 0.8)
    if mine and len(jet.near(tops, 0.8)) == 1 and len(w[mine].of_kind(1, 2, 3, 4, 5)) == 2:
        return (1, mine) if len(jet.near([w[mine], quark[mine]], 0.8)) == 2 else None
    return None if jet.near(everything, 0.8) else (0, None)


def top_mass(event: Event, jets: list[Object], jet: Object) -> Verdict:
    verdict = top(event, jets, jet)
    return verdict if verdict and verdict[0] else None


def part_of_top(event: Event, jets: list[Object], jet: Object) -> Verdict:
    tops = [x for x in event if x.kind == 6 and x.last is x]
    mine = jet.own(tops, jets, 0.8)
    if not mine or len(jet.near(tops, 0.8)) > 1:
        return None
    w, quark = mine.of_kind(24)[0].last, mine.of_kind(1, 2, 3, 4, 5)[0]
    return (int(len(jet.near([w, quark], 0.8)) == 2), mine) if len(w.of_kind(1, 2, 3, 4, 5)) == 2 else None


def dijet(event: Event, jets: list[Object], jet: Object) -> Verdict:
    outgoing = [x for x in event if x.status == 23 and x.mother and x.mother.status == 21]
    kinds = {"light" if x.kind < 4 else x.kind for x in outgoing}
    owned = [x for x in jets if x.own(outgoing, jets, 0.4)]
    if len(outgoing) != 2 or len(kinds) != 1 or not kinds <= {"light", 21} or len(owned) != 2 or jet not in owned:
        return None
    return int(kinds == {"light"}), jet.own(outgoing, jets, 0.4)


def inclusive(event: Event, jets: list[Object], jet: Object) -> Verdict:
    mine = jet.own(event.partons, jets, 0.4)
    if mine is None or len(jet.near(event.partons, 0.4)) != 1 or mine.kind in {4, 5}:
        return None
    return int(mine.kind != 21), mine


def against_partons(event: Event, jets: list[Object], jet: Object, signal: list[Particle]) -> Verdict:
    others = [x for x in event.leptons(11, 13, 15) if x not in signal]
    mine, parton = jet.own(signal, jets, 0.4), jet.own(event.partons, jets, 0.4)
    if jet.near(others, 0.4):
        return None
    if mine and len(jet.near(signal, 0.4)) == 1 and not jet.near(event.partons, 0.4):
        return 1, mine
    return (0, parton) if parton and not jet.near(signal, 0.4) else None


def tau(event: Event, jets: list[Object], jet: Object) -> Verdict:
    hadronic = [x for x in event.leptons(15) if not x.of_kind(12, 14)]
    return against_partons(event, jets, jet, hadronic)


def electron(event: Event, jets: list[Object], jet: Object) -> Verdict:
    return against_partons(event, jets, jet, event.leptons(11))


def pair(daughter: int, mass: tuple[float, float], pt: tuple[float, float]) -> Twin:
    def verdict(event: Event, jets: list[Object], jet: Object) -> Verdict:
        parents = [x for x in event if x.kind in {25, 36} and x.last is x and event.prompt(x)]
        parents = [x for x in parents if len(x.of_kind(daughter)) == 2 and apart(*x.of_kind(daughter)) <= 0.4]
        parents = [x for x in parents if mass[0] <= x.mass <= mass[1] and pt[0] <= x.pt <= pt[1]]
        mine = jet.own(parents, jets, 0.4)
        whole = mine and len(jet.near(parents, 0.4)) == 1 and len(jet.near(mine.of_kind(daughter), 0.4)) == 2
        return (1, mine) if whole else None

    return verdict


def egamma(event: Event, photons: list[Object], photon: Object) -> Verdict:
    final = event.final(11, 22)
    mine = photon.own(final, photons, 0.04)
    return (int(mine.kind == 11), mine) if mine and len(photon.near(final, 0.04)) == 1 else None


def diphoton(event: Event, photons: list[Object], photon: Object) -> Verdict:
    parents = [x for x in event if x.kind in {25, 36} and x.last is x and event.prompt(x) and len(x.of_kind(22)) == 2]
    merged = [x for x in parents if apart(*x.of_kind(22)) <= 0.174 and x.mass <= 1.6 and 20.0 <= x.pt <= 100.0]
    single = [x for x in event.final(22) if x.mother not in parents]
    bad = event.final(11) + [y for x in parents if x not in merged for y in x.of_kind(22)]
    mine, lone = photon.own(merged, photons, 0.08), photon.own(single, photons, 0.08)
    if photon.near(bad, 0.08):
        return None
    if photon.near(merged, 0.08):
        alone = mine and len(photon.near(merged, 0.08)) == 1 and not photon.near(single, 0.08)
        return (1, mine) if alone else None
    return (0, lone) if lone and len(photon.near(single, 0.08)) == 1 else None


def labels(gen: GenParticles, objects: Candidates, min_pt: float, max_eta: float, twin: Twin) -> list[Any]:
    """For each object None, or label, pdg id, position, distance, mass and pt."""
    found: list[Any] = []
    for event, start, stop in zip(events_of(gen), objects.offsets[:-1], objects.offsets[1:], strict=True):
        columns = (objects.flat(name)[start:stop].tolist() for name in ("pt", "eta", "phi"))
        everyone = [Object(*values) for values in zip(*columns, strict=True)]
        accepted = [x for x in everyone if x.pt >= min_pt and abs(x.eta) <= max_eta]
        for one in everyone:
            verdict = twin(event, accepted, one) if one in accepted else None
            label, x = verdict or (0, None)
            behind = (x.pdg_id, x.position, apart(one, x), x.mass, x.pt) if x else (0, 0, *[math.nan] * 3)
            found.append((label, *behind) if verdict else None)
    return found


def as_list(truth: TruthLabels) -> list[Any]:
    names = ("label", "pdg_id", "gen", "delta_r", "target_mass", "target_pt")
    rows = zip(*(truth.flat(name).tolist() for name in names), strict=True)
    return [row if valid else None for row, valid in zip(rows, truth.flat("valid"), strict=True)]


ANY_PT = (0.0, 1e6)
PARTS: dict[str, Any] = {"min_pt": 200.0, "whole": False}
TASKS: dict[str, tuple[Any, str, float, float, Twin]] = {
    "top": (TopTruthLabelProducer(), "ak8", 400.0, 1.37, top),
    "top, softer": (TopTruthLabelProducer(min_pt=150.0, max_eta=2.4), "ak8", 150.0, 2.4, top),
    "top mass": (TopMassTruthLabelProducer(min_pt=300.0), "ak8", 300.0, 1.37, top_mass),
    "part of top": (TopMassTruthLabelProducer(**PARTS), "ak8", 200.0, 1.37, part_of_top),
    "dijet": (QuarkGluonTruthLabelProducer(), "ak4", 35.0, 2.4, dijet),
    "inclusive": (QuarkGluonTruthLabelProducer(mode="inclusive"), "ak4", 35.0, 2.4, inclusive),
    "tau": (TauTruthLabelProducer(), "ak4", 20.0, 2.4, tau),
    "electron": (ElectronTruthLabelProducer(require_electron=False), "ak4", 20.0, 2.4, electron),
    "ditau": (DitauMassTruthLabelProducer(), "ak4", 20.0, 2.4, pair(15, (3.5, 15.0), ANY_PT)),
    "dielectron": (DielectronMassTruthLabelProducer(), "ak4", 20.0, 2.4, pair(11, (0.1, 6.0), (20.0, 150.0))),
    "egamma": (EGammaTruthLabelProducer(), "photons", 10.0, 1.44, egamma),
    "diphoton": (DiphotonMassTruthLabelProducer(), "photons", 15.0, 1.44, diphoton),
}


@pytest.mark.parametrize("process", SAMPLES)
@pytest.mark.parametrize("task", TASKS)
def test_labels_are_those_of_the_twin(sample: Callable[..., Any], process: str, task: str) -> None:
    events = sample(process, EVENTS, **SAMPLES[process])
    producer, name, min_pt, max_eta, twin = TASKS[task]
    objects = getattr(events, name)
    also = (events.electrons,) if task == "electron" else ()
    got = as_list(producer.produce(objects, *also, events.gen))
    expected = labels(events.gen, objects, min_pt, max_eta, twin)
    assert [x and x[:3] for x in got] == [x and x[:3] for x in expected]
    numbers, right = ([x[3:] for x in rows if x] for rows in (got, expected))
    assert np.allclose(numbers, right, rtol=1e-6, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize(
    ("process", "task", "signal", "background"),
    [
        ("ttbar_hadronic", "top", 30, 0),
        ("qcd", "top", 0, 50),
        ("ttbar", "top mass", 15, 0),
        ("ttbar", "part of top", 15, 3),
        ("qcd", "dijet", 5, 10),
        ("qcd_quark", "dijet", 20, 0),
        ("qcd", "inclusive", 20, 30),
        ("dytautau", "tau", 20, 0),
        ("ttbar", "tau", 3, 50),
        ("dyee", "electron", 40, 0),
        ("ttbar", "electron", 5, 50),
        ("dyee", "egamma", 20, 1),
        ("h_aa_4gamma", "diphoton", 30, 0),
        ("h_aa_4tau", "ditau", 40, 0),
    ],
)
def test_there_is_enough_of_each_class(
    sample: Callable[..., Any], process: str, task: str, signal: int, background: int
) -> None:
    events = sample(process, EVENTS, **SAMPLES[process])
    producer, name, *_ = TASKS[task]
    also = (events.electrons,) if task == "electron" else ()
    truth = producer.produce(getattr(events, name), *also, events.gen)
    valid, label = truth.flat("valid"), truth.flat("label")
    assert np.count_nonzero(valid & (label == 1)) >= signal
    assert np.count_nonzero(valid & (label == 0)) >= background
