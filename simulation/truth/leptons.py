"""Which jets are a tau, which an electron, and which are made by a quark or gluon."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Jets
from dataformats.generator import GenParticles
from dataformats.truth import TruthLabels
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.truth.genealogy import Genealogy
from simulation.truth.matching import Objects, match, match_particles
from simulation.truth.records import signal_against_background
from simulation.truth.tasks import TruthTask, in_half_turn

ELECTRON, ELECTRON_NEUTRINO, MUON, MUON_NEUTRINO, TAU = 11, 12, 13, 14, 15


class TauTruthLabelProducer(TruthTask, EDProducer):
    """Tau that decays to hadrons (1) or quark or gluon of the hard process (0), for ak4 jets.

    Taus, electrons and muons count if they come from W, Z, h, a or a gun, not from hadrons. Jets with another lepton
    in the cone, two taus, a leptonic tau, or a tau and a parton are ambiguous: not valid. Targets: mass and pt of the
    tau, its neutrino included, or of the parton.
    """

    task: ClassVar[str] = "tau"

    jets: InputTag = param("ak4PFJetsCHS", doc="jets to label")
    gen_particles: InputTag = param("genParticles", doc="generated particles, with mothers")
    min_pt: float = param(20.0, unit="GeV", doc="jets below are not valid", check=not_negative)
    max_eta: float = param(2.4, doc="jets with a larger |eta| are not valid", check=positive)
    max_delta_r: float = param(0.4, doc="how far from the jet its particle may be", check=in_half_turn)
    hadronic_only: bool = param(
        True, doc="jets with a leptonic tau are not valid; False: they are signal, as in the published selection"
    )
    require_parton: bool = param(
        True, doc="background has a parton of the hard process; False: all jets without leptons are background"
    )

    def produce(self, jets: Jets, gen_particles: GenParticles) -> TruthLabels:
        """One record per jet."""
        objects = Objects.of(jets, min_pt=self.min_pt, max_eta=self.max_eta)
        family = Genealogy.of(gen_particles)
        taus = family.hard_leptons(TAU)
        signal = taus & ~leptonic(family, taus) if self.hadronic_only else taus
        disturbing = family.hard_leptons(ELECTRON, MUON) | taus & ~signal
        matches, partons, others = (
            match_particles(objects, family, which, self.max_delta_r)
            for which in (signal, family.hard_parton, disturbing)
        )
        return signal_against_background(
            self.task, objects, family, matches, partons, others.near, need_background=self.require_parton
        )


class ElectronTruthLabelProducer(TruthTask, EDProducer):
    """Electron (1) or quark or gluon of the hard process (0), for ak4 jets with one reconstructed electron.

    Electrons count if they come from W, Z, h, a or a gun, not from hadrons or taus. Jets with another such lepton or
    an electron and a parton in the cone are ambiguous: not valid. Targets: mass and pt of the electron or parton.
    """

    task: ClassVar[str] = "electron"

    jets: InputTag = param("ak4PFJetsCHS", doc="jets to label")
    electrons: InputTag = param("gedGsfElectrons", doc="reconstructed electrons")
    gen_particles: InputTag = param("genParticles", doc="generated particles, with mothers")
    min_pt: float = param(20.0, unit="GeV", doc="jets below are not valid", check=not_negative)
    max_eta: float = param(2.4, doc="jets with a larger |eta| are not valid", check=positive)
    max_delta_r: float = param(0.4, doc="how far from the jet its particle may be", check=in_half_turn)
    require_electron: bool = param(
        True, doc="jets are valid if one reconstructed electron is in the cone; False: reconstruction does not matter"
    )
    require_parton: bool = param(
        True, doc="background has a parton of the hard process; False: all jets without leptons are background"
    )

    def produce(self, jets: Jets, electrons: Electrons | None, gen_particles: GenParticles) -> TruthLabels:
        """One record per jet."""
        objects = Objects.of(jets, min_pt=self.min_pt, max_eta=self.max_eta)
        if self.require_electron and electrons is not None:
            objects = with_one(objects, electrons, self.max_delta_r)
        family = Genealogy.of(gen_particles)
        signal, disturbing = family.hard_leptons(ELECTRON), family.hard_leptons(MUON, TAU)
        matches, partons, others = (
            match_particles(objects, family, which, self.max_delta_r)
            for which in (signal, family.hard_parton, disturbing)
        )
        return signal_against_background(
            self.task, objects, family, matches, partons, others.near, need_background=self.require_parton
        )

    def needed_products(self) -> frozenset[str]:
        """Reconstructed electrons, if there must be one."""
        return frozenset({"electrons"}) if self.require_electron else frozenset()


def leptonic(family: Genealogy, taus: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(particles,) which of the taus decay to an electron or a muon: those whose neutrino is among the daughters.

    Electrons alone tell nothing: neutral pions of hadronic decays make some, too.
    """
    positions = np.flatnonzero(taus)
    found = np.zeros(taus.size, np.bool_)
    for neutrino in (ELECTRON_NEUTRINO, MUON_NEUTRINO):
        found[positions] |= family.daughters_of(positions, neutrino, neutrino).number > 0
    return found


def with_one(objects: Objects, electrons: Electrons, cone: float) -> Objects:
    """The same objects; those with no or several reconstructed electrons in the cone are not accepted."""
    near = match(objects, electrons.offsets, electrons.flat("eta"), electrons.flat("phi"), cone).near
    return objects._replace(accepted=objects.accepted & (near == 1))
