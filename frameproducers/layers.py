"""The layers of the detector pictures: one table, which every producer of frames reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from dataformats.frames import Layer
from dataformats.geometry.picture import COLUMNS, CRYSTALS_PER_TOWER, ROWS
from e2efw.errors import nearest


class Projection(Enum):
    """What a layer is made of: the inputs that must be there."""

    ECAL = ("eb_hits", "ee_hits")
    HCAL = ("hbhe_hits",)
    TRACKS = ("tracks",)


@dataclass(frozen=True)
class LayerRule:
    """How one layer is made.

    Args:
        name: of the channel.
        projection: what it is made of.
        value: row of the projection's values, counted from 0.
        cell_size: pixels of the stitched picture along either side of a cell.
        unit: of the values.
        fill: sum or mean of what falls into a cell.
    """

    name: str
    projection: Projection
    value: int
    cell_size: int
    unit: str
    fill: Literal["sum", "mean"]

    @property
    def layer(self) -> Layer:
        """Name, shape and unit, as a product's description has them."""
        return Layer(self.name, ROWS // self.cell_size, COLUMNS // self.cell_size, self.unit)


LAYERS: Final = {
    rule.name: rule
    for rule in (
        LayerRule("TracksPt", Projection.TRACKS, 0, 1, "GeV", "sum"),
        LayerRule("TracksD0", Projection.TRACKS, 1, 1, "cm", "mean"),
        LayerRule("TracksDz", Projection.TRACKS, 2, 1, "cm", "mean"),
        LayerRule("TracksD0Sig", Projection.TRACKS, 3, 1, "", "mean"),
        LayerRule("TracksDzSig", Projection.TRACKS, 4, 1, "", "mean"),
        LayerRule("ECAL", Projection.ECAL, 0, 1, "GeV", "sum"),
        LayerRule("HCAL", Projection.HCAL, 0, CRYSTALS_PER_TOWER, "GeV", "sum"),
    )
}
"""All layers by name. Tracks are drawn where they meet the ECAL, with impact parameters to the first vertex (projection
`atECALfixIP` of the public E2E trainings)."""


def inputs_of(names: Sequence[str]) -> frozenset[str]:
    """Names of everything that the named layers are made of."""
    return frozenset(source for name in names for source in LAYERS[name].projection.value)


def known_layers(names: Sequence[str]) -> str | None:
    """A parameter check: what is wrong with a list of layer names, or None."""
    for name in names:
        if name not in LAYERS:
            return f"no layer '{name}'. {nearest(name, LAYERS)}".removesuffix(".")
    if len(set(names)) < len(names):
        return "a layer is named twice"
    return None if names else "name at least one layer"
