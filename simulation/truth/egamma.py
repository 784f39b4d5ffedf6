"""Which photon candidates are electrons."""

from typing import ClassVar

from dataformats.candidates import Photons
from dataformats.generator import GenParticles
from dataformats.truth import TruthLabels
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.truth.genealogy import PHOTON, Genealogy
from simulation.truth.leptons import ELECTRON
from simulation.truth.matching import Objects, match_particles
from simulation.truth.records import truth_labels
from simulation.truth.tasks import TruthTask, in_half_turn


class EGammaTruthLabelProducer(TruthTask, EDProducer):
    """Electron (1) or photon (0), for reconstructed photons: superclusters, whatever made them.

    Valid is an object with exactly one final electron or photon of the hard process or a gun, above a pt, in its cone;
    photons of neutral pions in jets, and electrons with a hard photon beside them, are ambiguous. Targets: mass and pt
    of the electron or photon.
    """

    task: ClassVar[str] = "egamma"

    photons: InputTag = param("gedPhotons", doc="reconstructed photons to label")
    gen_particles: InputTag = param("genParticles", doc="generated particles, with mothers")
    min_pt: float = param(10.0, unit="GeV", doc="objects below are not valid", check=not_negative)
    max_eta: float = param(1.44, doc="objects with a larger |eta| are not valid", check=positive)
    max_delta_r: float = param(0.04, doc="how far from the object its particle may be", check=in_half_turn)
    min_gen_pt: float = param(10.0, unit="GeV", doc="generated particles below are ignored", check=not_negative)

    def produce(self, photons: Photons, gen_particles: GenParticles) -> TruthLabels:
        """One record per photon."""
        objects = Objects.of(photons, min_pt=self.min_pt, max_eta=self.max_eta)
        family = Genealogy.of(gen_particles)
        electron = family.kind == ELECTRON
        final = family.prompt & (family.status == GenParticles.FINAL) & (family.pt >= self.min_gen_pt)
        matches = match_particles(objects, family, final & (electron | (family.kind == PHOTON)), self.max_delta_r)
        valid = matches.found & (matches.near == 1)
        signal = valid.copy()
        signal[valid] = electron[matches.target[valid]]
        return truth_labels(self.task, objects, family, valid, signal, matches)
