"""The regressor: results stay with their jets, and masses add up with their uncertainties."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import vector
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.results import JetRegressions
from e2efw.errors import ConfigurationError, LogicError
from taggers.bundle import Bundle, ModelOutput, write_bundle
from taggers.calorimetric_baseline import CARD
from taggers.network import Network
from taggers.onnx_backend import OnnxSession
from taggers.pairs import leading_pair, sigma_of_exponential_sum, sigma_of_normal_sum
from taggers.ttbar import TTbarRegressor
from tests.taggers.support import SmallJob, objects_of, windows_of, write_small_bundle

Pixels = Callable[[int], NDArray[np.float32]]


@pytest.fixture
def network(session: OnnxSession) -> Network:
    return Network(session, "ttbar", "recoPFJets_ak8PFJetsCHS__SIM.")


def test_results_stay_with_their_jets(network: Network, jet_like: Pixels) -> None:
    counts = [3, 0, 2, 1]
    pixels = jet_like(4)
    seeds, frames = windows_of(counts, [[0, 2], [], [1], [0]], pixels)
    made = TTbarRegressor().produce(objects_of(counts, Jets), seeds, frames, network)
    alone = network.model.run(pixels, {"row": np.full(4, 140)})
    nan = np.nan
    for name in ("mass", "pt"):
        a, b, c, d = alone[name]
        np.testing.assert_allclose(made.regressed.flat(name), [a, nan, b, nan, c, d], rtol=1e-5)
    np.testing.assert_array_equal(made.regressed.flat("status"), [0, 4, 0, 4, 0, 0])
    np.testing.assert_array_equal(made.regressed.offsets, seeds.offsets)
    np.testing.assert_array_equal(np.isnan(made.mass.value), [False, True, True, True])
    np.testing.assert_allclose(made.leading_pt.value, [max(alone["pt"][:2]), nan, *alone["pt"][2:]], rtol=1e-5)
    assert made.regressed.description["objects"] == "recoPFJets_ak8PFJetsCHS__SIM."
    assert np.isnan(made.mass_sigma.value).all()  # the baseline tells no uncertainty
    assert "mass_sigma" not in made.regressed.columns


@pytest.mark.parametrize("counts", [[], [0], [0, 0, 0], [2, 1]])
def test_blocks_without_windows_have_no_numbers(network: Network, counts: list[int]) -> None:
    jets = objects_of(counts, Jets) if counts else Jets.empty(0)
    seeds, frames = windows_of(counts, [[] for _ in counts], np.empty((0, 2, 125, 125), np.float32))
    made = TTbarRegressor().produce(jets, seeds, frames, network)
    assert np.isnan(made.regressed.flat("pt")).tolist() == [True] * sum(counts)
    assert np.isnan(made.mass.value).tolist() == [True] * len(counts)


def test_jets_unlike_those_of_the_training_are_told_of_once(
    session: OnnxSession, jet_like: Pixels, caplog: pytest.LogCaptureFixture
) -> None:
    recipe = {"recipe": {"data": {"select": {"pt": [400.0, None], "eta": [None, 1.4]}}}}
    bundle = replace(session.bundle, card=replace(session.bundle.card, training=recipe))
    network = Network(replace(session, bundle=bundle), "ttbar")
    seeds, frames = windows_of([3], [[0, 2]], jet_like(2))
    jets = replace_column(objects_of([3], Jets), "pt", [30.0, 20.0, 500.0])
    for _ in range(2):
        TTbarRegressor().produce(jets, seeds, frames, network)
    (told,) = [text for text in caplog.messages if "trained on" in text]
    assert "ttbar: 1 of 2 objects with windows have pt outside 400 to inf" in told


def replace_column(jets: Jets, name: str, values: list[float]) -> Jets:
    """Jets with other numbers in one column."""
    columns = {column: jets.flat(column) for column in jets.columns}
    return Jets(jets.offsets, **{**columns, name: np.array(values, np.float32)})


def test_jets_of_another_producer_are_refused(network: Network, jet_like: Pixels) -> None:
    seeds, frames = windows_of([1, 1], [[0], [0]], jet_like(2))
    with pytest.raises(LogicError, match=r"ttbar: 2 seeds in 2 events do not belong to 3 Jets in 2 events\."):
        TTbarRegressor().produce(objects_of([2, 1], Jets), seeds, frames, network)


def test_job_begins_with_facts_on_record(baseline: Bundle) -> None:
    job = SmallJob({"channels": ["TracksPt", "ECAL", "HCAL"], "window": [125, 125]}, threads_per_stream=2)
    opened = TTbarRegressor(max_batch=5).begin_job(job)
    assert job.facts["model_sha256"] == baseline.sha256
    assert job.facts["provider"] == opened.model.provider == "CPUExecutionProvider"
    assert job.facts["model"] == "calorimetric_baseline version 1"
    assert opened.model.max_batch == 5
    assert isinstance(opened.model, OnnxSession)
    assert opened.model.session.get_session_options().intra_op_num_threads == 2


def test_model_that_says_something_else_is_refused(tmp_path: Path, baseline: Bundle) -> None:
    card = replace(CARD, outputs=(ModelOutput("masses", "GeV", "m"), ModelOutput("pt", "GeV", "pt")))
    write_bundle(tmp_path / "other", card, baseline.model)
    with pytest.raises(ConfigurationError, match=r"the graph makes mass, pt; by its card it makes masses, pt"):
        TTbarRegressor(model="other").begin_job(SmallJob(folder=tmp_path))
    write_small_bundle(tmp_path / "small", {"masses": "GeV", "pt": "GeV"})
    with pytest.raises(ConfigurationError, match=r"model 'small' has no output 'mass'\. Did you mean 'masses'\?"):
        TTbarRegressor(model="small").begin_job(SmallJob(folder=tmp_path))


def test_uncertainties_of_the_network_reach_jets_and_pair(tmp_path: Path) -> None:
    units = dict.fromkeys(("mass", "mass_sigma", "pt", "pt_sigma"), "GeV")
    write_small_bundle(tmp_path / "small", units, head="Relu")
    regressor = TTbarRegressor(model="small")
    opened = regressor.begin_job(SmallJob(folder=tmp_path))
    seeds, frames = windows_of([2], [[0, 1]], np.arange(256, dtype=np.float32).reshape(2, 2, 8, 8))
    made = regressor.produce(objects_of([2], Jets), seeds, frames, opened)
    assert (made.regressed.flat("mass_sigma") > 0).all()
    assert made.leading_pt_sigma.value[0] == made.regressed.flat("pt_sigma")[1]
    assert made.mass_sigma.value[0] > 0


def test_a_card_may_calibrate_the_uncertainty_of_the_pair(tmp_path: Path) -> None:
    units = dict.fromkeys(("mass", "mass_sigma", "pt", "pt_sigma"), "GeV")
    seeds, frames = windows_of([2], [[0, 1]], np.arange(256, dtype=np.float32).reshape(2, 2, 8, 8))
    sigma = []
    for name, card in {"plain": {}, "wider": {"calibration": {"pair_mass_sigma": 1.25}}}.items():
        write_small_bundle(tmp_path / name, units, head="Relu", **card)
        regressor = TTbarRegressor(model=name)
        opened = regressor.begin_job(SmallJob(folder=tmp_path))
        made = regressor.produce(objects_of([2], Jets), seeds, frames, opened)
        sigma.append(made.mass_sigma.value[0])
        assert leading_pair(objects_of([2], Jets), made.regressed).mass_sigma[0] == pytest.approx(sigma[-1])
    assert sigma[1] == pytest.approx(1.25 * sigma[0])


def test_the_mass_of_a_top_that_is_partly_elsewhere_counts_in_the_pair(tmp_path: Path) -> None:
    names = ("mass", "mass_sigma", "pt", "pt_sigma", "top_mass", "top_mass_sigma")
    write_small_bundle(tmp_path / "small", dict.fromkeys(names, "GeV"), head="Relu")
    regressor = TTbarRegressor(model="small")
    opened = regressor.begin_job(SmallJob(folder=tmp_path))
    seeds, frames = windows_of([2], [[0, 1]], np.arange(256, dtype=np.float32).reshape(2, 2, 8, 8))
    jets = objects_of([2], Jets)
    made = regressor.produce(jets, seeds, frames, opened)
    told = {name: [made.regressed.flat(name).tolist()] for name in names}
    assert told["mass"] != told["top_mass"]
    instead = regressions(**{name: told[name.replace("mass", "top_mass")] for name in names[:4]})
    pair = leading_pair(jets, instead)
    assert made.mass.value[0] == pytest.approx(pair.mass[0])
    assert made.mass_sigma.value[0] == pytest.approx(pair.mass_sigma[0])


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
    found = leading_pair(jets, regressions(pt=pt, mass=mass))
    np.testing.assert_allclose(found.mass, expected, rtol=1e-6)
    np.testing.assert_allclose(found.pt, [610.0, 310.0])


def test_one_regressed_jet_is_no_pair() -> None:
    jets = objects_of([2, 1, 0], Jets)
    single = regressions(pt=[[400.0, np.nan], [300.0], []], mass=[[90.0, np.nan], [80.0], []])
    found = leading_pair(jets, single)
    assert np.isnan(found.mass).all()
    np.testing.assert_allclose(found.pt, [400.0, 300.0, np.nan])


@pytest.mark.parametrize("widths", [[1.0], [1, 0.2], [1, 0.5], [1, 1], [1, 1, 0.3, 0.2], [1, 1, 1, 1]])
def test_uncertainty_of_a_sum_holds_what_one_sigma_should(widths: list[float]) -> None:
    one_sigma = 0.682689
    width = -np.log(1 - one_sigma)  # of one exponential on both sides, in units of its mean distance
    drawn = np.random.default_rng(1).laplace(size=(200_000, len(widths))) @ np.array(widths) / width
    assert np.mean(np.abs(drawn) < sigma_of_exponential_sum(np.array(widths))) == pytest.approx(one_sigma, abs=0.006)
    assert sigma_of_normal_sum(np.array(widths)) == pytest.approx(np.hypot.reduce(widths))


def test_uncertainty_of_the_pair_is_wider_where_jets_have_exponential_ones() -> None:
    jets = Jets.from_lists(pt=[[500.0, 500]], eta=[[0.0, 0.0]], phi=[[0.0, np.pi]], mass=[[1.0, 1.0]])
    columns = {"pt": [[500.0, 500.0]], "mass": [[0.0, 0.0]], "pt_sigma": [[50.0, 50.0]], "mass_sigma": [[0.0, 0.0]]}
    told = regressions(**columns)
    normal = leading_pair(jets, told).mass_sigma[0]
    told.about["density"] = "exponential"
    assert normal == pytest.approx(50 * np.sqrt(2), rel=1e-6)
    assert leading_pair(jets, told).mass_sigma[0] == pytest.approx(1.1 * normal, rel=1e-3)
    told.about["density"] = "norml"
    with pytest.raises(LogicError, match=r"no density 'norml'\. Did you mean 'normal'\?"):
        leading_pair(jets, told)


def test_uncertainty_of_the_pair_is_that_of_small_shifts_of_every_number() -> None:
    jets = Jets.from_lists(pt=[[500.0, 400]], eta=[[0.4, -1.1]], phi=[[0.3, 2.8]], mass=[[1.0, 1.0]])
    central = {"pt": [[480.0, 390.0]], "mass": [[172.0, 165.0]]}
    sigma = {"pt": [30.0, 45.0], "mass": [12.0, 15.0]}

    def mass(**shifted: list[list[float]]) -> float:
        return float(leading_pair(jets, regressions(**{**central, **shifted})).mass[0])

    variance = 0.0
    for name, ((one, other),) in central.items():
        shifts = [[[one + 0.5, other]], [[one - 0.5, other]]], [[[one, other + 0.5]], [[one, other - 0.5]]]
        for (up, down), width in zip(shifts, sigma[name], strict=True):
            variance += ((mass(**{name: up}) - mass(**{name: down})) * width) ** 2
    told = regressions(**central, pt_sigma=[sigma["pt"]], mass_sigma=[sigma["mass"]])
    assert leading_pair(jets, told).mass_sigma[0] == pytest.approx(np.sqrt(variance), rel=1e-3)
