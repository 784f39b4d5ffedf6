"""Calorimeter clusters: neighbouring cells around one local maximum, in ECAL or HCAL."""

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Columns, Leaf


class CaloClusters(Collection):
    """Clusters of one calorimeter, ordered by falling energy in each event: ``recoPFClusters`` of CMSSW."""

    friendly_type = "recoPFClusters"
    energy = Leaf(
        "obj.energy_", "float32", unit="GeV", doc="sum over its cells, shared cells by their part", finite=True
    )
    x = Leaf("obj.position_.fCoordinates.fX", "float32", unit="cm", doc="energy-weighted position", finite=True)
    y = Leaf("obj.position_.fCoordinates.fY", "float32", unit="cm", doc="energy-weighted position", finite=True)
    z = Leaf("obj.position_.fCoordinates.fZ", "float32", unit="cm", doc="energy-weighted position", finite=True)
    time = Leaf("obj.time_", "float32", unit="ns", doc="energy-weighted time", optional=True)
    seed = Leaf("obj.seedId_.id_", "uint32", doc="DetId of the cell with the local maximum")


class ClusterHits(Collection):
    """Which cells belong to which cluster, with what part of their energy; hits of one cluster stand together."""

    friendly_type = "e2eClusterHits"
    owner = Leaf("obj.owner_", "int32", doc="position in the event of the cluster")
    detid = Leaf("obj.detId_", "uint32", doc="DetId of the cell")
    fraction = Leaf("obj.fraction_", "float32", doc="part of the cell's energy", finite=True)

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also hits without an owner."""
        faults = super().faults(columns)
        orphan = columns["owner"] < 0
        return {**faults, "owner is negative": orphan} if orphan.any() else faults
