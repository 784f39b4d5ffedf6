"""Superclusters: the ECAL clusters of one photon or electron, its radiation and conversions included."""

from collections.abc import Callable
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.clusters import CaloClusters, ClusterHits
from dataformats.geometry.constants import TWO_PI
from dataformats.geometry.crystals import Position
from dataformats.geometry.detids import ECAL_CELLS, valid_eb
from dataformats.geometry.ecal_cells import cells_of, positions
from dataformats.rechits import EBRecHits, EERecHits
from dataformats.superclusters import SuperClusterHits, SuperClusters
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative
from simulation.clustering import weighted_mean
from simulation.compiled import load_kernels
from simulation.ecal_hits import EcalHits, ecal_hits, energies_of
from simulation.kernels.superclusters import collect_clusters
from simulation.places import place_of

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LOSSES: Final[Array] = np.array(
    [
        # |eta| <  part seen  lost GeV
        (0.800, 0.991, 0.47),
        (1.150, 0.991, 0.60),
        (1.440, 0.991, 0.87),
        (1.570, 0.972, 2.70),
        (1.653, 0.986, 2.62),
        (2.000, 0.981, 2.72),
        (2.600, 0.984, 1.44),
        (np.inf, 0.980, -2.81),
    ]
)
"""Energy estimate by |eta|: raw energy / part seen + energy lost in crystals below threshold and in converted pieces.

Medians of single photons of 12 to 200 GeV of transverse energy in `DetectorSimProducer`, without pileup; close to the
beam the noise of crystals adds more than is lost. Real endcap photons also leave 2 to 5 % in the preshower.
"""


class SuperClusterProducts(NamedTuple):
    """What is made of the clusters.

    Args:
        clusters: by falling transverse energy in each event.
        hits: crystals of each.
    """

    clusters: SuperClusters
    hits: SuperClusterHits


class SuperClusterProducer(EDProducer):
    """Superclusters: clusters in a window around an energetic one, wide in phi and narrow in eta, CMSSW's mustache.

    The position is the mean of the clusters' with their energy.
    """

    clusters: InputTag = param("particleFlowClusterECAL:clusters", doc="clusters of the ECAL")
    cluster_hits: InputTag = param("particleFlowClusterECAL:hits", doc="their crystals")
    eb_hits: InputTag = param("reducedEcalRecHitsEB", doc="hits in the ECAL barrel")
    ee_hits: InputTag = param("reducedEcalRecHitsEE", doc="hits in the ECAL endcaps")
    min_et: float = param(10.0, unit="GeV", doc="least transverse energy of a supercluster", check=not_negative)
    min_seed_et: float = param(4.0, unit="GeV", doc="least transverse energy of its first cluster", check=not_negative)
    min_cluster_et: float = param(0.5, unit="GeV", doc="least transverse energy of the others", check=not_negative)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(
        self, clusters: CaloClusters, cluster_hits: ClusterHits, eb_hits: EBRecHits, ee_hits: EERecHits
    ) -> SuperClusterProducts:
        """Superclusters and their crystals; transverse energies are seen from the centre of CMS."""
        event = np.repeat(np.arange(len(clusters)), clusters.counts)
        seed = self._seeds(clusters, event)
        mine = np.flatnonzero(seed >= 0)
        first, number = np.unique(seed[mine], return_inverse=True)
        weight = clusters.flat("energy")[mine].astype(np.float64)
        x, y, z = (weighted_mean(number, first.size, weight, clusters.flat(axis)[mine]) for axis in "xyz")
        raw = np.bincount(number, weight, first.size).astype(np.float64)
        eta = Position(x, y, z).eta
        energy = estimated_energy(raw, eta)
        order = np.lexsort((first, -energy / np.cosh(eta), event[first]))
        order = order[energy[order] >= self.min_et * np.cosh(eta[order])]
        rank = np.full(first.size, -1)
        rank[order] = np.arange(order.size)
        owner = np.full(seed.size, -1)
        owner[mine] = rank[number]
        offsets = np.searchsorted(event[first[order]], np.arange(len(clusters) + 1)).astype(np.int64)
        place = Position(x[order], y[order], z[order])
        crystals = _crystals(clusters, cluster_hits, owner, ecal_hits(eb_hits, ee_hits))
        eta_width, phi_width = _widths(crystals, place)
        return SuperClusterProducts(
            SuperClusters(
                offsets,
                energy=energy[order],
                raw_energy=raw[order],
                **place._asdict(),
                eta_width=eta_width,
                phi_width=phi_width,
                seed=clusters.flat("seed")[first[order]],
            ),
            _hits(crystals, offsets),
        )

    def _seeds(self, clusters: CaloClusters, event: Ints) -> Ints:
        """(clusters,) number in the block of the cluster that each is collected by, -1 for none."""
        place = place_of(clusters)
        energy = clusters.flat("energy").astype(np.float64)
        region = np.where(valid_eb(clusters.flat("seed")), 0, np.sign(place.z)).astype(np.int8)
        order = np.lexsort((np.arange(energy.size), -energy / np.cosh(place.eta), event))
        owner = np.empty(energy.size, np.int64)
        found = energy, place.eta, place.phi, region
        collect_clusters(clusters.offsets, order, *found, self.min_seed_et, self.min_cluster_et, owner)
        return owner


