"""Calorimeter hits: ``EcalRecHitsSorted`` and ``HBHERecHitsSorted`` of CMSSW."""

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Columns, Leaf
from dataformats.geometry.detids import valid_eb, valid_ee, valid_hbhe


class _CaloRecHits(Collection):
    """What all calorimeter hits have."""

    detid = Leaf("obj.obj.id_.id_", "uint32", doc="DetId of the cell")
    energy = Leaf("obj.obj.energy_", "float32", unit="GeV", doc="calibrated energy", finite=True)
    time = Leaf("obj.obj.time_", "float32", unit="ns", doc="time relative to the collision")


class _EcalRecHits(_CaloRecHits):
    """What hits in crystals have beside."""

    friendly_type = "EcalRecHitsSorted"
    flag_bits = Leaf("obj.obj.flagBits_", "uint32", doc="EcalRecHit flags", optional=True)
    extra = Leaf("obj.obj.extra_", "uint32", doc="packed chi2 and time error", optional=True)


class EBRecHits(_EcalRecHits):
    """Hits in the crystals of the ECAL barrel."""

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also hits whose detid is no barrel crystal."""
        return _detid_faults(super().faults(columns), "is no EB crystal", valid_eb(columns["detid"]))


class EERecHits(_EcalRecHits):
    """Hits in the crystals of the ECAL endcaps."""

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also hits whose detid is no endcap crystal."""
        return _detid_faults(super().faults(columns), "is no EE crystal", valid_ee(columns["detid"]))


class HBHERecHits(_CaloRecHits):
    """Hits in the towers of the hadron calorimeter barrel and endcaps, one per depth."""

    friendly_type = "HBHERecHitsSorted"

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also hits whose detid is no HB or HE cell."""
        return _detid_faults(super().faults(columns), "is no HB or HE cell", valid_hbhe(columns["detid"]))


def _detid_faults(
    faults: dict[str, NDArray[np.bool_]], reason: str, valid: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    return faults if valid.all() else {**faults, f"detid {reason}": ~valid}
