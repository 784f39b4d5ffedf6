"""The layers of the detector pictures: one table, which every producer of frames reads.

`LAYERS` has them all by name. Regular families are loops over the data below: a track layer is a quantity, a fill rule,
some of the tracks, a projection and a grid, and its name says these in that order: ``TracksPt_max_PV_atHCAL_3x3``.
What is not said is the default: sum or mean, all tracks, atECALfixIP, the stitched picture.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Final, Literal, NamedTuple

from dataformats.frames import Layer
from dataformats.geometry.tracker_kernels import TRACKER_LAYERS
from e2efw.errors import nearest
from frameproducers.grids import (
    BARREL,
    BARREL_TOWERS,
    ENDCAP_MINUS,
    ENDCAP_PLUS,
    STITCHED,
    STITCHED_3X3,
    STITCHED_5X5,
    TOWERS,
    Cells,
    Grid,
)
from frameproducers.kernels.projections_tracks import FROM_PV, MUON, NPV, PV

Fill = Literal["sum", "mean", "count", "leading"]
"""What becomes of several entries in a cell; leading: the value of the one with the highest pt or energy."""
MAX_LAYERS: Final = 255
"""Layers that a producer can make at once: frames number their channels in a byte."""


class Source(Enum):
    """What a layer is made of: the inputs that must be there."""

    ECAL = ("eb_hits", "ee_hits")
    HCAL = ("hbhe_hits",)
    TRACKS = ("tracks",)
    TRACKS_IN_JETS = ("tracks", "tagged_jets")
    PIXELS = ("pixel_hits",)
    STRIPS = ("strip_hits", "stereo_hits")
    PARTICLES = ("pf_candidates",)
    PARTICLES_OF_VERTEX = ("pf_candidates", "tracks")


_CALORIMETERS: Final = frozenset({*Source.ECAL.value, *Source.HCAL.value})


class Pass(NamedTuple):
    """One way through the hits; layers with equal passes share it."""

    source: Source
    view: str
    cells: Cells


class LayerRule(NamedTuple):
    """How one layer is made.

    Args:
        name: of the channel.
        source: what it is made of.
        value: name of the value that fills it.
        unit: of the values.
        fill: what becomes of several entries in a cell.
        projection: where entries are drawn and what positions refer to.
        grid: rows and columns.
        view: what of the projection the pass through the hits depends on.
        marks: bits that an entry must have to count.
        negative: True for minus the value.
        suffixes: parts of the name that choose a variant.
    """

    name: str
    source: Source
    value: str
    unit: str
    fill: Fill
    projection: str
    grid: Grid = STITCHED
    view: str = ""
    marks: int = 0
    negative: bool = False
    suffixes: tuple[str, ...] = ()

    @property
    def layer(self) -> Layer:
        """Name, shape and unit, as a product's description has them."""
        return Layer(self.name, self.grid.rows, self.grid.columns, self.unit)

    @property
    def cell_size(self) -> int:
        """Pixels of the stitched picture along either side of a cell."""
        return self.grid.cell_size

    @property
    def way(self) -> Pass:
        """The pass through the hits that makes it."""
        return Pass(self.source, self.view, self.grid.cells)

    @property
    def base(self) -> str:
        """The name without what chooses a variant."""
        return self.name.removesuffix("".join(self.suffixes))


class _Quantity(NamedTuple):
    """Something of tracks: name, value and whether it is minus that, unit, default fill."""

    name: str
    value: str
    negative: bool
    unit: str
    fill: Fill


class TrackProjection(NamedTuple):
    """Where tracks are drawn, by the suffix of the name.

    Args:
        name: in the public codes.
        view: surface where tracks are drawn: "ECAL", "HCAL", or "own" for the direction at the reference point.
        prefix: of values whose impact parameters do not refer to the first vertex.
        doc: one line.
    """

    name: str
    view: str
    prefix: str
    doc: str


