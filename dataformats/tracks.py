"""Tracks and vertices: ``recoTracks`` and ``recoVertexs`` of CMSSW."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Columns, Leaf


class Tracks(Collection):
    """Reconstructed tracks, given at the point closest to the beam line (the reference point)."""

    friendly_type = "recoTracks"
    HIGH_PURITY: ClassVar[int] = 1 << 2
    """Bit of `quality` (reco::TrackBase::highPurity)."""

    vx = Leaf("obj.vertex_.fCoordinates.fX", "float32", unit="cm", doc="reference point x", finite=True)
    vy = Leaf("obj.vertex_.fCoordinates.fY", "float32", unit="cm", doc="reference point y", finite=True)
    vz = Leaf("obj.vertex_.fCoordinates.fZ", "float32", unit="cm", doc="reference point z", finite=True)
    px = Leaf("obj.momentum_.fCoordinates.fX", "float32", unit="GeV", doc="momentum x", finite=True)
    py = Leaf("obj.momentum_.fCoordinates.fY", "float32", unit="GeV", doc="momentum y", finite=True)
    pz = Leaf("obj.momentum_.fCoordinates.fZ", "float32", unit="GeV", doc="momentum z", finite=True)
    charge = Leaf("obj.charge_", "int8", unit="e", doc="electric charge")
    quality = Leaf("obj.quality_", "uint8", doc="quality bits")
    chi2 = Leaf("obj.chi2_", "float32", doc="fit chi2")
    ndof = Leaf("obj.ndof_", "float32", doc="degrees of freedom of the fit")
    dxy_error = Leaf("obj.dxyError_", "float32", unit="cm", doc="uncertainty of dxy; not split by CMSSW", optional=True)
    dz_error = Leaf("obj.dzError_", "float32", unit="cm", doc="uncertainty of dz; not split by CMSSW", optional=True)

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also tracks that go nowhere."""
        faults = super().faults(columns)
        still = (columns["px"] == 0) & (columns["py"] == 0)
        return {**faults, "transverse momentum is zero": still} if still.any() else faults


class Vertices(Collection):
    """Primary vertices; the first of an event is PV0, the one with the largest sum of pt^2.

    As in CMSSW, an event without any has one at the beam spot. It counts as valid; see `fake`.
    """

    friendly_type = "recoVertexs"
    x = Leaf("obj.position_.fCoordinates.fX", "float32", unit="cm", doc="position", finite=True)
    y = Leaf("obj.position_.fCoordinates.fY", "float32", unit="cm", doc="position", finite=True)
    z = Leaf("obj.position_.fCoordinates.fZ", "float32", unit="cm", doc="position", finite=True)
    chi2 = Leaf("obj.chi2_", "float32", doc="fit chi2", optional=True)
    ndof = Leaf("obj.ndof_", "float32", doc="degrees of freedom of the fit", optional=True)
    valid = Leaf("obj.validity_", "bool", doc="the position means something", optional=True)
    x_error = Leaf("obj.xError_", "float32", unit="cm", doc="uncertainty; not split by CMSSW", optional=True)
    y_error = Leaf("obj.yError_", "float32", unit="cm", doc="uncertainty; not split by CMSSW", optional=True)
    z_error = Leaf("obj.zError_", "float32", unit="cm", doc="uncertainty; not split by CMSSW", optional=True)

    @property
    def fake(self) -> NDArray[np.bool_]:
        """(vertices,) True for beam spots that stand in for a vertex (reco::Vertex::isFake, without its tracks)."""
        fake: NDArray[np.bool_] = (self.flat("chi2") == 0) & (self.flat("ndof") == 0)
        return fake
