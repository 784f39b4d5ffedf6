"""Impact parameters of tracks in jets: distances by vectors, signs by the jet, cuts of the b tagging."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataformats.candidates import Jets
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import ProductNotFoundError
from frameproducers.entries import Entries, Inputs, layer_entries

NAMES = ("TracksIP2D", "TracksIP2DSig", "TracksIP3D", "TracksIP3DSig", "TracksIP2D_fixIP")
D0_ERROR, DZ_ERROR, VERTEX = 0.01, 0.02, (0.05, -0.03, 1.0)


def entries(
    pt: float, start: tuple[float, float, float], jet: tuple[float, float], **more: float
) -> dict[str, Entries]:
    """One event with one track of eta 0.5 and phi 1 and one jet at (eta, phi)."""
    path = {"vx": start[0], "vy": start[1], "vz": start[2]}
    path |= {"px": pt * np.cos(1.0), "py": pt * np.sin(1.0), "pz": pt * np.sinh(0.5)}
    rest = {"charge": 1, "quality": 4, "chi2": 1.0, "ndof": 1.0, "dxy_error": D0_ERROR, "dz_error": DZ_ERROR} | more
    tracks = Tracks.from_lists(**{name: [[value]] for name, value in (path | rest).items()})
    vertices = Vertices.from_lists(x=[[VERTEX[0]]], y=[[VERTEX[1]]], z=[[VERTEX[2]]])
    jets = Jets.from_lists(pt=[[50.0]], eta=[[jet[0]]], phi=[[jet[1]]], mass=[[0.0]])
    calorimeters = EBRecHits.empty(1), EERecHits.empty(1), HBHERecHits.empty(1)
    return layer_entries(NAMES, Inputs(*calorimeters, tracks, vertices, tagged_jets=jets))


@settings(deadline=None, max_examples=60)
@given(
    step=st.tuples(*(st.floats(-0.1, 0.1) for _ in range(3))),
    jet=st.tuples(st.floats(0.3, 0.7), st.floats(0.8, 1.2)),
)
def test_distances_are_those_of_vectors_and_signs_those_of_the_jet(
    step: tuple[float, float, float], jet: tuple[float, float]
) -> None:
    start = tuple(float(np.float32(a + b)) for a, b in zip(VERTEX, step, strict=True))
    found = entries(5.0, (start[0], start[1], start[2]), jet)
    direction = np.array([np.cos(1.0), np.sin(1.0), np.sinh(0.5)])
    axis = np.array([np.cos(jet[1]), np.sin(jet[1]), np.sinh(jet[0])])
    away = np.array(start) - np.array(VERTEX)
    across = away - (away[:2] @ direction[:2]) * direction  # where the track is closest in x and y
    in_space = across - (across @ direction) / (direction @ direction) * direction
    ip2d, ip3d = float(np.hypot(*across[:2])), float(np.linalg.norm(in_space))
    values = {name: float(found[name].value[0]) for name in NAMES}
    assert abs(values["TracksIP2D"]) == pytest.approx(ip2d, rel=1e-4, abs=1e-6)
    assert abs(values["TracksIP3D"]) == pytest.approx(ip3d, rel=1e-4, abs=1e-6)
    assert values["TracksIP2DSig"] == pytest.approx(values["TracksIP2D"] / D0_ERROR, rel=1e-5)
    assert values["TracksIP2D_fixIP"] == values["TracksIP2D"]
    if abs(across[:2] @ axis[:2]) > 1e-5:
        assert values["TracksIP2D"] * (across[:2] @ axis[:2]) > 0
    if abs(in_space @ axis) > 1e-5:
        assert values["TracksIP3D"] * (in_space @ axis) > 0
    sine = 1 / np.cosh(0.5)
    errors = np.hypot(ip2d * D0_ERROR, across[2] * sine * sine * DZ_ERROR)
    if ip3d > 1e-4:
        expected = values["TracksIP3D"] * ip3d / errors
        assert values["TracksIP3DSig"] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("pt", "start", "jet", "quality"),
    [
        (1.0, (0.05, 0.0, 1.0), (0.5, 1.0), 4),
        (5.0, (0.5, -0.3, 1.0), (0.5, 1.0), 4),
        (5.0, (0.05, 0.0, 18.5), (0.5, 1.0), 4),
        (5.0, (0.05, 0.0, 1.0), (0.5, 1.5), 4),
        (5.0, (0.05, 0.0, 1.0), (0.5, 1.0), 3),
    ],
    ids=["too slow", "from too far aside", "from too far along", "in no jet", "not of high purity"],
)
def test_other_tracks_do_not_count(
    pt: float, start: tuple[float, float, float], jet: tuple[float, float], quality: int
) -> None:
    assert entries(pt, start, jet, quality=quality)["TracksIP2D"].cell.size == 0


def test_phi_wraps_between_tracks_and_jets() -> None:
    assert entries(5.0, (0.05, 0.0, 1.0), (0.5, 1.0 - 2 * np.pi))["TracksIP2D"].cell.size == 1


def test_without_jets_the_error_names_them() -> None:
    calorimeters = EBRecHits.empty(1), EERecHits.empty(1), HBHERecHits.empty(1)
    with pytest.raises(ProductNotFoundError, match="layer 'TracksIP2D' is made of 'tagged_jets', which the input"):
        layer_entries(["TracksIP2D"], Inputs(*calorimeters, Tracks.empty(1)))
