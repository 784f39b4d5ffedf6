"""What the simulated detector hands to its readout: energy in cells, charged particles in the tracker, collisions."""

from typing import ClassVar

from dataformats.collection import Collection, Leaf


class CaloSimHits(Collection):
    """Energy that particles leave in calorimeter cells, before noise and readout; one entry per cell, cells ascend."""

    friendly_type = "e2eCaloSimHits"
    persistent = False
    detid = Leaf("obj.detId_", "uint32", doc="DetId of the cell")
    energy = Leaf("obj.energy_", "float32", unit="GeV", doc="energy as the calibration would give it", finite=True)
    time = Leaf("obj.time_", "float32", unit="ns", doc="mean arrival, 0 for light from the centre of CMS", finite=True)


class TrackerSimHits(Collection):
    """Crossings of charged particles with tracker modules, before inefficiency and resolution."""

    friendly_type = "e2eTrackerSimHits"
    persistent = False
    detid = Leaf("obj.detId_", "uint32", doc="DetId of the module")
    x = Leaf("obj.x_", "float32", unit="cm", doc="global position", finite=True)
    y = Leaf("obj.y_", "float32", unit="cm", doc="global position", finite=True)
    z = Leaf("obj.z_", "float32", unit="cm", doc="global position", finite=True)


class SimTracks(Collection):
    """Charged particles on their way through the tracker: generated ones and those that material makes of photons."""

    friendly_type = "e2eSimTracks"
    persistent = False
    ELECTRON: ClassVar[int] = 11

    pdg_id = Leaf("obj.pdgId_", "int32", doc="kind of particle")
    charge = Leaf("obj.charge_", "int8", unit="e", doc="electric charge")
    px = Leaf("obj.px_", "float32", unit="GeV", doc="momentum where it starts", finite=True)
    py = Leaf("obj.py_", "float32", unit="GeV", doc="momentum where it starts", finite=True)
    pz = Leaf("obj.pz_", "float32", unit="GeV", doc="momentum where it starts", finite=True)
    vx = Leaf("obj.vx_", "float32", unit="cm", doc="where it starts", finite=True)
    vy = Leaf("obj.vy_", "float32", unit="cm", doc="where it starts", finite=True)
    vz = Leaf("obj.vz_", "float32", unit="cm", doc="where it starts", finite=True)
    radiated = Leaf("obj.radiated_", "float32", doc="part of its energy lost to bremsstrahlung in the tracker")
    pixel_layers = Leaf("obj.pixelLayers_", "uint8", doc="pixel layers and disks it crosses")
    strip_layers = Leaf("obj.stripLayers_", "uint8", doc="strip layers, disks and wheels it crosses")


class PileupInteractions(Collection):
    """The other collisions of a bunch crossing, beside the one of interest."""

    friendly_type = "e2ePileupInteractions"
    x = Leaf("obj.x_", "float32", unit="cm", doc="where it happened", finite=True)
    y = Leaf("obj.y_", "float32", unit="cm", doc="where it happened", finite=True)
    z = Leaf("obj.z_", "float32", unit="cm", doc="where it happened", finite=True)
    n_particles = Leaf("obj.nParticles_", "int32", doc="its final particles, in order in the collection beside")