def estimated_energy(raw: Array, eta: Array) -> Array:
    """(n,) energy of the particles behind raw energies at |eta|, GeV: `LOSSES`."""
    _, seen, lost = LOSSES[np.searchsorted(LOSSES[:, 0], np.abs(eta), side="right")].T
    energy: Array = raw / seen + lost
    return energy


class _Crystals(NamedTuple):
    """Crystals of superclusters, by supercluster and crystal.

    Args:
        owner: (hits,) number in the block of the supercluster.
        detid: (hits,) of the crystal.
        fraction: (hits,) part of its energy.
        energy: (hits,) that part, GeV.
        place: where it is.
    """

    owner: Ints
    detid: NDArray[np.uint32]
    fraction: Array
    energy: Array
    place: Position


def _crystals(clusters: CaloClusters, cluster_hits: ClusterHits, owner: Ints, ecal: EcalHits) -> _Crystals:
    """Crystals of the clusters that have an owner; one that several clusters of an owner share comes once."""
    event = np.repeat(np.arange(len(clusters)), cluster_hits.counts)
    owner = owner[clusters.offsets[event] + cluster_hits.flat("owner")]
    mine = owner >= 0
    event, owner = event[mine], owner[mine]
    detid, part = cluster_hits.flat("detid")[mine], cluster_hits.flat("fraction")[mine]
    cell = cells_of(detid)
    _, at, number = np.unique(owner * ECAL_CELLS + cell, return_index=True, return_inverse=True)
    fraction = np.minimum(np.bincount(number, part, at.size), 1.0)
    energy = fraction * energies_of(ecal, event[at], cell[at])
    return _Crystals(owner[at], detid[at], fraction, energy, Position(*positions()[cell[at]].T))


def _widths(crystals: _Crystals, place: Position) -> tuple[Array, Array]:
    """Spread of the crystals around superclusters at `place`, in eta and in phi (rad) [CMSSW SuperClusterShapeAlgo]."""
    d_eta = crystals.place.eta - place.eta[crystals.owner]
    d_phi = (crystals.place.phi - place.phi[crystals.owner] + np.pi) % TWO_PI - np.pi
    size = place.x.size
    eta, phi = (np.sqrt(weighted_mean(crystals.owner, size, crystals.energy, d**2)) for d in (d_eta, d_phi))
    return eta, phi


def _hits(crystals: _Crystals, superclusters: Ints) -> SuperClusterHits:
    """As a product; superclusters are the boundaries of the superclusters in the block."""
    offsets = np.searchsorted(crystals.owner, superclusters).astype(np.int64)
    owner = crystals.owner - np.repeat(superclusters[:-1], np.diff(offsets))
    return SuperClusterHits(offsets, owner=owner, detid=crystals.detid, fraction=crystals.fraction)
