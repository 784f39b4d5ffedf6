"""What the simulation knows about reconstructed objects: labels and targets for training, kept in step with them."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import negative_positions
from dataformats.collection import Collection, Columns, Leaf


class TruthLabels(Collection):
    """One record per reconstructed object (jet, photon), in its collection's order, for one task.

    The task says what is signal and which generated particle stands behind an object. Objects that a task cannot use
    have `valid` False; their other columns then mean nothing, floats are NaN. A valid object without a particle behind
    it has `pdg_id` 0; then `gen` means nothing and floats are NaN.

    Args:
        offsets: (events + 1,) boundaries of the objects.
        meaning: the task, and what it calls signal, background and the particle behind an object; kept in files.
        columns: flat arrays, one per leaf.
    """

    friendly_type = "e2eTruthLabels"
    valid = Leaf("obj.valid_", "bool", doc="the task takes the object: it is clearly signal or clearly background")
    label = Leaf("obj.label_", "int8", doc="class of the object as its task defines it, 1 signal, 0 background")
    pdg_id = Leaf("obj.pdgId_", "int32", doc="kind of the generated particle behind the object, 0 if there is none")
    gen = Leaf("obj.gen_", "int32", doc="position of that particle in the event")
    delta_r = Leaf("obj.deltaR_", "float32", doc="distance in eta and phi between object and particle")
    target_mass = Leaf("obj.targetMass_", "float32", unit="GeV", doc="mass of the particle, to be regressed")
    target_pt = Leaf("obj.targetPt_", "float32", unit="GeV", doc="pt of the particle, to be regressed")

    def __init__(
        self, offsets: NDArray[np.int64], *, meaning: Mapping[str, str] | None = None, **columns: NDArray[Any]
    ) -> None:
        super().__init__(offsets, **columns)
        self.meaning = dict(meaning or {})

    @classmethod
    def restored(
        cls, offsets: NDArray[np.int64], columns: dict[str, NDArray[Any]], description: Mapping[str, Any]
    ) -> Self:
        """Build from columns known to be valid."""
        product = super().restored(offsets, columns, description)
        product.meaning = dict(description)
        return product

    @property
    def description(self) -> dict[str, Any]:
        """The meaning."""
        return self.meaning

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Also particles before the first."""
        return {**super().faults(columns), **negative_positions(columns, "gen")}
