"""Ensembles say what is computed from their members in numpy, in one graph."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError
from taggers.bundle import Bundle, write_bundle
from taggers.card import Card, ModelInput, ModelOutput
from taggers.onnx_backend import OnnxSession
from taggers.onnx_graph import GraphBuilder
from taggers.operations import MinMax, Scale
from taggers.transform_graph import with_transform
from taggers.transforms import GRAPH_PREFIX, Transform

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

from taggers.training.ensembles import (  # noqa: E402 (needs torch)
    Linear,
    Mean,
    ensemble,
    features,
    fit_boosted_classes,
    fit_boosted_targets,
    fit_linear,
    fit_network,
    member_outputs,
)
from taggers.training.exporting import OPSET  # noqa: E402
from taggers.training.losses import loss  # noqa: E402

CHANNELS = ("ECAL", "HCAL")
TRANSFORM = Transform({"ECAL": (Scale(0.5),), "HCAL": (MinMax(), Scale(2))}, "a test", "graph")
MASS = (ModelOutput("mass", "GeV", "mass"), ModelOutput("mass_sigma", "GeV", "its uncertainty"))
TOP = (ModelOutput("top", "1", "probability of top"),)


def member(
    folder: Path, number: int, outputs: tuple[ModelOutput, ...] = MASS, transform: Transform | None = None, **card: Any
) -> Bundle:
    """Says sigmoid(a mean pixel + b row) with numbers of its own for every output."""
    opset = card.pop("opset", OPSET)
    builder, rng = GraphBuilder(opset=opset), np.random.default_rng(number)
    flat = builder.op("Flatten", "frames", axis=1)
    row = builder.op("Mul", builder.op("Cast", "row", to=1), builder.constant(np.float32(1 / 280)))
    for output in outputs:
        weights = builder.constant(rng.normal(0, 0.5, 2 * 3 * 4).astype(np.float32))
        total = builder.op("Add", builder.op("MatMul", flat, weights), row)
        builder.op("Sigmoid", total, output=output.name)
    kinds, value = onnx.TensorProto, onnx.helper.make_tensor_value_info
    inputs = [value("frames", kinds.FLOAT, ["N", 2, 3, 4]), value("row", kinds.INT64, ["N"])]
    said = [value(output.name, kinds.FLOAT, ["N"]) for output in outputs]
    graph = onnx.helper.make_graph(builder.nodes, "member", inputs, said, builder.tensors)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)], ir_version=8)
    content = model.SerializeToString()
    if transform is not None:
        content = with_transform(content, transform, CHANNELS)
    wanted = ModelInput(CHANNELS, (3, 4), "GeV", transform, ("row",))
    return write_bundle(
        folder / f"member{number}",
        replace(Card(f"member{number}", "1", "a test", wanted, outputs, opset, "pytest", "none"), **card),
        content,
    )


def objects(n: int) -> tuple[NDArray[np.float32], dict[str, NDArray[np.int64]]]:
    rng = np.random.default_rng(7)
    return rng.random((n, 2, 3, 4), np.float32), {"row": rng.integers(0, 280, n)}


def said_by(folder: Path, members: list[Bundle], combiner: Any, n: int) -> Mapping[str, NDArray[np.float32]]:
    card, model = ensemble(members, combiner, name="together", made_by="pytest")
    bundle = write_bundle(folder / "together", card, model)
    session = OnnxSession.open(bundle, threads=1, max_batch=64)
    frames, row = np.empty((0, 2, 3, 4), np.float32), np.empty(0, np.int64)
    assert {part.shape for part in session.session.run(None, {"frames": frames, "row": row})} == {(0,)}
    return session.run(*objects(n))


def test_a_mean_has_the_uncertainty_of_the_mixture_and_names_its_members(tmp_path: Path) -> None:
    members = [member(tmp_path, number) for number in range(3)]
    each = member_outputs(members, *objects(9))
    assert each["mass"].shape == (9, 3)
    said = said_by(tmp_path, members, Mean(), 9)
    np.testing.assert_allclose(said["mass"], each["mass"].mean(1), rtol=1e-5)
    second = (each["mass_sigma"] ** 2 + each["mass"] ** 2).mean(1)
    np.testing.assert_allclose(said["mass_sigma"], np.sqrt(second - each["mass"].mean(1) ** 2), rtol=1e-4)
    training = Bundle.load(tmp_path / "together").card.training
    assert isinstance(training, dict)
    assert Bundle.load(tmp_path / "together").card.reference
    assert training["members"][2] == {"name": "member2", "sha256": members[2].sha256, "training": "none"}


def test_a_transform_in_front_of_all_members_is_kept_once(tmp_path: Path) -> None:
    members = [member(tmp_path, number, TOP, TRANSFORM) for number in range(2)]
    _, model = ensemble(members, Mean(), name="together", made_by="pytest")
    written = [name for node in onnx.load_from_string(model).graph.node for name in node.output]
    alone = [name for node in onnx.load_from_string(members[0].model).graph.node for name in node.output]
    of_transform = [name for name in alone if name.startswith(GRAPH_PREFIX)]
    assert [name for name in written if GRAPH_PREFIX in name] == of_transform
    said = said_by(tmp_path, members, Mean(), 5)
    np.testing.assert_allclose(said["top"], member_outputs(members, *objects(5))["top"].mean(1), rtol=1e-5)


def test_fitted_weights_are_the_best_of_all_that_are_not_negative(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(100, 20, 400)
    errors = rng.normal(0, [[5], [8], [6], [40]], (4, 400)).T
    errors[:, 2] += errors[:, 0] * 1.2  # tells nothing that the first does not
    said = {"mass": (truth[:, np.newaxis] + errors).astype(np.float32)}
    weights = np.array(fit_linear(said, {"mass": truth}).weights["mass"])
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    least = np.mean((said["mass"] @ weights - truth) ** 2)
    for other in rng.dirichlet(np.ones(4) / 2, 3000):
        assert np.mean((said["mass"] @ other - truth) ** 2) >= least - 1e-9
    members = [member(tmp_path, number) for number in range(4)]
    each = member_outputs(members, *objects(9))
    found = said_by(tmp_path, members, Linear({"mass": tuple(weights)}), 9)
    np.testing.assert_allclose(found["mass"], each["mass"] @ weights, rtol=1e-5)


def test_weights_of_classes_may_be_the_same_for_all() -> None:
    rng = np.random.default_rng(2)
    truth = {name: (rng.random(50) < 0.5).astype(float) for name in ("a", "b")}
    said = {name: rng.random((50, 3), np.float32) for name in truth}
    assert len(set(fit_linear(said, truth, together=True).weights.values())) == 1
    assert len(set(fit_linear(said, truth).weights.values())) == 2


def truth_of(members: list[Bundle]) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.int64]]:
    """What members say, and classes that depend on it."""
    said = dict(member_outputs(members, *objects(600)))
    total = features(said).sum(1)
    return said, (total > np.median(total)).astype(np.int64)


def test_a_network_on_top_learns_and_says_the_same_in_the_graph(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
    members = [member(tmp_path, number, TOP) for number in range(2)]
    said, labels = truth_of(members)
    stacked = fit_network(said, labels, loss("bce"), ("qcd", "top"), hidden=(8,), epochs=12, learning_rate=0.02)
    found = said_by(tmp_path, members, stacked, 600)["top"]
    assert np.mean((found > 0.5) == labels) > 0.95
    twin = onnxruntime.InferenceSession(stacked.model, providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(found, twin.run(None, {"said": features(said)})[0], atol=1e-6)
    with pytest.raises(ConfigurationError, match="was fitted to 2 numbers; 1 members say 1"):
        ensemble(members[:1], stacked, name="x", made_by="pytest")


def test_a_network_on_top_may_say_targets_with_uncertainties(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
    members = [member(tmp_path, number) for number in range(2)]
    said, _ = truth_of(members)
    mass = 100 + 50 * features(said)[:, :2].mean(1)
    stacked = fit_network(said, mass, loss("gaussian_nll"), ("mass",), hidden=(), epochs=20, learning_rate=0.02)
    found = said_by(tmp_path, members, stacked, 600)
    assert list(found) == ["mass", "mass_sigma"]
    assert np.abs(found["mass"] - mass).mean() < 0.2 * mass.std()
    assert found["mass_sigma"].min() > 0


def test_boosted_classes_are_those_of_scikit_learn(tmp_path: Path) -> None:
    sklearn = pytest.importorskip("sklearn.ensemble", reason="scikit-learn is in the extra `train`")
    members = [member(tmp_path, number, TOP) for number in range(2)]
    said, labels = truth_of(members)
    found = said_by(tmp_path, members, fit_boosted_classes(said, labels, ("top",), n_estimators=20), 600)["top"]
    twin = sklearn.GradientBoostingClassifier(init="zero", random_state=0, n_estimators=20).fit(features(said), labels)
    np.testing.assert_allclose(found, twin.predict_proba(features(said))[:, 1], atol=1e-6)


def test_boosted_targets_and_many_classes_are_those_of_scikit_learn(tmp_path: Path) -> None:
    sklearn = pytest.importorskip("sklearn.ensemble", reason="scikit-learn is in the extra `train`")
    outputs = tuple(ModelOutput(name, "1", name) for name in ("a", "b", "c"))
    members = [member(tmp_path, number, outputs) for number in range(2)]
    said, _ = truth_of(members)
    x = features(said)
    mass = 100 + 50 * x[:, 0] * x[:, 3]
    found = said_by(tmp_path, members, fit_boosted_targets(said, {"a": mass, "c": 2 * mass}, n_estimators=15), 600)
    twin = sklearn.GradientBoostingRegressor(init="zero", random_state=0, n_estimators=15)
    expected = mass.mean() + mass.std() * twin.fit(x, (mass - mass.mean()) / mass.std()).predict(x)
    np.testing.assert_allclose(found["a"], expected, rtol=1e-5)
    np.testing.assert_allclose(found["c"], 2 * expected, rtol=1e-5)
    labels = np.digitize(x[:, 0] + x[:, 2], np.quantile(x[:, 0] + x[:, 2], [0.3, 0.7]))
    found = said_by(tmp_path, members, fit_boosted_classes(said, labels, ("a", "b", "c"), n_estimators=5), 600)
    classes = sklearn.GradientBoostingClassifier(init="zero", random_state=0, n_estimators=5).fit(x, labels)
    np.testing.assert_allclose(np.stack([*found.values()], axis=1), classes.predict_proba(x), atol=1e-6)


def test_members_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    first = member(tmp_path, 0)
    with pytest.raises(ConfigurationError, match="members do not read the same: transform of 'member1'"):
        ensemble([first, member(tmp_path, 1, MASS, TRANSFORM)], Mean(), name="x", made_by="pytest")
    with pytest.raises(ConfigurationError, match=r"members do not say the same: 'member2' .* says top"):
        ensemble([first, member(tmp_path, 2, TOP)], Mean(), name="x", made_by="pytest")
    with pytest.raises(ConfigurationError, match=r"different ONNX operator sets \(member0: 18, member3: 17\)"):
        ensemble([first, member(tmp_path, 3, opset=17)], Mean(), name="x", made_by="pytest")
    with pytest.raises(ConfigurationError, match="2 members say 'mass'; there are weights for mass"):
        ensemble([first, first], Linear({"mass": (1.0,)}), name="x", made_by="pytest")
    with pytest.raises(ConfigurationError, match="at least one member"):
        ensemble([], Mean(), name="x", made_by="pytest")


def test_samples_that_teach_nothing_are_refused() -> None:
    said = {"top": np.ones((20, 2), np.float32)}
    with pytest.raises(LogicError, match="output 'top' is"):
        fit_linear(said, {"top": np.ones(3)})
    with pytest.raises(LogicError, match="20 objects and 3 truths"):
        fit_network(said, np.ones(3), loss("bce"), ("qcd", "top"))
    with pytest.raises(LogicError, match=r"20 labels with the values \[1\]"):
        fit_boosted_classes(said, np.ones(20, np.int64), ("top",))
    with pytest.raises(LogicError, match="of two classes name the signal only"):
        fit_boosted_classes(said, np.ones(20), ("qcd", "top"))
    with pytest.raises(LogicError, match="or is always the same"):
        fit_boosted_targets(said, {"mass": np.ones(20)})
    with pytest.raises(LogicError, match=r"should all be \(objects, members\)"):
        features({"a": np.ones((2, 2), np.float32), "b": np.ones((3, 2), np.float32)})
