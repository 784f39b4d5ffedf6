"""What layers hold when the input lacks something."""

import dataclasses
import logging
from collections.abc import Callable

import numpy as np
import pytest

from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import ProductNotFoundError
from frameproducers.entries import Inputs, layer_entries, warn_once
from frameproducers.sources import first_vertices

MakeInputs = Callable[[int, int], Inputs]


def without(product: Tracks, *names: str) -> Tracks:
    return Tracks(product.offsets, **{name: column for name, column in product.columns.items() if name not in names})


def test_the_first_vertex_counts_and_none_is_the_origin() -> None:
    vertices = Vertices.from_lists(
        x=[[0.1, 9.0], [], [0.2]],
        y=[[0.3, 9.0], [], [0.4]],
        z=[[5.0, 9.0], [], [6.0]],
        x_error=[[0.3, 9.0], [], [np.nan]],
        y_error=[[0.4, 9.0], [], [0.5]],
        z_error=[[0.2, 9.0], [], [0.1]],
    )
    expected = [[0.1, 0.3, 5.0, 0.25, 0.04], [0, 0, 0, 0, 0], [0.2, 0.4, 6.0, 0.25, 0.01]]
    assert first_vertices(vertices, 3) == pytest.approx(np.array(expected))
    assert not first_vertices(None, 3).any()


def test_without_vertex_errors_the_track_error_stands_alone() -> None:
    vertices = Vertices.from_lists(x=[[0.1]], y=[[0.3]], z=[[5.0]])
    assert first_vertices(vertices, 1) == pytest.approx(np.array([[0.1, 0.3, 5.0, 0, 0]]))


def test_without_track_errors_significances_are_nan_and_the_log_says_so_once(
    random_inputs: MakeInputs, caplog: pytest.LogCaptureFixture
) -> None:
    inputs = random_inputs(5, 6)
    assert inputs.tracks is not None
    blind = dataclasses.replace(inputs, tracks=without(inputs.tracks, "dxy_error", "dz_error"))
    warn_once.cache_clear()
    with caplog.at_level(logging.WARNING, "e2efw.frameproducers"):
        for _ in range(3):
            found = layer_entries(["TracksDz", "TracksD0Sig", "TracksDzSig"], blind)
    assert [record.message[:37] for record in caplog.records] == ["the input has no errors of impact par"]
    assert np.isnan(found["TracksD0Sig"].value).all()
    assert np.isnan(found["TracksDzSig"].value).all()
    assert np.array_equal(found["TracksD0Sig"].cell, found["TracksDz"].cell)
    assert np.isfinite(found["TracksDz"].value).all()


def test_one_missing_error_leaves_the_other_significance_alone(random_inputs: MakeInputs) -> None:
    inputs = random_inputs(5, 6)
    assert inputs.tracks is not None
    half = dataclasses.replace(inputs, tracks=without(inputs.tracks, "dz_error"))
    found = layer_entries(["TracksD0Sig", "TracksDzSig"], half)
    assert np.isfinite(found["TracksD0Sig"].value).all()
    assert np.isnan(found["TracksDzSig"].value).all()


def test_layers_of_tracks_demand_tracks_and_the_others_do_not(random_inputs: MakeInputs) -> None:
    inputs = dataclasses.replace(random_inputs(6, 4), tracks=None)
    assert set(layer_entries(["HCAL", "ECAL"], inputs)) == {"ECAL", "HCAL"}
    with pytest.raises(ProductNotFoundError, match=r"'TracksPt' is made of 'tracks'.*layers without: ECAL, HCAL\."):
        layer_entries(["ECAL", "TracksPt"], inputs)


def test_means_are_means_and_sums_are_sums() -> None:
    twice = {
        name: [[value, value]] for name, value in (("vy", 0.0), ("vz", 1.0), ("px", 3.0), ("py", 0.0), ("pz", 0.0))
    }
    more = {name: [[value, value]] for name, value in (("chi2", 1.0), ("ndof", 1.0), ("charge", 1), ("quality", 4))}
    tracks = Tracks.from_lists(vx=[[0.0, 0.0]], **twice, **more, dxy_error=[[0.1, 0.1]], dz_error=[[0.5, 0.25]])
    inputs = Inputs(*_empty(1), tracks, None)
    found = {
        name: entries.value.tolist()
        for name, entries in layer_entries(["TracksPt", "TracksDz", "TracksDzSig"], inputs).items()
    }
    assert found == {"TracksPt": [6.0], "TracksDz": [1.0], "TracksDzSig": [3.0]}


def test_a_track_of_exactly_half_a_gev_does_not_count() -> None:
    def cells(px: float, eta: float = 2.0) -> int:
        momentum = {"px": px, "py": 0.0, "pz": px * np.sinh(eta)}
        rest = {"vx": 0.0, "vy": 0.0, "vz": 0.0, "charge": 1, "quality": 4, "chi2": 1.0, "ndof": 1.0}
        tracks = Tracks.from_lists(**{name: [[value]] for name, value in (momentum | rest).items()})
        return int(layer_entries(["TracksPt"], Inputs(*_empty(1), tracks))["TracksPt"].cell.size)

    assert cells(0.5) == 0
    assert cells(float(np.nextafter(np.float32(0.5), np.float32(1)))) == 1
    assert cells(20.0, eta=2.99) == cells(20.0, eta=-2.99) == 1
    assert cells(20.0, eta=3.01) == cells(20.0, eta=-3.01) == 0


def _empty(n_events: int) -> tuple[EBRecHits, EERecHits, HBHERecHits]:
    return EBRecHits.empty(n_events), EERecHits.empty(n_events), HBHERecHits.empty(n_events)
