"""`e2efw model check` and `bench`, and what a card keeps of its network."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from typer.testing import CliRunner

from taggers.activations import activation_bytes
from taggers.bundle import Bundle, write_bundle
from taggers.checking import Finding, checked
from taggers.commands import model
from taggers.onnx_backend import OnnxSession
from taggers.reference import N_WINDOWS, finished, reference_windows
from taggers.speed import speeds
from tests.taggers.support import halving_graph, serialised, small_card, small_graph, write_small_bundle


def session(bundle: Bundle) -> OnnxSession:
    return OnnxSession.open(bundle, threads=1, max_batch=4)


def found(bundle: Bundle) -> dict[str, Finding]:
    return {finding.check.partition(",")[0]: finding for finding in checked(session(bundle))}


def test_a_finished_card_has_answers_that_the_network_gives_again(tmp_path: Path) -> None:
    graph = small_graph(["top"])
    card = finished(small_card({"top": "probability"}), graph)
    assert np.shape(card.reference["top"]) == (N_WINDOWS,)
    bundle = write_bundle(tmp_path, card, graph)
    assert bundle.card == card
    findings = found(bundle)
    assert findings["answers in the card"] == (
        "answers in the card",
        "ok",
        "largest difference 0.0e+00 of the largest answer",
    )
    assert {finding.result for finding in findings.values()} == {"ok"}
    assert "packaged sample" in findings


def test_answers_that_changed_are_found(tmp_path: Path) -> None:
    graph = small_graph(["top"])
    card = finished(small_card({"top": "probability"}), graph)
    other = replace(card, reference={"top": [one + 0.01 for one in card.reference["top"]]})
    finding = found(write_bundle(tmp_path, other, graph))["answers in the card"]
    assert finding.result == "failed"
    wrong = found(write_bundle(tmp_path, replace(card, reference={"topp": [0.5]}), graph))["answers in the card"]
    assert wrong == ("answers in the card", "failed", "the card has others: topp")


def test_a_network_whose_answer_depends_on_the_batch_fails(tmp_path: Path) -> None:
    """A mean over the batch, which a network in training mode has."""
    frames = helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["N", 2, 8, 8])
    said = helper.make_tensor_value_info("top", TensorProto.FLOAT, ["N"])
    nodes = [
        helper.make_node("ReduceMean", ["frames", "all"], ["mean"], keepdims=0),
        helper.make_node("ReduceMean", ["frames", "inner"], ["means"], keepdims=0),
        helper.make_node("Sub", ["means", "mean"], ["top"]),
    ]
    tensors = [
        helper.make_tensor("all", TensorProto.INT64, [4], [0, 1, 2, 3]),
        helper.make_tensor("inner", TensorProto.INT64, [3], [1, 2, 3]),
    ]
    graph = serialised(helper.make_graph(nodes, "batch", [frames], [said], tensors))
    findings = found(write_bundle(tmp_path, small_card({"top": ""}), graph))
    assert findings["windows of zeros"].result == "ok"
    assert findings["reference windows"][1:] == ("failed", "'top' depends on the batch: 1 windows or 7 at once")


def test_a_network_that_says_nan_fails(tmp_path: Path) -> None:
    frames = helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["N", 2, 8, 8])
    said = helper.make_tensor_value_info("top", TensorProto.FLOAT, ["N", 2, 1, 1])
    nodes = [
        helper.make_node("GlobalAveragePool", ["frames"], ["means"]),
        helper.make_node("Div", ["means", "means"], ["top"]),
    ]
    graph = serialised(helper.make_graph(nodes, "nan", [frames], [said]))
    findings = found(write_bundle(tmp_path, small_card({"top": ""}), graph))
    assert findings["windows of zeros"][1:] == ("failed", "'top' is NaN or infinite for window 0")


def test_a_channel_that_no_layer_has_skips_the_sample(tmp_path: Path) -> None:
    bundle = write_small_bundle(tmp_path, {"top": ""}, channels=("ECAL", "Ecall"))
    finding = found(bundle)["packaged sample"]
    assert finding.result == "skipped"
    assert "Ecall" in finding.detail


@pytest.mark.parametrize(("window", "channels"), [((32, 32), ("ECAL",)), ((280, 360), ("ECAL", "HCAL"))])
def test_photons_and_whole_events_are_looked_at_too(
    tmp_path: Path, window: tuple[int, int], channels: tuple[str, ...]
) -> None:
    finding = found(write_small_bundle(tmp_path, {"top": ""}, channels=channels, window=window))["packaged sample"]
    assert finding.result == "ok"


def test_reference_windows_are_the_same_everywhere() -> None:
    """Numbers computed once; another machine must find them too."""
    pixels, extra = reference_windows(small_card({"top": ""}, window=(125, 125)).input)
    assert pixels.shape == (N_WINDOWS, 2, 125, 125)
    assert np.count_nonzero(pixels) == 6505
    held = [5.32627819, 10.42278512, 19.7201156, 42.93259628, 82.93166006, 150.28164316, 312.93763931]
    assert pixels.sum(axis=(1, 2, 3), dtype=float) == pytest.approx(held, rel=1e-6)
    assert pixels.max() == pytest.approx(6.9998446)
    assert np.count_nonzero(pixels[6] > 1) == 100  # few are large
    assert pixels[..., 40:85, 40:85].sum() > 0.6 * pixels.sum()  # most is in the middle
    assert extra["row"].tolist() == [106, 117, 128, 139, 150, 161, 172]
    fewer, _ = reference_windows(small_card({"top": ""}, window=(125, 125)).input, 3)
    np.testing.assert_array_equal(fewer, pixels[:3])
    more, _ = reference_windows(small_card({"top": ""}, window=(125, 125)).input, N_WINDOWS + 1)
    assert more[N_WINDOWS].max() <= 0.125  # begins anew


def test_memory_of_a_network_is_that_of_its_widest_place() -> None:
    """One input and one output of the same size: both are alive at the only node."""
    assert activation_bytes(halving_graph(2, (8, 8))) == 2 * (2 * 8 * 8 * 4)


def test_outputs_that_are_pictures_are_not_kept_in_cards(tmp_path: Path) -> None:
    card = finished(small_card({"again": ""}), halving_graph(2, (8, 8)))
    assert card.reference == {}
    assert card.activation_bytes == 1024


def test_speeds_of_every_batch_are_measured(tmp_path: Path) -> None:
    timed = speeds(session(write_small_bundle(tmp_path, {"top": ""})), (1, 8), seconds=0)
    assert [speed.batch for speed in timed] == [1, 8]
    for speed in timed:
        assert speed.per_second == pytest.approx(1e3 * speed.batch / speed.milliseconds)
        assert 0 < speed.fastest <= speed.milliseconds


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(model, list(arguments))
    return result.exit_code, result.output


def test_check_prints_a_table_or_json_and_fails_with_1(tmp_path: Path) -> None:
    graph = small_graph(["top"])
    card = finished(small_card({"top": "probability"}), graph)
    write_bundle(tmp_path / "good", card, graph)
    write_bundle(tmp_path / "bad", replace(card, reference={"top": [0.0] * N_WINDOWS}), graph)
    code, text = invoke("check", str(tmp_path / "good"))
    assert (code, text.splitlines()[0].split()) == (0, ["check", "result", "detail"])
    code, text = invoke("check", str(tmp_path / "bad"), "--json")
    assert code == 1
    assert [one["result"] for one in json.loads(text)["checks"]] == ["ok", "ok", "failed", "ok"]


def test_bench_and_show_speak_json(tmp_path: Path) -> None:
    write_small_bundle(tmp_path, {"top": "probability"})
    code, text = invoke("bench", str(tmp_path), "--json")
    assert (code, [one["batch"] for one in json.loads(text)["speeds"]]) == (0, [1, 8, 32, 128])
    code, text = invoke("show", str(tmp_path), "--json")
    assert (code, json.loads(text)["outputs"][0]["name"]) == (0, "top")


def test_a_backend_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    write_small_bundle(tmp_path, {"top": "probability"})
    result = CliRunner().invoke(model, ["check", str(tmp_path), "--backend", "tensorflow"])
    assert str(result.exception).startswith("model: no backend 'tensorflow'.")
