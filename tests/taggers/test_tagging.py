"""Taggers: probabilities by class in step with the objects, for any objects and for whole events."""

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Jets, Photons
from dataformats.frames import Seeds, Windows
from e2efw.errors import ConfigurationError, LogicError
from e2efw.framework.modules import EDProducer
from e2efw.framework.schema import schema_of
from taggers.bundle import write_bundle
from taggers.network import Network
from taggers.taggers import EGTagger, ElectronTagger, QGTagger, TauTagger, TopTagger
from taggers.tagging import AnyObjects, OnnxTagger
from tests.taggers.support import SmallJob, objects_of, serialised, small_card, windows_of, write_small_bundle

NOBODY = AnyObjects(None, None, None)


def pixels_of(n: int) -> NDArray[np.float32]:
    return np.random.default_rng(4).random((n, 2, 8, 8)).astype(np.float32)


def sigmoid(pixels: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the small network with one output says, as one would write it down."""
    raw = pixels.mean(axis=(2, 3), dtype=np.float64) @ np.array([0.1, 0.2])
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-raw))
    return probability


def opened(tagger: OnnxTagger | TopTagger, folder: Path, label: str = "tagger") -> Network:
    network: Network = tagger.begin_job(SmallJob(folder=folder, label=label))
    return network


def test_scores_stay_with_their_jets_and_say_why_there_is_none(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"})
    tagger, pixels = TopTagger(model="small"), pixels_of(3)
    seeds, frames = windows_of([2, 0, 3], [[1], [], [0, 2]], pixels)
    made = tagger.produce(objects_of([2, 0, 3], Jets), seeds, frames, opened(tagger, tmp_path))
    nan = np.nan
    a, b, c = sigmoid(pixels)
    np.testing.assert_allclose(made.flat("score"), [nan, a, b, nan, c], rtol=1e-6)
    assert ak.to_list(made.status) == [[4, 0], [], [0, 4, 0]]
    assert (made.description["objects"], made.classes) == ("things_jets__TEST.", ("top",))


def test_every_class_has_its_own_column(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", dict.fromkeys(("tau", "electron", "jet"), "probability"), head="Softmax")
    tagger = OnnxTagger(model="small", jets="ak4PFJetsCHS")
    seeds, frames = windows_of([3], [[0, 1, 2]], pixels_of(3))
    jets = AnyObjects(objects_of([3], Jets), None, None)
    made = tagger.produce(jets, seeds, frames, opened(tagger, tmp_path))
    assert made.classes == ("tau", "electron", "jet")
    total = sum(made.of(name) for name in made.classes)
    np.testing.assert_allclose(ak.to_numpy(ak.flatten(total)), 1.0, rtol=1e-6)
    np.testing.assert_array_equal(made.of("jet"), made.score2)


@pytest.mark.parametrize(
    ("name", "objects"),
    [
        ("photons", AnyObjects(None, objects_of([2], Photons), None)),
        ("electrons", AnyObjects(None, None, objects_of([2], Electrons))),
    ],
)
def test_any_objects_can_be_tagged(tmp_path: Path, name: str, objects: AnyObjects) -> None:
    write_small_bundle(tmp_path / "small", {"electron": "probability"})
    tagger = OnnxTagger(model="small", **{name: "some"})
    seeds, frames = windows_of([2], [[0, 1]], pixels_of(2))
    made = tagger.produce(objects, seeds, frames, opened(tagger, tmp_path))
    assert np.isfinite(made.flat("score")).all()
    assert made.description["objects"] == f"things_{name}__TEST."
    assert tagger.needed_products() == {name}


def test_whole_events_can_be_tagged(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"signal": "probability"})
    tagger, pixels = OnnxTagger(model="small"), pixels_of(3)
    seeds, frames = windows_of([1, 1, 1], [[0], [0], [0]], pixels)
    made = tagger.produce(NOBODY, seeds, frames, opened(tagger, tmp_path))
    assert ak.to_list(ak.num(made.score)) == [1, 1, 1]
    assert made.description["objects"] == ""
    assert tagger.needed_products() == frozenset()


def test_windows_belong_to_one_collection_only(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"})
    with pytest.raises(ConfigurationError, match=r"tagger: windows belong to one collection, not to jets and photons"):
        opened(OnnxTagger(model="small", jets="ak4PFJetsCHS", photons="gedPhotons"), tmp_path)


def test_a_network_that_says_no_probability_is_refused(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"}, head="Relu")
    tagger = TopTagger(model="small")
    seeds, frames = windows_of([1], [[0]], np.full((1, 2, 8, 8), 40, np.float32))
    with pytest.raises(ConfigurationError, match=r"output 'top' of model 'small' is 12, no probability.*put sigmoid"):
        tagger.produce(objects_of([1], Jets), seeds, frames, opened(tagger, tmp_path))


def test_a_window_with_nan_has_no_score_and_is_no_error(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"})
    tagger, pixels = TopTagger(model="small"), pixels_of(2)
    pixels[0, 0, 0, 0] = np.nan
    seeds, frames = windows_of([2], [[0, 1]], pixels)
    made = tagger.produce(objects_of([2], Jets), seeds, frames, opened(tagger, tmp_path))
    assert np.isnan(made.flat("score")).tolist() == [True, False]


def test_a_network_with_many_classes_is_refused_before_the_first_event(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {f"class{number}": "probability" for number in range(9)}, head="Softmax")
    with pytest.raises(ConfigurationError, match=r"model 'small' knows 9 classes; 8 at most can be stored"):
        opened(OnnxTagger(model="small"), tmp_path)


def test_a_network_with_one_wide_output_is_refused_before_the_first_event(tmp_path: Path) -> None:
    from onnx import TensorProto, helper  # noqa: PLC0415

    frames = helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["N", 2, 8, 8])
    said = helper.make_tensor_value_info("classes", TensorProto.FLOAT, ["N", 128])
    graph = helper.make_graph([helper.make_node("Flatten", ["frames"], ["classes"])], "wide", [frames], [said])
    write_bundle(tmp_path / "small", small_card({"classes": "probability"}), serialised(graph))
    with pytest.raises(ConfigurationError, match=r"output 'classes' .* has \(128,\) numbers per window; needed is one"):
        opened(TopTagger(model="small"), tmp_path)


def test_jets_that_the_seeds_do_not_belong_to_are_refused(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"})
    tagger = TopTagger(model="small")
    seeds, frames = windows_of([1], [[0]], pixels_of(1))
    with pytest.raises(LogicError, match=r"top: 1 seeds in 1 events do not belong to 2 Jets in 1 events"):
        tagger.produce(objects_of([2], Jets), seeds, frames, opened(tagger, tmp_path, "top"))


@pytest.mark.parametrize("counts", [[], [0, 0], [3]])
def test_blocks_without_windows_have_scores_of_nan(tmp_path: Path, counts: list[int]) -> None:
    write_small_bundle(tmp_path / "small", {"top": "probability"})
    tagger = OnnxTagger(model="small")
    seeds, frames = windows_of(counts, [[] for _ in counts], np.empty((0, 2, 8, 8), np.float32))
    made = tagger.produce(NOBODY, seeds, frames, opened(tagger, tmp_path))
    assert np.isnan(made.flat("score")).tolist() == [True] * sum(counts)
    assert len(made) == len(counts)


@pytest.mark.parametrize("tagger", [TopTagger, QGTagger, TauTagger, ElectronTagger, EGTagger])
def test_every_tagger_reads_its_objects_seeds_and_frames(tagger: type[EDProducer]) -> None:
    schema = schema_of(tagger)
    (objects,) = set(schema.consumes) - {"seeds", "frames"}
    assert objects in {"jets", "photons"}
    assert (schema.consumes["seeds"].product_class, schema.consumes["frames"].product_class) == (Seeds, Windows)
    assert "_" in str(schema.parameters["model"].default)
