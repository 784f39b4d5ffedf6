"""What networks say, kept in step with the objects it is about."""

from dataformats.collection import Collection, EventRecord, Leaf


class JetRegressions(Collection):
    """Estimated mass and transverse momentum of every jet; NaN where a jet has no window."""

    friendly_type = "e2eJetRegressions"
    mass = Leaf("obj.mass_", "float32", unit="GeV", doc="estimated jet mass")
    pt = Leaf("obj.pt_", "float32", unit="GeV", doc="estimated transverse momentum")


class EventFloat(EventRecord):
    """One number per event; NaN where it cannot be had."""

    friendly_type = "float"
    value = Leaf("obj", "float32", doc="the number, in the unit its producer states")
