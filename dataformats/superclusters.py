"""Superclusters: energy in the ECAL that belongs to one photon or electron, radiation on its way included."""

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Columns, Leaf
from dataformats.geometry.detids import valid_eb, valid_ee


class SuperClusters(Collection):
    """Superclusters of the whole ECAL: ``recoSuperClusters`` of CMSSW."""

    friendly_type = "recoSuperClusters"
    energy = Leaf("obj.energy_", "float32", unit="GeV", doc="estimated energy of the particle", finite=True)
    raw_energy = Leaf("obj.rawEnergy_", "float32", unit="GeV", doc="sum of its crystals", finite=True)
    x = Leaf("obj.position_.fCoordinates.fX", "float32", unit="cm", doc="where the shower is", finite=True)
    y = Leaf("obj.position_.fCoordinates.fY", "float32", unit="cm", doc="where the shower is", finite=True)
    z = Leaf("obj.position_.fCoordinates.fZ", "float32", unit="cm", doc="where the shower is", finite=True)
    eta_width = Leaf("obj.etaWidth_", "float32", doc="energy-weighted spread in eta")
    phi_width = Leaf("obj.phiWidth_", "float32", unit="rad", doc="energy-weighted spread in phi")
    seed = Leaf("obj.seedId_.id_", "uint32", doc="DetId of the hottest crystal of its first cluster")


class SuperClusterHits(Collection):
    """Which crystals belong to which supercluster, with what part of their energy; our flat twin of CMSSW's references.

    Hits of one owner stand together, owners ascend.
    """

    friendly_type = "e2eSuperClusterHits"
    owner = Leaf("obj.owner_", "int32", doc="position in the event of the supercluster")
    detid = Leaf("obj.detId_", "uint32", doc="DetId of the crystal")
    fraction = Leaf("obj.fraction_", "float32", doc="part of the crystal's energy", finite=True)

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also hits that no crystal or no owner can have."""
        faults = super().faults(columns)
        known = valid_eb(columns["detid"]) | valid_ee(columns["detid"])
        if not known.all():
            faults["detid is no ECAL crystal"] = ~known
        if np.any(columns["owner"] < 0):
            faults["owner is negative"] = columns["owner"] < 0
        return faults
