"""Particle flow, simplified: tracks and calorimeter clusters become one list of particles."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from dataformats.candidates import PFCandidates
from dataformats.clusters import CaloClusters
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.compiled import load_kernels
from simulation.flow_balance import FlowRules, balance
from simulation.flow_candidates import charged_candidates, neutral_candidates, ordered
from simulation.flow_links import Chosen, Clusters, find_links
from simulation.kernels.leptons import ElectronCuts, MuonCuts
from simulation.kernels.neutrals import BalanceRules
from simulation.vertex_association import nearest_vertex

MUON_CONE: Final = 0.3
"""Distance in eta and phi from a muon in which other tracks count for its isolation."""


class ParticleFlowLikeProducer(EDProducer):
    """Particles in the manner of CMS particle flow (arXiv:1706.04965), from tracks and clusters alone.

    Every track points to at most one cluster in each calorimeter. Electrons and muons take their tracks and clusters.
    Clusters that tracks join are compared with the momenta of these tracks: what is there beyond the resolution is
    photons and neutral hadrons. Clusters without a track are photons (ECAL) and neutral hadrons (HCAL). The momentum
    of charged particles is that of their tracks; neutral ones come from the first vertex.

    Not done: recovery of bremsstrahlung and conversions (photons beside an electron stay photons, its momentum is that
    of the track), muon chambers (muons in jets are hadrons), nuclear interactions, several ECAL clusters of one hadron,
    pileup among neutral particles, and everything beyond |eta| 3.
    """

    tracks: InputTag = param("generalTracks", doc="tracks")
    vertices: InputTag = param("offlinePrimaryVertices", doc="the first is where neutral particles come from")
    ecal_clusters: InputTag = param("particleFlowClusterECAL:clusters", doc="clusters of crystals")
    hcal_clusters: InputTag = param("particleFlowClusterHCAL:clusters", doc="clusters of towers")
    min_track_pt: float = param(0.2, unit="GeV", doc="tracks below do not count", check=positive)
    ecal_distance: float = param(4.5, unit="cm", doc="a track reaches an ECAL cluster so near", check=positive)
    hcal_distance: float = param(20.0, unit="cm", doc="a track reaches an HCAL cluster so near", check=positive)
    tracker_eta: float = param(
        2.5, doc="beyond this |eta| ECAL and HCAL clusters in line are one hadron", check=positive
    )
    stochastic: float = param(1.0, unit="GeV^(1/2)", doc="resolution of hadrons per sqrt(energy)", check=not_negative)
    constant: float = param(0.05, doc="and per energy, added in quadrature", check=not_negative)
    n_sigma: float = param(
        1.0, doc="an excess of so many resolutions (soft: twice) is neutral particles", check=not_negative
    )
    absurd_pt: float = param(100.0, unit="GeV", doc="tracks above are dropped", check=positive)
    absurd_sigma: float = param(4.0, doc="if so many resolutions are missing behind them", check=not_negative)
    electron_min_pt: float = param(2.0, unit="GeV", doc="least pt of an electron", check=not_negative)
    electron_min_ratio: float = param(0.7, doc="least ECAL energy per momentum of an electron", check=positive)
    electron_max_ratio: float = param(1.6, doc="largest ECAL energy per momentum of an electron", check=positive)
    electron_max_h_over_e: float = param(0.1, doc="largest HCAL energy per ECAL energy", check=not_negative)
    muon_min_momentum: float = param(5.0, unit="GeV", doc="least momentum of a muon", check=positive)
    muon_max_ecal: float = param(1.0, unit="GeV", doc="a muon leaves no more in the ECAL", check=not_negative)
    muon_max_hcal: float = param(4.0, unit="GeV", doc="a muon leaves no more in the HCAL", check=not_negative)
    muon_n_sigma: float = param(2.5, doc="for a hadron that is too little by so many resolutions", check=not_negative)
    muon_max_isolation: float = param(
        0.2, doc="largest sum of pt of other tracks of the first vertex within 0.3, per its own", check=not_negative
    )

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(
        self, tracks: Tracks, vertices: Vertices, ecal_clusters: CaloClusters, hcal_clusters: CaloClusters
    ) -> PFCandidates:
        """Candidates by falling pt in each event."""
        chosen = Chosen.of(tracks, self.min_track_pt)
        from_pileup = nearest_vertex(tracks, vertices).from_pileup[chosen.number]
        ecal, hcal = Clusters.of(ecal_clusters), Clusters.of(hcal_clusters)
        links = find_links(
            chosen,
            ecal,
            hcal,
            ecal_distance=self.ecal_distance,
            hcal_distance=self.hcal_distance,
            tracker_eta=self.tracker_eta,
        )
        found = balance(chosen, ~from_pileup, links, (ecal.energy, hcal.energy), self._rules())
        parts = [
            charged_candidates(chosen, found.kept, found.kind, from_pileup, links.impact),
            neutral_candidates(ecal, found.photon, PFCandidates.PHOTON, vertices),
            neutral_candidates(hcal, found.neutral, PFCandidates.NEUTRAL_HADRON, vertices),
        ]
        return ordered(parts, len(tracks))

    def _rules(self) -> FlowRules:
        return FlowRules(
            ElectronCuts(
                self.electron_min_pt, self.electron_min_ratio, self.electron_max_ratio, self.electron_max_h_over_e
            ),
            MuonCuts(
                self.muon_min_momentum,
                self.muon_max_ecal,
                self.muon_max_hcal,
                self.muon_n_sigma,
                self.stochastic,
                self.constant,
                MUON_CONE,
                self.muon_max_isolation,
            ),
            BalanceRules(self.stochastic, self.constant, self.n_sigma, self.absurd_pt, self.absurd_sigma),
        )
