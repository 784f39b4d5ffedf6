"""Objects with a four-momentum: jets and photons."""

from dataformats.collection import Collection, Leaf


class Candidates(Collection):
    """What everything with a four-momentum has."""

    pt = Leaf("obj.m_state.p4Polar_.fCoordinates.fPt", "float32", unit="GeV", doc="transverse momentum", finite=True)
    eta = Leaf("obj.m_state.p4Polar_.fCoordinates.fEta", "float32", doc="pseudorapidity", finite=True)
    phi = Leaf("obj.m_state.p4Polar_.fCoordinates.fPhi", "float32", unit="rad", doc="azimuth", finite=True)
    mass = Leaf("obj.m_state.p4Polar_.fCoordinates.fM", "float32", unit="GeV", doc="mass")


class Jets(Candidates):
    """Particle-flow jets."""

    friendly_type = "recoPFJets"


class Photons(Candidates):
    """Reconstructed photons."""

    friendly_type = "recoPhotons"
