"""Regressors: one quantity of every object, with its unit and its uncertainty."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dataformats.candidates import Jets, Photons
from e2efw.errors import ConfigurationError
from taggers.bundle import write_bundle
from taggers.regression import DiphotonMassRegressor, OnnxRegressor, TauMassRegressor
from taggers.tagging import AnyObjects
from tests.taggers.support import SmallJob, objects_of, windows_of, write_small_bundle

WITH_SIGMA = {"mass": "GeV", "mass_sigma": "GeV", "pt": "GeV"}


def test_a_quantity_has_its_unit_and_its_uncertainty(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", WITH_SIGMA, head="Relu")
    regressor = TauMassRegressor(model="small")
    opened = regressor.begin_job(SmallJob(folder=tmp_path))
    seeds, frames = windows_of([2, 1], [[1], [0]], np.ones((2, 2, 8, 8), np.float32))
    made = regressor.produce(objects_of([2, 1], Jets), seeds, frames, opened)
    nan = np.nan
    np.testing.assert_allclose(made.flat("value"), [nan, 0.5, 0.5], rtol=1e-6)  # weights 0.1 and 0.4
    np.testing.assert_allclose(made.flat("sigma"), [nan, 0.7, 0.7], rtol=1e-6)
    np.testing.assert_array_equal(made.flat("status"), [4, 0, 0])
    assert (made.description["quantity"], made.description["unit"]) == ("mass", "GeV")


def test_results_say_what_their_uncertainty_is_that_of(tmp_path: Path) -> None:
    small = write_small_bundle(tmp_path / "small", {"mass": "GeV", "mass_sigma": "GeV"}, head="Relu")
    mass, sigma = small.card.outputs
    card = replace(small.card, outputs=(mass, replace(sigma, density="exponential")))
    assert write_bundle(small.folder, card, small.model).card == card
    regressor = TauMassRegressor(model="small")
    opened = regressor.begin_job(SmallJob(folder=tmp_path))
    seeds, frames = windows_of([1], [[0]], np.ones((1, 2, 8, 8), np.float32))
    made = regressor.produce(objects_of([1], Jets), seeds, frames, opened)
    assert made.description["density"] == "exponential"


def test_a_network_without_uncertainty_leaves_none(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"mass": "GeV"}, head="Relu")
    regressor = DiphotonMassRegressor(model="small")
    opened = regressor.begin_job(SmallJob(folder=tmp_path))
    seeds, frames = windows_of([1], [[0]], np.ones((1, 2, 8, 8), np.float32))
    made = regressor.produce(objects_of([1], Photons), seeds, frames, opened)
    assert "sigma" not in made.columns
    assert np.isnan(made.flat("sigma")).all()


def test_any_quantity_of_any_objects_can_be_estimated(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", WITH_SIGMA, head="Relu")
    regressor = OnnxRegressor(model="small", quantity="pt")
    opened = regressor.begin_job(SmallJob(folder=tmp_path))
    seeds, frames = windows_of([1, 1], [[0], [0]], np.ones((2, 2, 8, 8), np.float32))
    made = regressor.produce(AnyObjects(None, None, None), seeds, frames, opened)
    np.testing.assert_allclose(made.flat("value"), 0.9, rtol=1e-6)
    assert made.description["quantity"] == "pt"


def test_a_quantity_that_the_network_does_not_say_is_refused(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", WITH_SIGMA, head="Relu")
    with pytest.raises(ConfigurationError, match=r"model 'small' has no output 'ptt'\. Did you mean 'pt'\?"):
        OnnxRegressor(model="small", quantity="ptt").begin_job(SmallJob(folder=tmp_path))
