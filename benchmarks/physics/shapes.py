"""Shapes of the showers of reconstructed photons, from the leaves of the file."""

from typing import NamedTuple, Self

import numpy as np

from benchmarks.physics.samples import Events
from benchmarks.physics.statistics import Array, Bools, Ints, column, events_of
from dataformats.candidates import Photons
from dataformats.superclusters import SuperClusters


class Shapes(NamedTuple):
    """Photons of all events, (photons,) each.

    Args:
        event: of each.
        eta: of each.
        energy: GeV.
        raw: energy of the crystals of its supercluster, GeV.
        hottest: energy of the hottest crystal, GeV.
        e3x3, e5x5: energy of the crystals around it, GeV.
        sigma_ieta_ieta: spread in eta of 5 x 5 crystals.
        eta_width, phi_width: spread of the supercluster.
    """

    event: Ints
    eta: Array
    energy: Array
    raw: Array
    hottest: Array
    e3x3: Array
    e5x5: Array
    sigma_ieta_ieta: Array
    eta_width: Array
    phi_width: Array

    @classmethod
    def of(cls, events: Events) -> Self:
        """All photons."""
        photons, clusters = events.get(Photons, "gedPhotons"), events.get(SuperClusters, "superClusters", "clusters")
        mine = clusters.offsets[events_of(photons)] + photons.flat("super_cluster")
        eta = column(photons, "eta")
        shapes = (column(photons, name) for name in ("max_energy_crystal", "e3x3", "e5x5", "sigma_ieta_ieta"))
        raw, *widths = (column(clusters, name)[mine] for name in ("raw_energy", "eta_width", "phi_width"))
        energy = column(photons, "pt") * np.cosh(eta)
        return cls._make([events_of(photons), eta, energy, raw, *shapes, *widths])

    def select(self, chosen: Bools) -> Self:
        """Some of them."""
        return type(self)._make(each[chosen] for each in self)

    @property
    def r9(self) -> Array:
        """Part of the energy in 3 x 3 crystals."""
        return self.e3x3 / self.raw
