"""Numbers that describe an event as a whole, beside its pictures."""

from dataformats.collection import EventRecord, Leaf


class EventScalars(EventRecord):
    """Missing transverse momentum and primary vertices; momenta are NaN in events without the former."""

    friendly_type = "e2eEventScalars"
    met_sum_et = Leaf("obj.metSumEt_", "float32", unit="GeV", doc="scalar sum of all transverse energies")
    met_pt = Leaf("obj.metPt_", "float32", unit="GeV", doc="missing transverse momentum")
    met_phi = Leaf("obj.metPhi_", "float32", unit="rad", doc="its azimuth")
    met_px = Leaf("obj.metPx_", "float32", unit="GeV", doc="its x component")
    met_py = Leaf("obj.metPy_", "float32", unit="GeV", doc="its y component")
    met_pz = Leaf("obj.metPz_", "float32", unit="GeV", doc="its z component, 0 by construction")
    n_vertices = Leaf("obj.nVertices_", "int32", doc="good primary vertices: not fake, at least 4 degrees of freedom")
