"""The plugins that make jets: of particle-flow candidates and of generated particles."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import GenJets, Jets, PFCandidates
from dataformats.generator import GenParticles
from e2efw.errors import ProductNotFoundError
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import positive
from simulation.jet_clustering import Clusters, anti_kt, fastjet

NEUTRINOS: Final = (12, 14, 16)
CLASSES: Final = {
    "charged_hadron": PFCandidates.CHARGED_HADRON,
    "neutral_hadron": PFCandidates.NEUTRAL_HADRON,
    "photon": PFCandidates.PHOTON,
    "electron": PFCandidates.ELECTRON,
    "muon": PFCandidates.MUON,
}
"""Kinds of candidates by which reco::PFJet counts its energy."""
CORRECTED: Final = 10.0, 1000.0
"""GeV; jets outside have the correction of the nearer end."""

Array = NDArray[np.float64]


def correction_table(values: tuple[float, ...]) -> str | None:
    """A check for `correction`: triples, |eta| rising, no factor that is not positive."""
    if len(values) % 3:
        return f"needs three numbers per region, |eta| up to which it reaches, a and b; got {len(values)} in all"
    edges = values[::3]
    if any(high <= low for low, high in zip((0.0, *edges), edges, strict=False)):
        return f"the regions must rise in |eta|, got {', '.join(f'{edge:g}' for edge in edges)}"
    ends = [a + b * side for a, b in zip(values[1::3], values[2::3], strict=True) for side in (-1.0, 1.0)]
    return None if min(ends, default=1.0) > 0 else "makes the momentum of some jets zero or negative"


class JetProducer(EDProducer):
    """Anti-kT jets of particle-flow candidates, by falling pt.

    A correction multiplies the momentum of a jet by a + b log10(pt / 100 GeV), with a and b of the first region that
    reaches as far as the jet's |eta|, and the pt before it, at least 10 and at most 1000 GeV. Beyond the last region
    there is none. The energies of the kinds of constituents stay uncorrected, as in CMSSW.
    """

    candidates: InputTag = param("particleFlow", doc="particle-flow candidates")
    radius: float = param(0.4, doc="of the jets in rapidity and phi", check=positive)
    min_pt: float = param(3.0, unit="GeV", doc="jets below, before any correction, are not made", check=positive)
    charged_hadron_subtraction: bool = param(True, doc="leave out candidates whose track belongs to a pileup vertex")
    correction: tuple[float, ...] = param(
        (), doc="three numbers for each region: |eta| up to which it reaches, a and b", check=correction_table
    )

    def begin_job(self, job: JobContext) -> None:
        """Find out now whether FastJet is there."""
        library = fastjet(type(self).__name__)
        job.record("fastjet", library.__version__)

    def produce(self, candidates: PFCandidates) -> Jets:
        """Jets with the energies and numbers of their constituents by kind."""
        used = np.ones(candidates.offsets[-1], np.bool_)
        if self.charged_hadron_subtraction:
            used = ~self._from_pileup(candidates)
        jets = anti_kt(type(self).__name__, candidates, used, self.radius, self.min_pt)
        factor = self._correction(jets.pt, jets.eta)
        event = np.repeat(np.arange(len(candidates)), np.diff(jets.offsets))
        order = np.lexsort((-jets.pt * factor, event))
        columns = {"pt": jets.pt * factor, "eta": jets.eta, "phi": jets.phi, "mass": jets.mass * factor}
        columns |= composition(jets, candidates)
        return Jets(jets.offsets, **{name: column[order] for name, column in columns.items()})

    def _from_pileup(self, candidates: PFCandidates) -> NDArray[np.bool_]:
        if "from_pileup" not in candidates.columns:
            raise ProductNotFoundError(
                f"JetProducer: '{self.candidates}' does not say which candidates are from pileup "
                f"({PFCandidates.from_pileup.path}), which chargedHadronSubtraction needs; set it to False."
            )
        from_pileup: NDArray[np.bool_] = candidates.flat("from_pileup")
        return from_pileup

    def _correction(self, pt: Array, eta: Array) -> Array:
        """(jets,) factors."""
        table = np.array([*self.correction, np.inf, 1.0, 0.0]).reshape(-1, 3)
        _, a, b = table[np.searchsorted(table[:, 0], np.abs(eta))].T
        factors: Array = a + b * np.log10(np.clip(pt, *CORRECTED) / 100.0)
        return factors


class GenJetProducer(EDProducer):
    """Anti-kT jets of the final generated particles that can meet the detector, without neutrinos, by falling pt."""

    particles: InputTag = param("genParticles", doc="generated particles")
    radius: float = param(0.4, doc="of the jets in rapidity and phi", check=positive)
    min_pt: float = param(3.0, unit="GeV", doc="jets below are not made", check=positive)
    max_eta: float = param(5.0, doc="particles closer to the beam are left out, as from the detector", check=positive)

    def begin_job(self, job: JobContext) -> None:
        """Find out now whether FastJet is there."""
        library = fastjet(type(self).__name__)
        job.record("fastjet", library.__version__)

    def produce(self, particles: GenParticles) -> GenJets:
        """Jets of what reaches the detector and can be seen."""
        used = particles.flat("status") == GenParticles.FINAL
        used &= ~np.isin(np.abs(particles.flat("pdg_id")), NEUTRINOS) & (np.abs(particles.flat("eta")) < self.max_eta)
        jets = anti_kt(type(self).__name__, particles, used, self.radius, self.min_pt)
        return GenJets(jets.offsets, pt=jets.pt, eta=jets.eta, phi=jets.phi, mass=jets.mass)


def composition(jets: Clusters, candidates: PFCandidates) -> dict[str, NDArray[Any]]:
    """Energy in GeV and number of the constituents of each kind, (jets,) columns by name."""
    kind = np.abs(candidates.flat("pdg_id"))[jets.constituent]
    pt, eta, mass = (candidates.flat(name)[jets.constituent].astype(np.float64) for name in ("pt", "eta", "mass"))
    energy = np.sqrt((pt * np.cosh(eta)) ** 2 + np.maximum(mass, 0.0) ** 2)
    columns: dict[str, NDArray[Any]] = {}
    for name, pdg_id in CLASSES.items():
        mine = kind == pdg_id
        owner = jets.owner[mine]
        columns[f"{name}_energy"] = np.bincount(owner, energy[mine], minlength=jets.pt.size)
        columns[f"{name}_multiplicity"] = np.bincount(owner, minlength=jets.pt.size)
    return columns
