"""Particle-flow clusters of the ECAL: one for every local maximum of the crystals' energies."""

from collections.abc import Callable
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.clusters import CaloClusters, ClusterHits
from dataformats.geometry.ecal_cells import in_barrel, neighbours, positions
from dataformats.rechits import EBRecHits, EERecHits
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.clustering import Calorimeter, Clustered, cluster_cells, cluster_hits, weighted_mean
from simulation.compiled import load_kernels
from simulation.ecal_hits import EcalHits, ecal_hits

RIVALS: Final = 8
"""A seed has more energy than all crystals around it, corners included [arXiv:1706.04965, table 2]."""


class EcalClusterProducts(NamedTuple):
    """What is made of the crystals.

    Args:
        clusters: by falling energy in each event.
        hits: crystals of each.
    """

    clusters: CaloClusters
    hits: ClusterHits


class EcalClusterProducer(EDProducer):
    """Clusters of crystals in the manner of particle flow: local maxima, grown, overlaps shared as Gaussians.

    Positions are means of the crystals' front faces with weights ln(energy / threshold of the cell), not below 0, as
    CMSSW's Basic2DGenericPFlowPositionCalc has them; times are means with the energy.
    Defaults: arXiv:1706.04965, table 2.
    """

    eb_hits: InputTag = param("reducedEcalRecHitsEB", doc="hits in the ECAL barrel")
    ee_hits: InputTag = param("reducedEcalRecHitsEE", doc="hits in the ECAL endcaps")
    eb_threshold: float = param(0.08, unit="GeV", doc="barrel crystals below do not count", check=positive)
    ee_threshold: float = param(0.3, unit="GeV", doc="endcap crystals below do not count", check=positive)
    eb_seed: float = param(0.23, unit="GeV", doc="least energy of a seed in the barrel", check=not_negative)
    ee_seed: float = param(0.6, unit="GeV", doc="least energy of a seed in the endcaps", check=not_negative)
    ee_seed_et: float = param(0.15, unit="GeV", doc="and least transverse energy", check=not_negative)
    shower_width: float = param(1.5, unit="cm", doc="Gaussian width by which overlaps are shared", check=positive)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, eb_hits: EBRecHits, ee_hits: EERecHits) -> EcalClusterProducts:
        """Clusters of both, and their crystals."""
        hits = ecal_hits(eb_hits, ee_hits)
        cells = hits.cells
        barrel = in_barrel(cells.cell)
        place = positions()[cells.cell]
        threshold = np.where(barrel, self.eb_threshold, self.ee_threshold)
        sine = np.hypot(place[:, 0], place[:, 1]) / np.linalg.norm(place, axis=1)
        may_seed = np.where(
            barrel, cells.energy > self.eb_seed, (cells.energy > self.ee_seed) & (cells.energy * sine > self.ee_seed_et)
        )
        found = cluster_cells(
            cells, cells.energy > threshold, may_seed, Calorimeter(neighbours(), positions(), RIVALS, self.shower_width)
        )
        return EcalClusterProducts(_clusters(hits, found, threshold), cluster_hits(found, hits.detid))


def _clusters(hits: EcalHits, found: Clustered, threshold: NDArray[np.float64]) -> CaloClusters:
    energy = found.fraction * hits.cells.energy[found.hit]
    place = positions()[hits.cells.cell[found.hit]]
    weight = np.maximum(np.log(energy / threshold[found.hit]), 0.0)
    x, y, z = (weighted_mean(found.owner, found.seed.size, weight, place[:, axis]) for axis in range(3))
    return CaloClusters(
        found.offsets,
        energy=found.energy,
        x=x,
        y=y,
        z=z,
        time=weighted_mean(found.owner, found.seed.size, energy, hits.time[found.hit]),
        seed=hits.detid[found.seed],
    )
