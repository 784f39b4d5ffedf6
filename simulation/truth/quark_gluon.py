"""Which jets are made by a light quark, which by a gluon."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.generator import GenParticles
from dataformats.truth import TruthLabels
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.truth.genealogy import GLUON, HARD_INCOMING, HARD_OUTGOING, Genealogy
from simulation.truth.matching import Objects, match_particles
from simulation.truth.records import truth_labels
from simulation.truth.tasks import TruthTask, in_half_turn

HEAVIEST_LIGHT_QUARK = 3


class QuarkGluonTruthLabelProducer(TruthTask, EDProducer):
    """Light quark (1) or gluon (0), for ak4 jets; c and b quarks are neither.

    dijet: the hard process makes two light quarks or two gluons and nothing else, each the parton of a jet of its own;
    those two jets are valid. inclusive: any jet with one parton in its cone, from the hard process or a resonance, a
    light quark or a gluon; several partons in one cone are ambiguous. Targets: mass and pt of the parton.
    """

    task: ClassVar[str] = "quark_gluon"

    jets: InputTag = param("ak4PFJetsCHS", doc="jets to label")
    gen_particles: InputTag = param("genParticles", doc="generated particles, with mothers")
    mode: Literal["dijet", "inclusive"] = param("dijet", doc="dijet: both jets of the hard process, or none")
    min_pt: float = param(35.0, unit="GeV", doc="jets below are not valid", check=not_negative)
    max_eta: float = param(2.4, doc="jets with a larger |eta| are not valid", check=positive)
    max_delta_r: float = param(0.4, doc="how far from the jet its parton may be", check=in_half_turn)

    def produce(self, jets: Jets, gen_particles: GenParticles) -> TruthLabels:
        """One record per jet."""
        objects = Objects.of(jets, min_pt=self.min_pt, max_eta=self.max_eta)
        family = Genealogy.of(gen_particles)
        light = (family.kind <= HEAVIEST_LIGHT_QUARK) & (family.kind > 0)
        gluon = family.kind == GLUON
        if self.mode == "inclusive":
            matches = match_particles(objects, family, family.hard_parton, self.max_delta_r)
            valid = matches.found & (matches.near == 1)
            valid[valid] = (light | gluon)[matches.target[valid]]
        else:
            dijet = _partons_of_dijets(family, light, gluon)
            matches = match_particles(objects, family, dijet, self.max_delta_r)
            event = np.repeat(np.arange(len(jets)), jets.counts)
            both = np.bincount(event[matches.found], minlength=len(jets)) == 2
            valid = matches.found & both[event]
        is_quark = np.zeros(valid.size, np.bool_)
        is_quark[valid] = light[matches.target[valid]]
        return truth_labels(self.task, objects, family, valid, is_quark, matches)


def _partons_of_dijets(family: Genealogy, light: NDArray[np.bool_], gluon: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(particles,) partons of events whose hard process makes two light quarks or two gluons, and nothing else."""
    entering = family.status[family.mother] == HARD_INCOMING
    outgoing = (family.status == HARD_OUTGOING) & entering
    n_events = family.offsets.size - 1

    def per_event(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(family.event_of(np.flatnonzero(which)), minlength=n_events)

    pure = (per_event(outgoing & light) == 2) | (per_event(outgoing & gluon) == 2)
    good = pure & (per_event(outgoing) == 2)
    partons: NDArray[np.bool_] = outgoing & np.repeat(good, np.diff(family.offsets))
    return partons