_QUANTITIES: Final = (
    _Quantity("N", "", False, "", "count"),
    _Quantity("Pt", "pt", False, "GeV", "sum"),
    _Quantity("QPt", "qpt", False, "GeV", "sum"),
    _Quantity("D0", "d0", False, "cm", "mean"),
    _Quantity("Dz", "dz", False, "cm", "mean"),
    _Quantity("D0Sig", "d0_sig", False, "", "mean"),
    _Quantity("DzSig", "dz_sig", False, "", "mean"),
    _Quantity("Dxy", "d0", True, "cm", "mean"),
    _Quantity("DxySig", "d0_sig", True, "", "mean"),
)
TRACK_PROJECTIONS: Final = {
    "": TrackProjection("atECALfixIP", "ECAL", "", "where tracks meet the ECAL; impact parameters to the first vertex"),
    "_atECAL": TrackProjection("atECAL", "ECAL", "beam_", "where tracks meet the ECAL; impact parameters to (0, 0, 0)"),
    "_atHCAL": TrackProjection("atHCAL", "HCAL", "beam_", "where tracks meet the HCAL; impact parameters to (0, 0, 0)"),
    "_none": TrackProjection("none", "own", "beam_", "direction at the reference point; to (0, 0, 0)"),
    "_fixIP": TrackProjection("fixIP", "own", "", "direction at the reference point; to the first vertex"),
}
SELECTIONS: Final = {
    "": (0, "all tracks"),
    "_PV": (PV, "tracks with |dz| to the first vertex below 0.1 cm"),
    "_nPV": (NPV, "all other tracks"),
    "_fromPV": (FROM_PV, "those of _PV to which no other vertex is nearer (atECALfixIPfromPV of the public codes)"),
}
TRACK_GRIDS: Final = {
    "": (STITCHED, "the stitched picture, 280 x 360"),
    "_3x3": (STITCHED_3X3, "every pixel of it cut into 3 x 3"),
    "_5x5": (STITCHED_5X5, "every pixel of it cut into 5 x 5"),
    "_EB": (BARREL, "barrel crystals, 170 x 360"),
    "_EEm": (ENDCAP_MINUS, "crystals of EE-, rows iy, columns ix"),
    "_EEp": (ENDCAP_PLUS, "crystals of EE+, rows iy, columns ix"),
}
HIT_VIEWS: Final = {
    "": ("atPV", "tracker hits as seen from the first vertex"),
    "_noVertex": ("noVertex", "tracker hits as seen from (0, 0, 0)"),
}

ENERGY_PARTS: Final = "parts"
"""View of crystals whose energy counts as its transverse or longitudinal part: E / cosh(eta), E |tanh(eta)|."""


def _track_layers() -> Iterator[LayerRule]:
    for quantity in _QUANTITIES:
        fills: dict[str, Fill] = {"": quantity.fill}
        fills |= {"_sum": "sum"} if quantity.fill == "mean" else {}
        fills |= {"_max": "leading"} if quantity.fill != "count" else {}
        for how, fill in fills.items():
            base = f"Tracks{quantity.name}{how}"
            for chosen, (marks, _) in SELECTIONS.items():
                for at, projection in TRACK_PROJECTIONS.items():
                    for on, (grid, _) in TRACK_GRIDS.items():
                        yield LayerRule(
                            f"{base}{chosen}{at}{on}",
                            Source.TRACKS,
                            projection.prefix * quantity.value.startswith("d") + quantity.value,
                            quantity.unit,
                            fill,
                            projection.name,
                            grid,
                            projection.view,
                            marks,
                            quantity.negative,
                            tuple(filter(None, (chosen, at, on))),
                        )


def _jet_track_layers() -> Iterator[LayerRule]:
    for name, value, unit in (("IP2D", "ip2d", "cm"), ("IP3D", "ip3d", "cm")):
        for quantity, row, of in ((name, value, unit), (f"{name}Sig", f"{value}_sig", "")):
            for at in ("", "_fixIP"):
                projection = TRACK_PROJECTIONS[at]
                for on, (grid, _) in TRACK_GRIDS.items():
                    full, suffixes = f"Tracks{quantity}{at}{on}", tuple(filter(None, (at, on)))
                    drawn, view = projection.name, projection.view
                    yield LayerRule(full, Source.TRACKS_IN_JETS, row, of, "sum", drawn, grid, view, suffixes=suffixes)


def _hit_layers() -> Iterator[LayerRule]:
    for name in TRACKER_LAYERS:
        source = Source.PIXELS if "PIX" in name else Source.STRIPS
        for seen, (view, _) in HIT_VIEWS.items():
            for on in ("", "_3x3", "_5x5"):
                grid, suffixes = TRACK_GRIDS[on][0], tuple(filter(None, (seen, on)))
                yield LayerRule(f"{name}{seen}{on}", source, name, "", "count", view, grid, view, suffixes=suffixes)


