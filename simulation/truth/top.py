"""Which jets hold a top quark, and what it weighs."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.generator import GenParticles
from dataformats.truth import TruthLabels
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.truth.genealogy import TOP, Genealogy, no_particles
from simulation.truth.matching import Objects, match_particles, within
from simulation.truth.records import chosen, truth_labels
from simulation.truth.tasks import TruthTask, in_half_turn

Index = NDArray[np.int64]

W = 24
HEAVIEST_DAUGHTER_QUARK = 5


class TopDecays(NamedTuple):
    """Top quarks and what they decay to, in step with one another.

    Args:
        top: position of the last copy.
        w: position of the last copy of the W.
        quark: position of the first copy of the b, or whichever down-type quark came with the W.
        hadronic: the W decays to two quarks.
    """

    top: Index
    w: Index
    quark: Index
    hadronic: NDArray[np.bool_]


def top_decays(family: Genealogy) -> TopDecays:
    """All top quarks that decay to a W and a quark, in the order of the record."""
    top = np.flatnonzero((family.kind == TOP) & family.is_last)
    w, quark = family.daughters_of(top, W, W), family.daughters_of(top, 1, HEAVIEST_DAUGHTER_QUARK)
    whole = (w.number == 1) & (quark.number > 0)
    last_w = family.last[w.first[whole]]
    hadronic = family.daughters_of(last_w, 1, HEAVIEST_DAUGHTER_QUARK).number >= 2
    return TopDecays(top[whole], last_w, quark.first[whole], hadronic)


@dataclass(frozen=True, kw_only=True)
class TopJets(TruthTask):
    """Parameters of the tasks with jets that hold a top quark, and the verdict about them."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets to label")
    gen_particles: InputTag = param("genParticles", doc="generated particles, with mothers")
    min_pt: float = param(400.0, unit="GeV", doc="jets below are not valid", check=not_negative)
    max_eta: float = param(1.37, doc="jets with a larger |eta| are not valid", check=positive)
    max_delta_r: float = param(0.8, doc="how far from the jet its top, W and b may be", check=in_half_turn)

    def labels(
        self, jets: Jets, gen_particles: GenParticles, *, background: bool = False, parts: bool = False
    ) -> TruthLabels:
        """Truth of the top in each jet.

        Args:
            jets: of a block.
            gen_particles: of the same events.
            background: jets without anything of a top are valid, with label 0.
            parts: jets with a hadronic top whose W or b flies off elsewhere are valid, with label 0.
        """
        objects = Objects.of(jets, min_pt=self.min_pt, max_eta=self.max_eta)
        family = Genealogy.of(gen_particles)
        tops = top_decays(family)
        matches, *daughters = (
            match_particles(objects, family, chosen(family, which), self.max_delta_r)
            for which in (tops.top, tops.w, tops.quark)
        )
        which = np.searchsorted(tops.top, matches.target[matches.found])
        hadronic = matches.found & (matches.near == 1)
        hadronic[matches.found] &= tops.hadronic[which]
        whole = hadronic.copy()
        for part in (tops.w, tops.quark):
            whole[matches.found] &= within(objects, matches.found, family, part[which], self.max_delta_r)
        valid = hadronic if parts else whole
        if background:
            valid = valid | (objects.accepted & (matches.near + sum(one.near for one in daughters) == 0))
        return truth_labels(self.task, objects, family, valid, whole, matches)


class TopTruthLabelProducer(TopJets, EDProducer):
    """Top (1) or not (0), for ak8 jets: a hadronic top, its W and its b lie in the cone, or nothing of any top does.

    Jets with a part of a top (also of a leptonic one), or with two tops, are neither: not valid. Every other jet inside
    the acceptance is background, whatever made it. Targets: mass and pt of the top; NaN for background.
    """

    task: ClassVar[str] = "top"

    def produce(self, jets: Jets, gen_particles: GenParticles) -> TruthLabels:
        """One record per jet."""
        return self.labels(jets, gen_particles, background=True)


class TopMassTruthLabelProducer(TopJets, EDProducer):
    """Mass and pt of the generated top in ak8 jets that hold all of it: top, W and b, the W decaying to quarks.

    All other jets are not valid, unless `whole` is False: then those with such a top in their cone are too, with label
    0 if its W or b is not in it. The target is the mass of this very top, off its mass shell as it may be, and its pt
    when it decays.
    """

    task: ClassVar[str] = "top_mass"

    whole: bool = param(True, doc="False: jets that hold only part of a top are valid too, with label 0")
    need_gen_particles: bool = param(True, doc="False: without generated particles, as in data, no jet is valid")

    def produce(self, jets: Jets, gen_particles: GenParticles | None) -> TruthLabels:
        """One record per jet."""
        particles = no_particles(len(jets)) if gen_particles is None else gen_particles
        return self.labels(jets, particles, parts=not self.whole)

    def needed_products(self) -> frozenset[str]:
        """The generated particles, unless they may be missing."""
        return frozenset({"gen_particles"} if self.need_gen_particles else ())
