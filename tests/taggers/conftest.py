"""What the tests of the taggers share: the packaged baseline, a bundle to spoil, and windows like those of jets."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from taggers.bundle import PACKAGED, Bundle, write_bundle
from taggers.calorimetric_baseline import CARD, NAME
from taggers.onnx_backend import OnnxSession


@pytest.fixture(scope="session")
def baseline() -> Bundle:
    """The bundle that comes with the project."""
    return Bundle.load(PACKAGED / NAME)


@pytest.fixture(scope="session")
def session(baseline: Bundle) -> OnnxSession:
    """The packaged baseline on one thread, all windows in one run."""
    return OnnxSession.open(baseline, threads=1, max_batch=1024)


@pytest.fixture
def bundle_folder(baseline: Bundle, tmp_path: Path) -> Path:
    """A copy of the baseline that a test may spoil."""
    folder = tmp_path / "model"
    write_bundle(folder, CARD, baseline.model)
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260101)


@pytest.fixture
def jet_like(rng: np.random.Generator) -> Callable[[int], NDArray[np.float32]]:
    """Makes (n, 2, 125, 125) windows in GeV: two cores off the centre, and soft energy everywhere."""

    def make(n: int) -> NDArray[np.float32]:
        pixels = rng.exponential(0.3, (n, 2, 125, 125)) * (rng.random((n, 2, 125, 125)) < 0.03)
        for core in (100.0, 40.0):
            place = 62 + rng.integers(-20, 21, (2, n))
            for step in rng.integers(-4, 5, (25, 2, n)):
                energy = rng.exponential(core / 25, n)
                pixels[np.arange(n), rng.integers(0, 2, n), place[0] + step[0], place[1] + step[1]] += energy
        return pixels.astype(np.float32)

    return make
