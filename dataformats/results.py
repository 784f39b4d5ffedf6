"""What networks say, kept in step with the objects it is about.

Objects without a window have NaN and a reason. The description of a product names the collection that it belongs to, as
CMSSW's references to products do: by branch, and by the CRC-32 of the branch's name, which is CMSSW's BranchID.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from dataformats.collection import Collection, EventRecord, Leaf
from dataformats.described import Described
from e2efw.errors import LogicError, nearest

MOST_CLASSES: Final = 8
"""Classes that one network may tell apart."""


def about(branch: str, **more: Any) -> dict[str, Any]:
    """Description of results: the collection that they are about, and what else is to be known.

    Args:
        branch: name of the collection's branch, with its dot; "" if it is not known.
        more: JSON data.
    """
    return {"objects": branch, "objects_id": zlib.crc32(branch.encode()) if branch else 0, **more}


class ObjectResults(Described):
    """What all results have; one record per object, in the order of its collection, which `about` names."""

    def refuse_others(self, objects: Collection) -> None:
        """A LogicError if these cannot be the objects that the results are about."""
        if not np.array_equal(self.offsets, objects.offsets):
            whose = self.about.get("objects") or "unnamed objects"
            raise LogicError(
                f"{type(self).__name__} of {whose}: {int(self.offsets[-1])} in {len(self)} events, which are not these "
                f"{int(objects.offsets[-1])} {type(objects).__name__} in {len(objects)} events."
            )


class Scores(ObjectResults):
    """Probability of every class a classifier knows, for every object; NaN where an object has no window.

    The description has the names of the classes under "classes": `score` is the probability of the first, `score1` of
    the second and so on. `of` finds one by name.
    """

    friendly_type = "e2eScores"
    status = Leaf("obj.status_", "uint8", doc="0 was looked at; else why not, see SeedStatus")
    score = Leaf("obj.score_", "float32", doc="probability of the first class")
    score1 = Leaf("obj.score1_", "float32", doc="probability of the second class", optional=True)
    score2 = Leaf("obj.score2_", "float32", doc="probability of the third class", optional=True)
    score3 = Leaf("obj.score3_", "float32", doc="probability of the fourth class", optional=True)
    score4 = Leaf("obj.score4_", "float32", doc="probability of the fifth class", optional=True)
    score5 = Leaf("obj.score5_", "float32", doc="probability of the sixth class", optional=True)
    score6 = Leaf("obj.score6_", "float32", doc="probability of the seventh class", optional=True)
    score7 = Leaf("obj.score7_", "float32", doc="probability of the eighth class", optional=True)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the leaves."""
        return tuple(self.about.get("classes", ()))

    def of(self, name: str) -> Any:
        """Probability of a class by name, as awkward array (event, object).

        Raises:
            LogicError: there is no such class; names the nearest.
        """
        if name not in self.classes:
            raise LogicError(f"Scores: no class '{name}'. {nearest(name, self.classes)}")
        return self.values(score_columns(self.classes)[name])


def score_columns(classes: Sequence[str]) -> dict[str, str]:
    """Column of `Scores` by name of the class."""
    return {name: f"score{number or ''}" for number, name in enumerate(classes)}


class Regressions(ObjectResults):
    """One estimated quantity of every object; NaN where an object has no window.

    The description has its name under "quantity", its unit under "unit" and, if it is known, under "density" what
    the uncertainty is one sigma of: "normal", or "exponential" on both sides.
    """

    friendly_type = "e2eRegressions"
    status = Leaf("obj.status_", "uint8", doc="0 was looked at; else why not, see SeedStatus")
    value = Leaf("obj.value_", "float32", doc="the estimate, in the unit of the description")
    sigma = Leaf("obj.sigma_", "float32", doc="its uncertainty, if the network tells one", optional=True)


class JetRegressions(ObjectResults):
    """Estimated mass and transverse momentum of every jet; NaN where a jet has no window.

    The description may have a "density", as that of `Regressions`.
    """

    friendly_type = "e2eJetRegressions"
    mass = Leaf("obj.mass_", "float32", unit="GeV", doc="estimated jet mass")
    pt = Leaf("obj.pt_", "float32", unit="GeV", doc="estimated transverse momentum")
    mass_sigma = Leaf(
        "obj.massSigma_", "float32", unit="GeV", doc="uncertainty of the mass, if the network tells one", optional=True
    )
    pt_sigma = Leaf(
        "obj.ptSigma_", "float32", unit="GeV", doc="uncertainty of the pt, if the network tells one", optional=True
    )
    top_mass = Leaf(
        "obj.topMass_",
        "float32",
        unit="GeV",
        doc="mass of the top quark, even if part of it is elsewhere",
        optional=True,
    )
    top_mass_sigma = Leaf("obj.topMassSigma_", "float32", unit="GeV", doc="its uncertainty", optional=True)
    status = Leaf("obj.status_", "uint8", doc="0 was looked at; else why not, see SeedStatus", optional=True)


class Anomalies(ObjectResults):
    """How badly an autoencoder redraws the window of every object; NaN where an object has no window."""

    friendly_type = "e2eAnomalies"
    status = Leaf("obj.status_", "uint8", doc="0 was looked at; else why not, see SeedStatus")
    error = Leaf("obj.error_", "float32", doc="mean squared difference per pixel, in the network's own scale")
    worst = Leaf("obj.worst_", "float32", doc="the same in the region of the window where it is largest", optional=True)


class EventFloat(EventRecord):
    """One number per event; NaN where it cannot be had."""

    friendly_type = "float"
    value = Leaf("obj", "float32", doc="the number, in the unit its producer states")
