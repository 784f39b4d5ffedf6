"""What the simulation knows about reconstructed objects: labels and targets for training, kept in step with them."""

from dataformats.collection import Collection, Leaf


class TruthLabels(Collection):
    """One record per reconstructed object (jet, photon), in its collection's order.

    Objects that a task cannot use have `valid` False; their other columns then mean nothing, floats are NaN.
    """

    friendly_type = "e2eTruthLabels"
    valid = Leaf("obj.valid_", "bool", doc="the task's selection takes the object")
    label = Leaf("obj.label_", "int8", doc="class of the object as its task defines it, 1 signal, 0 background")
    pdg_id = Leaf("obj.pdgId_", "int32", doc="generated particle behind the object")
    gen = Leaf("obj.gen_", "int32", doc="its position among the generated particles")
    delta_r = Leaf("obj.deltaR_", "float32", doc="distance in eta and phi between object and particle")
    target_mass = Leaf("obj.targetMass_", "float32", unit="GeV", doc="mass to be regressed")
    target_pt = Leaf("obj.targetPt_", "float32", unit="GeV", doc="transverse momentum to be regressed")
