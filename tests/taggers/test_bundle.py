"""Bundles: what is wrong with one is said before anything runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper
import pytest
import yaml
from onnx import TensorProto, helper

from e2efw.errors import ConfigurationError
from taggers.bundle import CARD_FILE, MODEL_FILE, PACKAGED, Bundle, ModelOutput, packaged_models, write_bundle
from taggers.calorimetric_baseline import CARD, NAME
from taggers.checking import checked
from taggers.onnx_backend import OnnxSession
from taggers.onnx_header import opset_of
from taggers.reference import N_WINDOWS, reference_windows
from tests.taggers.support import serialised, small_card


def rewrite(folder: Path, **changes: Any) -> None:
    """Change keys of the card; None removes one."""
    path = folder / CARD_FILE
    card = {**yaml.safe_load(path.read_text(encoding="utf-8")), **changes}
    path.write_text(yaml.safe_dump({key: value for key, value in card.items() if value is not None}), encoding="utf-8")


def test_what_is_written_is_read_back(bundle_folder: Path, baseline: Bundle) -> None:
    bundle = Bundle.load(bundle_folder)
    assert bundle.card == CARD
    assert bundle.output_names == ("mass", "pt")
    assert (bundle.model, bundle.sha256) == (baseline.model, baseline.sha256)


def test_provenance_and_metrics_survive(tmp_path: Path, baseline: Bundle) -> None:
    card = replace(CARD, training={"data": "toy jets", "epochs": 3}, metrics={"mae_GeV": 12.5})
    assert write_bundle(tmp_path, card, baseline.model).card == card


def test_packaged_models_are_found_by_name() -> None:
    trained = {f"{task}_resnet15" for task in ("top", "ttbar", "qg", "tau", "electron", "eg", "diphoton", "ditau")}
    assert set(packaged_models()) == {NAME, "anomaly_autoencoder", *trained}


@pytest.mark.parametrize("name", packaged_models())
def test_packaged_models_are_small_and_say_what_their_cards_say(name: str) -> None:
    bundle = Bundle.load(PACKAGED / name)
    assert bundle.card.name == name
    assert len(bundle.model) <= 3_000_000
    session = OnnxSession.open(bundle, threads=1, max_batch=16)
    assert {finding.result for finding in checked(session)} <= {"ok", "skipped"}
    for values in session.run(*reference_windows(bundle.card.input)).values():
        assert np.unique(values).size == N_WINDOWS  # so that answers in cards say something
        assert np.ptp(values) > 0.05 * np.abs(values).max()
    assert ("pt" in bundle.card.trained_on) == (name != NAME)


@pytest.mark.parametrize("name", [MODEL_FILE, CARD_FILE])
def test_missing_file_is_named_with_those_there(bundle_folder: Path, name: str) -> None:
    (bundle_folder / name).rename(bundle_folder / f"old_{name}")
    with pytest.raises(ConfigurationError, match=rf"no file '{name}'. Did you mean 'old_{name}'\? There:"):
        Bundle.load(bundle_folder)


def test_folder_that_does_not_exist_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"no file 'model.onnx'\. There: none\. A bundle is a folder with both"
    ):
        Bundle.load(tmp_path / "nowhere")


def test_changed_model_is_refused(bundle_folder: Path, baseline: Bundle) -> None:
    (bundle_folder / MODEL_FILE).write_bytes(baseline.model + b" ")
    with pytest.raises(
        ConfigurationError, match=r"not the model its card speaks of: .* Make the bundle again: e2efw model"
    ):
        Bundle.load(bundle_folder)


def test_card_that_is_no_yaml_is_refused(bundle_folder: Path) -> None:
    (bundle_folder / CARD_FILE).write_text("name: [", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"model.yaml is no YAML"):
        Bundle.load(bundle_folder)


def test_card_cannot_make_python_objects(bundle_folder: Path) -> None:
    (bundle_folder / CARD_FILE).write_text("name: !!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"model.yaml is no YAML: could not determine a constructor"):
        Bundle.load(bundle_folder)


def test_misspelt_key_is_named_with_the_nearest(bundle_folder: Path) -> None:
    rewrite(bundle_folder, output=[], outputs=None)
    with pytest.raises(ConfigurationError, match=r"no key 'output'. Did you mean 'outputs'\?"):
        Bundle.load(bundle_folder)


@pytest.mark.parametrize("key", ["name", "input", "outputs", "training", "sha256"])
def test_missing_key_is_named(bundle_folder: Path, key: str) -> None:
    rewrite(bundle_folder, **{key: None})
    with pytest.raises(ConfigurationError, match=rf"key '{key}' is missing. Needed: name, version"):
        Bundle.load(bundle_folder)


INPUT = {"channels": ["ECAL", "HCAL"], "window": [125, 125], "unit": "GeV", "transform": "none", "extra": ["row"]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 1}, "'version' should be text, is an integer"),
        ({"outputs": "mass"}, "'outputs' should be a list, is text"),
        ({"outputs": []}, "at least one channel and one output"),
        ({"outputs": ["mass"]}, "output 0: should be a mapping with name, unit, meaning, is text"),
        ({"outputs": [{"name": "mass", "units": "GeV"}]}, r"output 0: no key 'units'. Did you mean 'unit'\?"),
        (
            {"outputs": [{"name": "mass_sigma", "unit": "GeV", "meaning": "", "density": "norml"}]},
            r"output 0: no density 'norml'\. Did you mean 'normal'\?",
        ),
        ({"calibration": {"pair_sigma": 1.0}}, r"no factor 'pair_sigma'\. Did you mean 'pair_mass_sigma'\?"),
        ({"calibration": {"pair_mass_sigma": -1}}, "'pair_mass_sigma' should be a number above 0, is -1"),
        ({"input": {**INPUT, "channels": ["ECAL", "ECAL"]}}, "should be different names"),
        ({"input": {**INPUT, "window": [125]}}, r"window \[125\] should be \[rows, columns\]"),
        (
            {"input": {**INPUT, "transform": "log"}},
            "transform 'log' is not known. Write none, or a mapping with applied_by",
        ),
        ({"input": {**INPUT, "extra": ["rows"]}}, r"no extra input 'rows'. Did you mean 'row'\?"),
    ],
)
def test_wrong_value_is_named(bundle_folder: Path, changes: dict[str, Any], message: str) -> None:
    rewrite(bundle_folder, **changes)
    with pytest.raises(ConfigurationError, match=message):
        Bundle.load(bundle_folder)


def test_card_with_another_operator_set_than_the_graph_is_refused(tmp_path: Path, baseline: Bundle) -> None:
    with pytest.raises(ConfigurationError, match=r"model.onnx uses ONNX operator set 17, the card says opset 18"):
        write_bundle(tmp_path, replace(CARD, opset=18), baseline.model)


def test_operator_set_that_is_too_new_is_refused_with_what_to_do(tmp_path: Path) -> None:
    frames, said = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 2, 8, 8]) for name in ("frames", "a"))
    graph = helper.make_graph([helper.make_node("Relu", ["frames"], ["a"])], "new", [frames], [said])
    bundle = write_bundle(tmp_path, small_card({"a": ""}, opset=99), serialised(graph, 99))
    with pytest.raises(
        ConfigurationError,
        match=r"operator set 99, which is newer than ONNX Runtime .* knows\. Export it with opset 18",
    ):
        OnnxSession.open(bundle, threads=1, max_batch=1)


@pytest.mark.parametrize("model", [b"", b"no network at all", b"\xff" * 12, b"\x42", b"\x42\x05\x10", b"\x0b"])
def test_bytes_that_are_no_graph_have_no_operator_set(model: bytes) -> None:
    assert opset_of(model) == 0


def test_operator_set_is_read_without_a_library(baseline: Bundle) -> None:
    assert opset_of(baseline.model) == onnx.load_from_string(baseline.model).opset_import[0].version == 17


@pytest.mark.parametrize("place", ["../outside.bin", "/etc/passwd", "weights.bin"])
def test_weights_anywhere_outside_the_graph_are_refused(tmp_path: Path, baseline: Bundle, place: str) -> None:
    """However the entry is written: its key may come before its value or after it."""
    model = onnx.load_from_string(baseline.model)
    tensor = model.graph.initializer.add(name="outside", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    content = model.SerializeToString()
    key, value = b"\x0a\x08location", b"\x12" + bytes([len(place)]) + place.encode()
    assert key + value in content
    for written in (content, content.replace(key + value, value + key)):
        with pytest.raises(
            ConfigurationError, match="keeps weights in another file, which the checksum would not cover"
        ):
            write_bundle(tmp_path, CARD, written)


def test_keys_that_may_be_missing_must_be_right_all_the_same(bundle_folder: Path) -> None:
    rewrite(bundle_folder, activation_bytes="many")
    with pytest.raises(ConfigurationError, match="'activation_bytes' should be an integer, is text"):
        Bundle.load(bundle_folder)
    rewrite(bundle_folder, activation_bytes=None, refference={})
    with pytest.raises(ConfigurationError, match=r"no key 'refference'. Did you mean 'reference'\?"):
        Bundle.load(bundle_folder)


def test_weights_in_another_file_are_refused(tmp_path: Path, baseline: Bundle) -> None:
    model = onnx.load_from_string(baseline.model)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros(2000, np.float32), "big"))
    onnx.save_model(model, tmp_path / "outside.onnx", save_as_external_data=True, location="weights.bin")
    with pytest.raises(ConfigurationError, match=r"keeps weights in another file.*save_as_external_data=False"):
        write_bundle(tmp_path / "bundle", CARD, (tmp_path / "outside.onnx").read_bytes())
    assert not (tmp_path / "bundle").exists()


def test_outputs_keep_the_order_of_the_card(tmp_path: Path, baseline: Bundle) -> None:
    outputs = (ModelOutput("pt", "GeV", "first"), ModelOutput("mass", "GeV", "second"))
    assert write_bundle(tmp_path, replace(CARD, outputs=outputs), baseline.model).output_names == ("pt", "mass")


def test_transform_of_a_card_is_checked_against_its_channels(bundle_folder: Path) -> None:
    transform = {"applied_by": "backend", "source": "a test", "channels": {"ECAL": [{"scale": 0.1}]}}
    rewrite(bundle_folder, input={**INPUT, "transform": transform})
    with pytest.raises(ConfigurationError, match=r"model.yaml: input: transform: channel 'HCAL' is missing"):
        Bundle.load(bundle_folder)
    transform["channels"] = {"ECAL": [{"scale": 0.1}], "HCAL": []}
    rewrite(bundle_folder, input={**INPUT, "transform": transform})
    found = Bundle.load(bundle_folder).card.input.transform
    assert found is not None
    assert [str(step) for step in found.of("ECAL")] == ["scale factor 0.1"]
