"""What an event generator made: ``recoGenParticles`` of CMSSW."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Candidates
from dataformats.collection import Columns, Leaf


class GenParticles(Candidates):
    """Particles of the generator's record, in its order.

    A particle along the beam has no pseudorapidity; as in CMSSW's files its `eta` is then pz + 22756, or pz - 22756 for
    a negative pz (ROOT::Math::Impl::Eta_FromRhoZ). Particles off their mass shell may have a negative mass.

    `mother` is our addition; CMSSW's own mothers are references that no columnar reader can take apart. A particle
    without a mother is its own mother, as the first directory of a file system is its own parent: every index is valid,
    nothing has to be masked before it is followed, and whoever follows mothers stops where the index stays the same.
    """

    friendly_type = "recoGenParticles"
    FINAL: ClassVar[int] = 1
    """`status` of particles that reach the detector; others: 2 decayed, 4 beam, 11-200 Pythia's own, without sign."""

    pdg_id = Leaf("obj.m_state.pdgId_", "int32", doc="kind of particle, numbered by the Particle Data Group")
    status = Leaf("obj.m_state.status_", "int32", doc="1 final, 2 decayed, 4 beam, 11-200 Pythia's own code")
    vx = Leaf("obj.m_state.vertex_.fCoordinates.fX", "float32", unit="cm", doc="where it was made", finite=True)
    vy = Leaf("obj.m_state.vertex_.fCoordinates.fY", "float32", unit="cm", doc="where it was made", finite=True)
    vz = Leaf("obj.m_state.vertex_.fCoordinates.fZ", "float32", unit="cm", doc="where it was made", finite=True)
    mass = Leaf("obj.m_state.p4Polar_.fCoordinates.fM", "float32", unit="GeV", doc="mass", finite=True)
    mother = Leaf(
        "obj.mother_", "int32", doc="position in the event of the first mother, its own if none", optional=True
    )

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also mothers before the first particle."""
        faults = super().faults(columns)
        if "mother" in columns and np.any(columns["mother"] < 0):
            faults["mother is negative"] = columns["mother"] < 0
        return faults
