"""Photons and electrons: superclusters, what stands behind them in the HCAL, and tracks that point at them."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Photons
from dataformats.geometry.crystals import Position
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.superclusters import SuperClusters
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.compiled import load_kernels
from simulation.ecal_hits import ecal_hits
from simulation.places import first_vertices, place_of
from simulation.shower_shapes import hcal_over_ecal, shower_shapes
from simulation.track_matches import MatchCuts, matched_tracks

ELECTRON_MASS: Final = 0.000511
"""GeV."""
CONE: Final = 0.15
"""HCAL towers this close to a supercluster are behind it [CMSSW, hOverEConeSize]."""
ELECTRON_TRACK: Final = MatchCuts(min_pt=2.0, max_dxy=0.2, max_d_eta=0.02, max_d_phi=0.15, min_ratio=0.5, max_ratio=3.0)
"""A loose match of electrons; what gives photons a pixel seed."""

_Columns = dict[str, NDArray[Any]]


class PhotonProducer(EDProducer):
    """A photon for every supercluster, electrons included, as CMS has it; photons come from the first vertex.

    ``has_pixel_seed``: CMS looks for two pixel hits on the way of an electron or positron of the supercluster's energy.
    Tracks do not tell their hits here. A track that fits the supercluster as an electron's does (`ELECTRON_TRACK`) and
    passes the first vertex within 2 mm in the transverse plane stands for them. Without tracks there is no such column.
    """

    super_clusters: InputTag = param("superClusters:clusters", doc="superclusters")
    eb_hits: InputTag = param("reducedEcalRecHitsEB", doc="hits in the ECAL barrel")
    ee_hits: InputTag = param("reducedEcalRecHitsEE", doc="hits in the ECAL endcaps")
    hbhe_hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="hits in the HCAL barrel and endcaps")
    tracks: InputTag = param("generalTracks", doc="tracks; has_pixel_seed needs them")
    vertices: InputTag = param("offlinePrimaryVertices", doc="photons come from the first; none means (0, 0, 0)")
    min_hcal_energy: float = param(0.8, unit="GeV", doc="HCAL hits below do not count", check=not_negative)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(
        self,
        super_clusters: SuperClusters,
        eb_hits: EBRecHits,
        ee_hits: EERecHits,
        hbhe_hits: HBHERecHits,
        tracks: Tracks | None,
        vertices: Vertices | None,
    ) -> Photons:
        """In step with the superclusters."""
        columns = _shower_columns(super_clusters, eb_hits, ee_hits, hbhe_hits, self.min_hcal_energy)
        if tracks is not None:
            columns["has_pixel_seed"] = matched_tracks(super_clusters, tracks, vertices, ELECTRON_TRACK) >= 0
        origin = np.repeat(first_vertices(vertices, len(super_clusters)), super_clusters.counts, axis=0)
        place = place_of(super_clusters)
        way = Position(place.x - origin[:, 0], place.y - origin[:, 1], place.z - origin[:, 2])
        pt = super_clusters.flat("energy") / np.cosh(way.eta)
        return Photons(super_clusters.offsets, pt=pt, eta=way.eta, phi=way.phi, mass=np.zeros(pt.size), **columns)


class ElectronProducer(EDProducer):
    """An electron for every supercluster that a track points at: energy from the one, direction from the other."""

    super_clusters: InputTag = param("superClusters:clusters", doc="superclusters")
    eb_hits: InputTag = param("reducedEcalRecHitsEB", doc="hits in the ECAL barrel")
    ee_hits: InputTag = param("reducedEcalRecHitsEE", doc="hits in the ECAL endcaps")
    hbhe_hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="hits in the HCAL barrel and endcaps")
    tracks: InputTag = param("generalTracks", doc="tracks")
    vertices: InputTag = param("offlinePrimaryVertices", doc="max_dxy refers to the first; none means (0, 0, 0)")
    min_hcal_energy: float = param(0.8, unit="GeV", doc="HCAL hits below do not count", check=not_negative)
    min_track_pt: float = param(
        ELECTRON_TRACK.min_pt, unit="GeV", doc="least transverse momentum of the track", check=not_negative
    )
    max_dxy: float = param(
        ELECTRON_TRACK.max_dxy, unit="cm", doc="transverse distance of the track from the vertex", check=positive
    )
    max_delta_eta: float = param(
        ELECTRON_TRACK.max_d_eta, doc="distance of track and supercluster in eta, at the ECAL", check=positive
    )
    max_delta_phi: float = param(ELECTRON_TRACK.max_d_phi, unit="rad", doc="the same in phi", check=positive)
    min_e_over_p: float = param(ELECTRON_TRACK.min_ratio, doc="least energy per momentum", check=not_negative)
    max_e_over_p: float = param(ELECTRON_TRACK.max_ratio, doc="largest energy per momentum", check=positive)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(
        self,
        super_clusters: SuperClusters,
        eb_hits: EBRecHits,
        ee_hits: EERecHits,
        hbhe_hits: HBHERecHits,
        tracks: Tracks,
        vertices: Vertices | None,
    ) -> Electrons:
        """In order of the superclusters."""
        cuts = MatchCuts(
            self.min_track_pt,
            self.max_dxy,
            self.max_delta_eta,
            self.max_delta_phi,
            self.min_e_over_p,
            self.max_e_over_p,
        )
        track = matched_tracks(super_clusters, tracks, vertices, cuts)
        matched = track >= 0
        columns = _shower_columns(super_clusters, eb_hits, ee_hits, hbhe_hits, self.min_hcal_energy)
        event = np.repeat(np.arange(len(super_clusters)), super_clusters.counts)[matched]
        mine = tracks.offsets[event] + track[matched]
        way = Position(*(tracks.flat(name)[mine].astype(np.float64) for name in ("px", "py", "pz")))
        energy = super_clusters.flat("energy")[matched].astype(np.float64)
        return Electrons(
            np.concatenate([[0], np.cumsum(matched)])[super_clusters.offsets],
            pt=np.sqrt(np.maximum(energy**2 - ELECTRON_MASS**2, 0.0)) / np.cosh(way.eta),
            eta=way.eta,
            phi=way.phi,
            mass=np.full(energy.size, ELECTRON_MASS),
            charge=tracks.flat("charge")[mine],
            track=track[matched],
            **{name: column[matched] for name, column in columns.items()},
        )


def _shower_columns(
    super_clusters: SuperClusters,
    eb_hits: EBRecHits,
    ee_hits: EERecHits,
    hbhe_hits: HBHERecHits,
    min_hcal_energy: float,
) -> _Columns:
    """What photons and electrons have in common, in step with the superclusters."""
    first = np.repeat(super_clusters.offsets[:-1], super_clusters.counts)
    return {
        "super_cluster": np.arange(first.size) - first,
        **shower_shapes(super_clusters, ecal_hits(eb_hits, ee_hits))._asdict(),
        "h_over_e": hcal_over_ecal(super_clusters, hbhe_hits, reach=CONE, min_energy=min_hcal_energy),
    }