def _calorimeter_layers() -> Iterator[LayerRule]:
    yield LayerRule("ECAL", Source.ECAL, "energy", "GeV", "sum", "crystal")
    for part, value in (("T", "energy_t"), ("Z", "energy_z")):
        yield LayerRule(f"ECALEnergy{part}", Source.ECAL, value, "GeV", "sum", "crystal", view=ENERGY_PARTS)
    yield LayerRule("HCAL", Source.HCAL, "energy", "GeV", "sum", "tower", TOWERS)
    for part, grid in (("EB", BARREL), ("EEm", ENDCAP_MINUS), ("EEp", ENDCAP_PLUS)):
        yield LayerRule(f"{part}Energy", Source.ECAL, "energy", "GeV", "sum", "crystal", grid)
        yield LayerRule(f"{part}Time", Source.ECAL, "time", "ns", "leading", "crystal", grid)
    yield LayerRule("HBHE_EB", Source.HCAL, "energy", "GeV", "sum", "tower", BARREL_TOWERS)
    yield LayerRule("ECALatHCAL", Source.ECAL, "energy", "GeV", "sum", "tower behind the crystal", TOWERS)
    for part, grid in (("EEm", ENDCAP_MINUS), ("EEp", ENDCAP_PLUS)):
        yield LayerRule(f"HCALat{part}", Source.HCAL, "energy", "GeV", "sum", "shared by the crystals in front", grid)


def _particle_layers() -> Iterator[LayerRule]:
    for name, kind in (("EndTracks", 0), ("Muons", MUON)):
        for quantity in (quantity for quantity in _QUANTITIES if quantity.name in {"Pt", "QPt"}):
            for chosen in ("", "_PV", "_nPV"):
                marks = kind | SELECTIONS[chosen][0]
                source = Source.PARTICLES_OF_VERTEX if chosen else Source.PARTICLES
                for on, (grid, _) in TRACK_GRIDS.items():
                    full, suffixes = f"{name}{quantity.name}{chosen}{on}", tuple(filter(None, (chosen, on)))
                    drawn = "where it meets the ECAL"
                    yield LayerRule(
                        full, source, quantity.value, "GeV", "sum", drawn, grid, marks=marks, suffixes=suffixes
                    )


LAYERS: Final = {
    rule.name: rule
    for family in (_track_layers(), _jet_track_layers(), _calorimeter_layers(), _hit_layers(), _particle_layers())
    for rule in family
}
"""All layers by name."""

DEFAULT_LAYERS: Final = ("TracksPt", "TracksD0", "TracksDz", "TracksD0Sig", "TracksDzSig", "ECAL", "HCAL")
"""What a producer makes that is not told: the layers that real AOD files have the inputs of."""

BASE_LAYERS: Final = tuple(rule.name for rule in LAYERS.values() if not rule.suffixes)
"""Layers that are no variant of another."""


def inputs_of(names: Sequence[str]) -> frozenset[str]:
    """Names of everything that the named layers are made of."""
    return frozenset(source for name in names for source in LAYERS[name].source.value)


def unused_inputs(names: Sequence[str]) -> frozenset[str]:
    """Of the inputs that may be missing, those that make no difference to the named layers.

    Positions of all but calorimeters refer to vertices.
    """
    unused = frozenset(source for kind in Source for source in kind.value) - _CALORIMETERS - inputs_of(names)
    return unused if inputs_of(names) - _CALORIMETERS else unused | {"vertices"}


def known_layers(names: Sequence[str]) -> str | None:
    """A parameter check: what is wrong with a list of layer names, or None."""
    for name in names:
        if name not in LAYERS:
            close = get_close_matches(name, LAYERS, n=1)
            return f"no layer '{name}'. {nearest(name, [*BASE_LAYERS, *close])}".removesuffix(".")
    if len(set(names)) < len(names):
        return "a layer is named twice"
    if len(names) > MAX_LAYERS:
        return f"{len(names)} layers; one producer makes at most {MAX_LAYERS}"
    return None if names else "name at least one layer"


def drawable_layers(names: Sequence[str]) -> str | None:
    """As `known_layers`, for windows: their layers must have a place in the stitched picture."""
    complaint = known_layers(names)
    lost = [name for name in names if not complaint and LAYERS[name].grid.first_row is None]
    return complaint or (f"'{lost[0]}' has no place in the stitched picture; take 'ECAL' or 'HCAL'" if lost else None)
