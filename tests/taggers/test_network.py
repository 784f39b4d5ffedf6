"""The engine: windows and objects that do not belong together are refused, models are found or asked for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, FileInPathError, LogicError
from taggers.network import Network
from taggers.onnx_backend import OnnxSession
from taggers.taggers import TopTagger
from taggers.tagging import OnnxTagger
from taggers.ttbar import TTbarRegressor
from tests.taggers.support import SmallJob, windows_of

Pixels = Callable[[int], NDArray[np.float32]]


@pytest.fixture
def network(session: OnnxSession) -> Network:
    return Network(session, "ttbar")


def test_channels_are_found_by_name_in_any_order(network: Network, jet_like: Pixels) -> None:
    pixels = jet_like(2)
    more = np.stack([pixels[:, 1], np.ones_like(pixels[:, 0]), pixels[:, 0]], axis=1)
    plain = network.about_objects(*windows_of([2], [[0, 1]], pixels))
    mixed = network.about_objects(*windows_of([2], [[0, 1]], more, ("HCAL", "TracksPt", "ECAL")))
    np.testing.assert_array_equal(plain["mass"], mixed["mass"])


def test_windows_of_other_seeds_are_refused(network: Network, jet_like: Pixels) -> None:
    seeds, frames = windows_of([1, 1], [[0], [0]], jet_like(2))
    others, more = windows_of([2, 1], [[0, 1], []], jet_like(2))
    with pytest.raises(LogicError, match=r"in event 0 of the block 1 of 1 objects have a seed, windows are of objects"):
        network.about_objects(seeds, more)
    second, _ = windows_of([2], [[1]], jet_like(1))
    _, first = windows_of([2], [[0]], jet_like(1))
    with pytest.raises(LogicError, match=r"event 0 .*windows are of objects \[0\]\. Are 'seeds' and 'frames' of one"):
        network.about_objects(second, first)
    with pytest.raises(LogicError, match="Windows of 2 events do not belong to seeds of 1 events"):
        network.about_objects(others.take(slice(0, 1)), frames)


def test_missing_channel_is_found_before_the_first_event() -> None:
    job = SmallJob({"channels": ["Ecal", "HCAL", "TracksPt"], "window": [125, 125]}, label="ttbar")
    with pytest.raises(
        ConfigurationError,
        match=r"ttbar: model 'calorimetric_baseline' reads channel 'ECAL', which .* "
        r"Did you mean 'Ecal'\? The frames have: Ecal, HCAL, TracksPt",
    ):
        TTbarRegressor().begin_job(job)


def test_wrong_window_is_found_before_the_first_event() -> None:
    job = SmallJob({"channels": ["ECAL", "HCAL"], "window": [32, 32]})
    with pytest.raises(ConfigurationError, match="reads windows of 125 x 125 pixels, the frames have 32 x 32"):
        TTbarRegressor().begin_job(job)


def test_frames_not_known_before_are_checked_with_the_first_block(network: Network, jet_like: Pixels) -> None:
    with pytest.raises(ConfigurationError, match=r"reads channel 'HCAL'.*The frames have: ECAL, TracksPt"):
        network.about_objects(*windows_of([1], [[0]], jet_like(1), ("ECAL", "TracksPt")))


def test_model_folder_of_the_user_is_found_through_the_job(bundle_folder: Path) -> None:
    job = SmallJob(folder=bundle_folder.parent)
    assert TTbarRegressor(model="model").begin_job(job).model.bundle.folder == bundle_folder


def test_unknown_model_names_the_packaged_ones_and_how_to_train_one(tmp_path: Path) -> None:
    with pytest.raises(FileInPathError, match="no file 'nothing_resnet15'") as caught:
        TopTagger(model="nothing_resnet15").begin_job(SmallJob(folder=tmp_path))
    assert "calorimetric_baseline" in caught.value.__notes__[0]
    assert "docs/training.md" in caught.value.__notes__[1]


def test_module_without_a_model_says_which_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"tagger: no 'model' is set\. .*calorimetric_baseline.*training\.md"):
        OnnxTagger().begin_job(SmallJob())


def test_network_with_several_numbers_per_output_says_which(network: Network) -> None:
    wide = replace(network, model=replace(network.model, shapes={"mass": (3,), "pt": ()}))
    with pytest.raises(ConfigurationError, match=r"output 'mass' of model .* has \(3,\) numbers per window; needed is"):
        wide.check_numbers("mass", "pt")


def test_max_batch_must_not_be_negative() -> None:
    with pytest.raises(ConfigurationError, match="parameter 'maxBatch': must not be negative"):
        TTbarRegressor(max_batch=-1)
