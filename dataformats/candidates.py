"""Objects with a four-momentum: jets, photons, electrons, particle-flow candidates, missing transverse momentum."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Columns, Leaf


class Candidates(Collection):
    """What everything with a four-momentum has."""

    pt = Leaf("obj.m_state.p4Polar_.fCoordinates.fPt", "float32", unit="GeV", doc="transverse momentum", finite=True)
    eta = Leaf("obj.m_state.p4Polar_.fCoordinates.fEta", "float32", doc="pseudorapidity", finite=True)
    phi = Leaf("obj.m_state.p4Polar_.fCoordinates.fPhi", "float32", unit="rad", doc="azimuth", finite=True)
    mass = Leaf("obj.m_state.p4Polar_.fCoordinates.fM", "float32", unit="GeV", doc="mass")


class Jets(Candidates):
    """Particle-flow jets; those we make know the energy and number of their constituents by kind."""

    friendly_type = "recoPFJets"
    charged_hadron_energy = Leaf(
        "obj.m_specific.mChargedHadronEnergy", "float32", unit="GeV", doc="energy of charged hadrons", optional=True
    )
    charged_hadron_multiplicity = Leaf(
        "obj.m_specific.mChargedHadronMultiplicity", "int32", doc="number of charged hadrons", optional=True
    )
    neutral_hadron_energy = Leaf(
        "obj.m_specific.mNeutralHadronEnergy", "float32", unit="GeV", doc="energy of neutral hadrons", optional=True
    )
    neutral_hadron_multiplicity = Leaf(
        "obj.m_specific.mNeutralHadronMultiplicity", "int32", doc="number of neutral hadrons", optional=True
    )
    photon_energy = Leaf("obj.m_specific.mPhotonEnergy", "float32", unit="GeV", doc="energy of photons", optional=True)
    photon_multiplicity = Leaf("obj.m_specific.mPhotonMultiplicity", "int32", doc="number of photons", optional=True)
    electron_energy = Leaf(
        "obj.m_specific.mElectronEnergy", "float32", unit="GeV", doc="energy of electrons", optional=True
    )
    electron_multiplicity = Leaf(
        "obj.m_specific.mElectronMultiplicity", "int32", doc="number of electrons", optional=True
    )
    muon_energy = Leaf("obj.m_specific.mMuonEnergy", "float32", unit="GeV", doc="energy of muons", optional=True)
    muon_multiplicity = Leaf("obj.m_specific.mMuonMultiplicity", "int32", doc="number of muons", optional=True)


class GenJets(Candidates):
    """Jets of generated particles."""

    friendly_type = "recoGenJets"


class _EgammaObjects(Candidates):
    """What photons and electrons have: a supercluster and the shape of its shower, in crystals around the hottest one.

    `super_cluster` is the position of the supercluster in its collection, which `SuperClusterHits.owner` names too.
    """

    super_cluster = Leaf("obj.superCluster_", "int32", doc="position of the supercluster; our addition", optional=True)
    max_energy_crystal = Leaf(
        "obj.full5x5_showerShapeBlock_.maxEnergyXtal",
        "float32",
        unit="GeV",
        doc="energy of the hottest crystal",
        optional=True,
    )
    e3x3 = Leaf(
        "obj.full5x5_showerShapeBlock_.e3x3", "float32", unit="GeV", doc="energy of 3 x 3 crystals", optional=True
    )
    e5x5 = Leaf(
        "obj.full5x5_showerShapeBlock_.e5x5", "float32", unit="GeV", doc="energy of 5 x 5 crystals", optional=True
    )
    sigma_ieta_ieta = Leaf(
        "obj.full5x5_showerShapeBlock_.sigmaIetaIeta", "float32", doc="spread in eta of 5 x 5 crystals", optional=True
    )
    h_over_e = Leaf(
        "obj.full5x5_showerShapeBlock_.hcalOverEcal",
        "float32",
        doc="HCAL energy behind, per ECAL energy",
        optional=True,
    )

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also superclusters before the first."""
        return {**super().faults(columns), **negative_positions(columns, "super_cluster")}


class Photons(_EgammaObjects):
    """Reconstructed photons."""

    friendly_type = "recoPhotons"
    has_pixel_seed = Leaf("obj.hasPixelSeed_", "bool", doc="pixel hits point at it; our addition", optional=True)


class Electrons(_EgammaObjects):
    """Reconstructed electrons: a supercluster and the track that points at it."""

    friendly_type = "recoGsfElectrons"
    charge = Leaf("obj.m_state.charge_", "int8", unit="e", doc="electric charge; our addition", optional=True)
    track = Leaf("obj.track_", "int32", doc="position of the track in its collection; our addition", optional=True)

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also tracks before the first."""
        return {**super().faults(columns), **negative_positions(columns, "track")}


class PFCandidates(Candidates):
    """Particles as particle flow sees them: one for every track or neutral cluster."""

    friendly_type = "recoPFCandidates"
    CHARGED_HADRON: ClassVar[int] = 211
    ELECTRON: ClassVar[int] = 11
    MUON: ClassVar[int] = 13
    PHOTON: ClassVar[int] = 22
    NEUTRAL_HADRON: ClassVar[int] = 130

    pdg_id = Leaf("obj.m_state.pdgId_", "int32", doc="211, -211, 11, 13 with the sign of the charge, 22 or 130")
    charge = Leaf("obj.charge_", "int8", unit="e", doc="electric charge; CMSSW stores three times it")
    track = Leaf(
        "obj.track_",
        "int32",
        doc="position of the track in its collection, meaningless without charge; our addition",
        optional=True,
    )
    from_pileup = Leaf(
        "obj.fromPileup_", "bool", doc="its track belongs to a vertex after the first; our addition", optional=True
    )
    ecal_eta = Leaf("obj.ecalEta_", "float32", doc="where it meets the ECAL; our addition", optional=True)
    ecal_phi = Leaf("obj.ecalPhi_", "float32", unit="rad", doc="where it meets the ECAL; our addition", optional=True)

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also tracks before the first."""
        return {**super().faults(columns), **negative_positions(columns, "track")}


class MissingMomentum(Candidates):
    """Missing transverse momentum, one object per event."""

    friendly_type = "recoPFMETs"
    sum_et = Leaf("obj.sumet", "float32", unit="GeV", doc="scalar sum of all transverse energies")


def negative_positions(columns: Columns, name: str) -> dict[str, NDArray[np.bool_]]:
    """Fault of a column of positions that has negative ones; positions cannot be missing, they are masked elsewhere."""
    return {f"{name} is negative": columns[name] < 0} if name in columns and np.any(columns[name] < 0) else {}
