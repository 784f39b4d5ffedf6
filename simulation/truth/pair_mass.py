"""Which objects are a light particle that decayed to a pair, and what it weighs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets, Photons
from dataformats.generator import GenParticles
from dataformats.truth import TruthLabels
from e2efw.errors import ConfigurationError
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import not_negative, positive
from simulation.truth.genealogy import PHOTON, Genealogy
from simulation.truth.leptons import ELECTRON, TAU
from simulation.truth.matching import Objects, distances, match_particles, within
from simulation.truth.records import chosen, signal_against_background, truth_labels
from simulation.truth.tasks import TruthTask, in_half_turn, load_kernels

Index = NDArray[np.int64]


class Pairs(NamedTuple):
    """Particles that decay to a pair, in step with the two, in the order of the record.

    Args:
        parent: position of the last copy.
        one: position of the daughter of higher pt.
        other: position of the other.
    """

    parent: Index
    one: Index
    other: Index

    def where(self, good: NDArray[np.bool_]) -> "Pairs":
        """Those for which `good` (pairs,) is True."""
        return Pairs(*(x[good] for x in self))


def check_cuts(module: "PairCuts", job: JobContext) -> None:
    """Check what several parameters say together, and have the kernels ready.

    Raises:
        ConfigurationError: nothing can pass the cuts.
    """
    for what, low, high in (
        ("Mass", module.min_target_mass, module.max_target_mass),
        ("Pt", module.min_target_pt, module.max_target_pt),
    ):
        if low >= high:
            raise ConfigurationError(
                f"{type(module).__name__}: 'minTarget{what}' is {low:g} GeV, not below 'maxTarget{what}', {high:g} GeV."
            )
    load_kernels(module, job)


@dataclass(frozen=True, kw_only=True)
class PairCuts(TruthTask):
    """Parameters of the tasks with pairs, all about what was generated."""

    daughter: ClassVar[int]
    """|pdg_id| of each of the two."""

    gen_particles: InputTag = param("genParticles", doc="generated particles, with mothers")
    resonances: tuple[int, ...] = param((25, 36), doc="|pdg id| of what may decay to the pair")
    min_target_mass: float = param(0.0, unit="GeV", doc="lightest target", check=not_negative)
    max_target_mass: float = param(15.0, unit="GeV", doc="heaviest target", check=positive)
    min_target_pt: float = param(0.0, unit="GeV", doc="lowest pt of a target", check=not_negative)
    max_target_pt: float = param(1e6, unit="GeV", doc="highest pt of a target", check=positive)
    max_pair_delta_r: float = param(0.4, doc="how far apart the two may be", check=in_half_turn)
    pairs_per_event: int = param(
        0, doc="events with another number of prompt decays to such a pair have no valid object; 0: any number"
    )

    begin_job: ClassVar[Callable[..., Any] | None] = check_cuts

    def decays(self, family: Genealogy) -> Pairs:
        """All prompt decays to the pair, in events that have the right number of them."""
        parent = np.flatnonzero(np.isin(family.kind, self.resonances) & family.is_last & family.prompt)
        found = family.daughters_of(parent, self.daughter, self.daughter)
        pairs = Pairs(parent, found.first, found.second).where(found.number == 2)
        if not self.pairs_per_event:
            return pairs
        event = family.event_of(pairs.parent)
        return pairs.where(np.bincount(event, minlength=1)[event] == self.pairs_per_event)

    def targets(self, family: Genealogy, pairs: Pairs) -> Pairs:
        """Those of the decays that pass the cuts."""
        eta, phi = family.eta, family.phi
        mass, pt = (x[pairs.parent].astype(np.float64) for x in (family.mass, family.pt))
        apart = distances(eta[pairs.one], phi[pairs.one], eta[pairs.other], phi[pairs.other])
        return pairs.where(
            (mass >= self.min_target_mass)
            & (mass <= self.max_target_mass)
            & (pt >= self.min_target_pt)
            & (pt <= self.max_target_pt)
            & (apart <= self.max_pair_delta_r)
        )


@dataclass(frozen=True, kw_only=True)
class PairJets(PairCuts):
    """Parameters of the tasks with pairs in jets, and the verdict about them."""

    jets: InputTag = param("ak4PFJetsCHS", doc="jets to label")
    min_pt: float = param(20.0, unit="GeV", doc="jets below are not valid", check=not_negative)
    max_eta: float = param(2.4, doc="jets with a larger |eta| are not valid", check=positive)
    max_delta_r: float = param(0.4, doc="how far from the jet the target and the two may be", check=in_half_turn)

    def labels(self, jets: Jets, gen_particles: GenParticles) -> TruthLabels:
        """Truth of the pair in each jet."""
        objects = Objects.of(jets, min_pt=self.min_pt, max_eta=self.max_eta)
        family = Genealogy.of(gen_particles)
        pairs = self.targets(family, self.decays(family))
        matches = match_particles(objects, family, chosen(family, pairs.parent), self.max_delta_r)
        which = np.searchsorted(pairs.parent, matches.target[matches.found])
        valid = matches.found & (matches.near == 1)
        for daughter in (pairs.one, pairs.other):
            valid[matches.found] &= within(objects, matches.found, family, daughter[which], self.max_delta_r)
        return truth_labels(self.task, objects, family, valid, valid, matches)


class DitauMassTruthLabelProducer(PairJets, EDProducer):
    """Mass and pt of an a that decays to two taus, for the ak4 jet that holds both.

    The a belongs to the nearest jet; jets with one of the taus only, or with two a, and all others are not valid.
    `pairsPerEvent = 2` takes the jets of h -> aa -> 4 tau alone. Targets: mass and pt of the a, neutrinos included.
    """

    task: ClassVar[str] = "ditau_mass"
    daughter: ClassVar[int] = TAU

    min_target_mass: float = param(3.5, unit="GeV", doc="lightest target", check=not_negative)

    def produce(self, jets: Jets, gen_particles: GenParticles) -> TruthLabels:
        """One record per jet."""
        return self.labels(jets, gen_particles)


class DielectronMassTruthLabelProducer(PairJets, EDProducer):
    """Mass and pt of an a that decays to an electron and a positron, for the ak4 jet that holds both.

    The a belongs to the nearest jet; jets with one of the two only, or with two a, and all others are not valid.
    Targets: mass and pt of the a.
    """

    task: ClassVar[str] = "dielectron_mass"
    daughter: ClassVar[int] = ELECTRON

    min_target_mass: float = param(0.1, unit="GeV", doc="lightest target", check=not_negative)
    max_target_mass: float = param(6.0, unit="GeV", doc="heaviest target", check=positive)
    min_target_pt: float = param(20.0, unit="GeV", doc="lowest pt of a target", check=not_negative)
    max_target_pt: float = param(150.0, unit="GeV", doc="highest pt of a target", check=positive)

    def produce(self, jets: Jets, gen_particles: GenParticles) -> TruthLabels:
        """One record per jet."""
        return self.labels(jets, gen_particles)


class DiphotonMassTruthLabelProducer(PairCuts, EDProducer):
    """Mass and pt of an a, or of a gun's pi0, whose two photons are one reconstructed photon (1), or one photon (0).

    The a belongs to the nearest object, its photons are closer than ten crystals. Photons of an a beyond the cuts, and
    objects with an electron or further photons in the cone, are not valid. Targets: mass and pt of the a; a single
    photon has target mass 0, which trainings may replace by negative numbers (domain continuation).
    """

    task: ClassVar[str] = "diphoton_mass"
    daughter: ClassVar[int] = PHOTON

    photons: InputTag = param("gedPhotons", doc="reconstructed photons to label")
    resonances: tuple[int, ...] = param((25, 35, 36, 111), doc="|pdg id| of what may decay to two photons")
    min_pt: float = param(15.0, unit="GeV", doc="objects below are not valid", check=not_negative)
    max_eta: float = param(1.44, doc="objects with a larger |eta| are not valid", check=positive)
    max_delta_r: float = param(0.08, doc="how far from the object its particle may be", check=in_half_turn)
    max_target_mass: float = param(1.6, unit="GeV", doc="heaviest target", check=positive)
    min_target_pt: float = param(20.0, unit="GeV", doc="lowest pt of a target", check=not_negative)
    max_target_pt: float = param(100.0, unit="GeV", doc="highest pt of a target", check=positive)
    max_pair_delta_r: float = param(0.174, doc="how far apart the two may be: ten crystals", check=in_half_turn)
    min_gen_pt: float = param(
        10.0, unit="GeV", doc="single photons and electrons below are ignored", check=not_negative
    )

    def produce(self, photons: Photons, gen_particles: GenParticles) -> TruthLabels:
        """One record per photon."""
        objects = Objects.of(photons, min_pt=self.min_pt, max_eta=self.max_eta)
        family = Genealogy.of(gen_particles)
        decays = self.decays(family)
        signal = self.targets(family, decays)
        paired = chosen(family, np.concatenate([decays.one, decays.other]))
        in_signal = chosen(family, np.concatenate([signal.one, signal.other]))
        hard = family.prompt & (family.status == GenParticles.FINAL) & (family.pt >= self.min_gen_pt)
        single = hard & (family.kind == PHOTON) & ~paired
        disturbing = hard & (family.kind == ELECTRON) | paired & ~in_signal
        of_pairs, singles, others = (
            match_particles(objects, family, which, self.max_delta_r)
            for which in (chosen(family, signal.parent), single, disturbing)
        )
        lone = others.near + np.where(of_pairs.near == 0, singles.near > 1, 0)
        return signal_against_background(self.task, objects, family, of_pairs, singles, lone, need_background=True)
