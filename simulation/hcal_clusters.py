"""Particle-flow clusters of the HCAL: one for every local maximum of the towers' energies."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from dataformats.clusters import CaloClusters, ClusterHits
from dataformats.geometry.constants import HB_IETA
from dataformats.rechits import HBHERecHits
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.clustering import Calorimeter, Clustered, cluster_cells, weighted_mean
from simulation.compiled import load_kernels
from simulation.hcal_towers import SIDES, TowerHits, neighbours, positions, tower_hits, tower_ieta


class HcalClusterProducts(NamedTuple):
    """What is made of the towers.

    Args:
        clusters: by falling energy in each event.
        hits: cells of each; all depths of a tower have its fraction.
    """

    clusters: CaloClusters
    hits: ClusterHits


class HcalClusterProducer(EDProducer):
    """Clusters of towers in the manner of particle flow: local maxima, grown, overlaps shared as Gaussians.

    The depths of a tower are added up before anything is asked of it, HB and HE of tower 16 too. Towers that share a
    side compete to be seeds; clusters also grow over corners. Positions are means of the tower centres, times of the
    towers' times, both with the energy as weight.
    Defaults: arXiv:1706.04965, table 2; the thresholds are those of 2012.
    """

    hbhe_hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="hits in the HCAL barrel and endcaps")
    threshold: float = param(0.8, unit="GeV", doc="towers below do not count", check=positive)
    hb_seed: float = param(0.8, unit="GeV", doc="least energy of a seed in the barrel", check=not_negative)
    he_seed: float = param(1.1, unit="GeV", doc="least energy of a seed in the endcaps", check=not_negative)
    shower_width: float = param(10.0, unit="cm", doc="Gaussian width by which overlaps are shared", check=positive)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, hbhe_hits: HBHERecHits) -> HcalClusterProducts:
        """Clusters of both, and their cells."""
        hits = tower_hits(hbhe_hits)
        towers = hits.towers
        seed = np.where(np.abs(tower_ieta(towers.cell)) <= HB_IETA, self.hb_seed, self.he_seed)
        found = cluster_cells(
            towers,
            towers.energy > self.threshold,
            towers.energy > seed,
            Calorimeter(neighbours(), positions(), SIDES, self.shower_width),
        )
        return HcalClusterProducts(_clusters(hits, found), _cells(hits, found, hbhe_hits))


def _clusters(hits: TowerHits, found: Clustered) -> CaloClusters:
    energy = found.fraction * hits.towers.energy[found.hit]
    place = positions()[hits.towers.cell[found.hit]]
    x, y, z = (weighted_mean(found.owner, found.seed.size, energy, place[:, axis]) for axis in range(3))
    time = weighted_mean(found.owner, found.seed.size, energy, hits.time[found.hit])
    return CaloClusters(found.offsets, energy=found.energy, x=x, y=y, z=z, time=time, seed=hits.detid[found.seed])


def _cells(hits: TowerHits, found: Clustered, hbhe_hits: HBHERecHits) -> ClusterHits:
    """The cells of the towers of each cluster, from the shares of towers."""
    depths = np.diff(hits.bounds)[found.hit]
    ends = np.concatenate([[0], np.cumsum(depths)]).astype(np.int64)
    within = np.arange(ends[-1]) - np.repeat(ends[:-1], depths)
    cell = hits.order[np.repeat(hits.bounds[found.hit], depths) + within]
    offsets = ends[np.searchsorted(found.owner, found.offsets)]
    owner = np.repeat(found.owner, depths) - np.repeat(found.offsets[:-1], np.diff(offsets))
    return ClusterHits(
        offsets, owner=owner, detid=hbhe_hits.flat("detid")[cell], fraction=np.repeat(found.fraction, depths)
    )
