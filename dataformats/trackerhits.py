"""Hits in the silicon tracker with their global positions; our flat twin of CMSSW's pixel and strip collections."""

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Columns, Leaf
from dataformats.geometry.tracker_ids import valid_tracker


class TrackerRecHits(Collection):
    """Hits of the pixel detector or of the strip tracker."""

    friendly_type = "e2eTrackerRecHits"
    detid = Leaf("obj.detId_", "uint32", doc="DetId of the module; its layer counts, ladder and module may be rough")
    x = Leaf("obj.x_", "float32", unit="cm", doc="global position", finite=True)
    y = Leaf("obj.y_", "float32", unit="cm", doc="global position", finite=True)
    z = Leaf("obj.z_", "float32", unit="cm", doc="global position", finite=True)

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also hits whose detid is not of the tracker."""
        faults = super().faults(columns)
        known = valid_tracker(columns["detid"])
        return faults if known.all() else {**faults, "detid is not of the tracker": ~known}
