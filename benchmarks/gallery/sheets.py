"""What is on the sheets of layers: one row per layer, one column per event."""

from typing import Final, NamedTuple


class Sheet(NamedTuple):
    """A picture file of layers.

    Args:
        name: of the file, without .png.
        title: over it.
        layers: one row each.
    """

    name: str
    title: str
    layers: tuple[str, ...]


def _all(stem: str) -> tuple[str, ...]:
    return stem, f"{stem}_sum", f"{stem}_max"


def _numbered(part: str, last: int) -> tuple[str, ...]:
    return tuple(f"{part}{layer}" for layer in range(1, last + 1))


LAYER_SHEETS: Final = (
    Sheet(
        "calorimeters",
        "Calorimeters, stitched and barrel",
        ("ECAL", "HCAL", "ECALEnergyT", "ECALEnergyZ", "ECALatHCAL", "EBEnergy", "HBHE_EB"),
    ),
    Sheet("endcaps", "Endcap crystals, and HCAL behind them", ("EEmEnergy", "EEpEnergy", "HCALatEEm", "HCALatEEp")),
    Sheet("time", "Time of ECAL hits", ("EBTime", "EEmTime", "EEpTime")),
    Sheet("tracks", "Tracks", ("TracksN", "TracksPt", "TracksPt_max", "TracksQPt", "TracksQPt_max")),
    Sheet(
        "impact_parameters",
        "Impact parameters of tracks",
        (*_all("TracksD0"), *_all("TracksDz"), *_all("TracksDxy")),
    ),
    Sheet(
        "significances",
        "Significances of impact parameters",
        (*_all("TracksD0Sig"), *_all("TracksDzSig"), *_all("TracksDxySig")),
    ),
    Sheet(
        "jet_impact_parameters",
        "Impact parameters of tracks in jets",
        ("TracksIP2D", "TracksIP2DSig", "TracksIP3D", "TracksIP3DSig"),
    ),
    Sheet("pixel", "Pixel hits, seen from the first vertex", (*_numbered("BPIX", 4), *_numbered("FPIX", 3))),
    Sheet("strips_inner", "Strip hits: TIB and TID", (*_numbered("TIB", 4), *_numbered("TID", 3))),
    Sheet("strips_tob", "Strip hits: TOB", _numbered("TOB", 6)),
    Sheet("strips_tec", "Strip hits: TEC", _numbered("TEC", 9)),
    Sheet("particle_flow", "Tracks of particle flow", ("EndTracksPt", "EndTracksQPt", "MuonsPt", "MuonsQPt")),
)
"""Together they show every base layer."""

VARIANTS: Final = (
    ("selections", ("TracksPt", "TracksPt_PV", "TracksPt_nPV", "TracksPt_fromPV")),
    ("projections", ("TracksPt_atECAL", "TracksPt_atHCAL", "TracksPt_none", "TracksPt_fixIP")),
    ("impact parameters", ("TracksDz", "TracksDz_PV", "TracksDz_nPV", "TracksDz_atECAL")),
    ("pictures", ("TracksPt_EB", "TracksPt_EEm", "TracksPt_EEp", "EndTracksPt_PV")),
    ("granularity around the leading jet", ("TracksPt", "TracksPt_3x3", "TracksPt_5x5", "BPIX1_5x5")),
    ("vertex", ("BPIX1", "BPIX1_noVertex", "TIB1", "TIB1_noVertex")),
)
"""Rows of the sheet of variants."""

REAL: Final = Sheet("real", "Simulation and data", ("ECAL", "HCAL", "TracksPt", "TracksDz", "EEmEnergy", "EEpEnergy"))
"""The sheet that compares with data: layers that all data have the inputs of."""
