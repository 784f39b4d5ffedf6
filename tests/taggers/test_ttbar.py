"""The regressor: results stay with their jets, frames that do not fit are refused, and masses add up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vector
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.frames import Windows
from dataformats.results import JetRegressions
from e2efw.errors import ConfigurationError, FileInPathError, LogicError
from taggers.bundle import Bundle, ModelOutput, write_bundle
from taggers.calorimetric_baseline import CARD
from taggers.onnx_backend import OnnxSession
from taggers.ttbar import RegressionModel, TTbarRegressor, leading_pair_mass

Pixels = Callable[[int], NDArray[np.float32]]
CHANNELS = ("ECAL", "HCAL")


@dataclass
class SmallJob:
    """The smallest job a module can begin in."""

    frames: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    threads_per_stream: int = 1
    accelerators: tuple[str, ...] = ("cpu",)
    facts: dict[str, Any] = field(default_factory=dict)
    label: str = "ttbar"

    def description(self, parameter: str) -> Mapping[str, Any]:
        return self.frames if parameter == "frames" else {}

    def find_file(self, name: str) -> Path:
        if not (self.folder / name).exists():
            raise FileInPathError(f"no file '{name}'.")
        return self.folder / name

    def record(self, fact: str, value: Any) -> None:
        self.facts[fact] = value


def windows_of(
    jets: Jets, chosen: list[list[int]], pixels: NDArray[np.float32], channels: tuple[str, ...] = CHANNELS
) -> Windows:
    """Windows of the chosen jets of every event."""
    n = sum(map(len, chosen))
    owner = np.array([jet for event in chosen for jet in event], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in chosen], dtype=np.int64)])
    assert len(chosen) == len(jets)
    return Windows(channels, offsets, owner, np.full(n, 140, np.int32), np.full(n, 3, np.int32), pixels)


def jets_of(counts: list[int]) -> Jets:
    """Jets in different directions, of 500 GeV."""
    columns = {"pt": 500.0, "eta": 0.3, "phi": 1.1, "mass": 5.0}
    return Jets.from_lists(
        **{name: [[value * (1 + i) / 2 for i in range(n)] for n in counts] for name, value in columns.items()}
    )


@pytest.fixture
def model(session: OnnxSession) -> RegressionModel:
    return RegressionModel(session, "ttbar")


def test_results_stay_with_their_jets(model: RegressionModel, jet_like: Pixels) -> None:
    jets = jets_of([3, 0, 2, 1])
    pixels = jet_like(4)
    made = TTbarRegressor().produce(jets, windows_of(jets, [[0, 2], [], [1], [0]], pixels), model)
    alone = model.session.run(pixels, {"row": np.full(4, 140)})
    nan = np.nan
    for name in ("mass", "pt"):
        a, b, c, d = alone[name]
        np.testing.assert_allclose(made.regressed.flat(name), [a, nan, b, nan, c, d], rtol=1e-5)
    np.testing.assert_array_equal(made.regressed.offsets, jets.offsets)
    np.testing.assert_array_equal(np.isnan(made.mass.value), [False, True, True, True])


@pytest.mark.parametrize("counts", [[], [0], [0, 0, 0], [2, 1]])
def test_blocks_without_windows_have_no_numbers(model: RegressionModel, counts: list[int]) -> None:
    jets = jets_of(counts) if counts else Jets.empty(0)
    frames = windows_of(jets, [[] for _ in counts], np.empty((0, 2, 125, 125), np.float32))
    made = TTbarRegressor().produce(jets, frames, model)
    assert np.isnan(made.regressed.flat("pt")).tolist() == [True] * sum(counts)
    assert np.isnan(made.mass.value).tolist() == [True] * len(counts)


def test_channels_are_found_by_name_in_any_order(model: RegressionModel, jet_like: Pixels) -> None:
    jets = jets_of([2])
    pixels = jet_like(2)
    more = np.stack([pixels[:, 1], np.ones_like(pixels[:, 0]), pixels[:, 0]], axis=1)
    plain = TTbarRegressor().produce(jets, windows_of(jets, [[0, 1]], pixels), model)
    mixed = TTbarRegressor().produce(jets, windows_of(jets, [[0, 1]], more, ("HCAL", "TracksPt", "ECAL")), model)
    np.testing.assert_array_equal(plain.regressed.flat("mass"), mixed.regressed.flat("mass"))


def test_windows_of_other_jets_are_refused(model: RegressionModel, jet_like: Pixels) -> None:
    jets = jets_of([1, 1])
    frames = windows_of(jets, [[0], [1]], jet_like(2))
    with pytest.raises(LogicError, match="event 1 of the block has 1 jets, a window is of jet 1"):
        TTbarRegressor().produce(jets, frames, model)
    with pytest.raises(LogicError, match="Windows of 2 events do not belong to jets of 1 events"):
        TTbarRegressor().produce(jets.take(slice(0, 1)), frames, model)


def regressions(**columns: list[list[float]]) -> JetRegressions:
    return JetRegressions.from_lists(**columns)


def test_pair_mass_is_that_of_massive_four_vectors() -> None:
    """The jets that lead in regressed pt are not those that lead in reconstructed pt."""
    nan = np.nan
    eta, phi = [[0.5, -1.2, 0.1, 2.0], [1.0, -1.0]], [[3.0, -2.9, 0.2, 1.0], [0.0, 2.0]]
    jets = Jets.from_lists(pt=[[900.0, 800, 700, 600], [500, 400]], eta=eta, phi=phi, mass=[[1.0] * 4, [1.0] * 2])
    pt, mass = [[410.0, 520.0, nan, 610.0], [300.0, 310.0]], [[80.0, 170.0, nan, 175.0], [0.0, 0.0]]
    expected = []
    for event, (first, second) in enumerate([(3, 1), (1, 0)]):
        pair = [
            vector.obj(pt=pt[event][i], eta=eta[event][i], phi=phi[event][i], mass=mass[event][i])
            for i in (first, second)
        ]
        expected.append((pair[0] + pair[1]).mass)
    np.testing.assert_allclose(leading_pair_mass(jets, regressions(pt=pt, mass=mass)), expected, rtol=1e-6)


def test_one_regressed_jet_is_no_pair() -> None:
    jets = jets_of([2, 1, 0])
    single = regressions(pt=[[400.0, np.nan], [300.0], []], mass=[[90.0, np.nan], [80.0], []])
    assert np.isnan(leading_pair_mass(jets, single)).all()


def test_job_begins_with_facts_on_record(baseline: Bundle) -> None:
    job = SmallJob({"channels": ["TracksPt", "ECAL", "HCAL"], "window": [125, 125]}, threads_per_stream=2)
    opened = TTbarRegressor(max_batch=5).begin_job(job)
    assert job.facts["model_sha256"] == baseline.sha256
    assert job.facts["provider"] == opened.session.provider
    assert job.facts["model"] == "calorimetric_baseline version 1"
    assert opened.session.max_batch == 5
    assert opened.session.session.get_session_options().intra_op_num_threads == 2


def test_missing_channel_is_found_before_the_first_event() -> None:
    job = SmallJob({"channels": ["Ecal", "HCAL", "TracksPt"], "window": [125, 125]})
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


def test_frames_not_known_before_are_checked_with_the_first_block(jet_like: Pixels) -> None:
    regressor = TTbarRegressor()
    opened = regressor.begin_job(SmallJob())
    jets = jets_of([1])
    with pytest.raises(ConfigurationError, match=r"reads channel 'HCAL'.*The frames have: ECAL, TracksPt"):
        regressor.produce(jets, windows_of(jets, [[0]], jet_like(1), ("ECAL", "TracksPt")), opened)


def test_model_folder_of_the_user_is_found_through_the_job(bundle_folder: Path) -> None:
    job = SmallJob(folder=bundle_folder.parent)
    assert TTbarRegressor(model="model").begin_job(job).session.bundle.folder == bundle_folder


def test_unknown_model_names_the_packaged_ones(tmp_path: Path) -> None:
    with pytest.raises(FileInPathError, match="no file 'calorimetric_baselin'") as caught:
        TTbarRegressor(model="calorimetric_baselin").begin_job(SmallJob(folder=tmp_path))
    assert caught.value.__notes__ == ["model bundles that come with the project: calorimetric_baseline"]


def test_model_that_says_something_else_is_refused(tmp_path: Path, baseline: Bundle) -> None:
    card = replace(CARD, outputs=(ModelOutput("masses", "GeV", "m"), ModelOutput("pt", "GeV", "pt")))
    write_bundle(tmp_path / "other", card, baseline.model)
    with pytest.raises(ConfigurationError, match=r"has no output 'mass'\. Did you mean 'masses'\?"):
        TTbarRegressor(model="other").begin_job(SmallJob(folder=tmp_path))


def test_max_batch_must_be_positive() -> None:
    with pytest.raises(ConfigurationError, match="parameter 'maxBatch': must be larger than 0"):
        TTbarRegressor(max_batch=0)
