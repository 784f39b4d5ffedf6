"""The anomaly detector: the error of an autoencoder, whole and in the worst region."""

from pathlib import Path

import numpy as np
import pytest

from dataformats.candidates import Jets
from e2efw.errors import ConfigurationError
from taggers.anomaly import AnomalyDetector, worst_region
from taggers.bundle import write_bundle
from taggers.operations import Scale
from taggers.tagging import AnyObjects
from taggers.transforms import Transform
from tests.taggers.support import SmallJob, halving_graph, objects_of, small_card, windows_of, write_small_bundle

NOBODY = AnyObjects(None, None, None)


def test_the_error_is_the_mean_square_of_what_is_redrawn_wrongly(tmp_path: Path) -> None:
    write_bundle(tmp_path / "halving", small_card({"again": "GeV"}), halving_graph(2, (8, 8)))
    detector = AnomalyDetector(model="halving", region=4, max_batch=2)
    pixels = np.zeros((3, 2, 8, 8), np.float32)
    pixels[0] = 2.0
    pixels[1, :, :4, :4] = 4.0
    seeds, frames = windows_of([4], [[0, 1, 3]], pixels)
    jets = AnyObjects(objects_of([4], Jets), None, None)
    made = detector.produce(jets, seeds, frames, detector.begin_job(SmallJob(folder=tmp_path)))
    np.testing.assert_allclose(made.flat("error"), [1.0, 1.0, np.nan, 0.0])
    np.testing.assert_allclose(made.flat("worst"), [1.0, 4.0, np.nan, 0.0])
    np.testing.assert_array_equal(made.flat("status"), [0, 0, 4, 0])


@pytest.mark.parametrize("applied_by", ["backend", "graph"])
def test_pixels_are_compared_after_the_transform(tmp_path: Path, applied_by: str) -> None:
    """The graph of this test leaves the transform out, so `graph` has it say half of raw pixels."""
    transform = Transform({"ECAL": (Scale(0.1),), "HCAL": (Scale(0.1),)}, "a test", applied_by)  # type: ignore[arg-type]
    write_bundle(tmp_path / "halving", small_card({"again": ""}, transform=transform), halving_graph(2, (8, 8)))
    detector = AnomalyDetector(model="halving", region=8)
    seeds, frames = windows_of([1], [[0]], np.full((1, 2, 8, 8), 10.0, np.float32))
    made = detector.produce(NOBODY, seeds, frames, detector.begin_job(SmallJob(folder=tmp_path)))
    expected = (0.5 * 1.0 - 1.0) ** 2 if applied_by == "backend" else (0.5 * 10.0 - 1.0) ** 2
    np.testing.assert_allclose(made.flat("error"), expected, rtol=1e-6)
    assert (frames.pixels == 10.0).all()


def test_a_network_may_say_the_error_itself(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"error": ""}, head="Relu")
    detector = AnomalyDetector(model="small")
    seeds, frames = windows_of([1], [[0]], np.ones((1, 2, 8, 8), np.float32))
    made = detector.produce(NOBODY, seeds, frames, detector.begin_job(SmallJob(folder=tmp_path)))
    np.testing.assert_allclose(made.flat("error"), 0.3, rtol=1e-6)
    assert "worst" not in made.columns


def test_a_network_that_is_no_autoencoder_is_refused(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"})
    with pytest.raises(ConfigurationError, match=r"model 'small' is no autoencoder: it says top \[\] of a window"):
        AnomalyDetector(model="small").begin_job(SmallJob(folder=tmp_path))


def test_a_region_larger_than_the_window_is_refused(tmp_path: Path) -> None:
    write_bundle(tmp_path / "halving", small_card({"again": "GeV"}), halving_graph(2, (8, 8)))
    with pytest.raises(ConfigurationError, match="'region' is 9 pixels, the windows have 8 x 8"):
        AnomalyDetector(model="halving", region=9).begin_job(SmallJob(folder=tmp_path))


def test_regions_lie_side_by_side_from_the_first_pixel() -> None:
    squares = np.arange(2 * 5 * 7, dtype=np.float32).reshape(2, 5, 7)
    slow = [max(window[r : r + 2, c : c + 2].mean() for r in (0, 2) for c in (0, 2, 4)) for window in squares]
    np.testing.assert_allclose(worst_region(squares, 2), slow)
