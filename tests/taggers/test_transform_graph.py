"""A transform in front of a network gives the numbers that numpy gives."""

from dataclasses import replace
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper

from e2efw.errors import ConfigurationError
from taggers.bundle import Bundle, Card, ModelInput, ModelOutput, write_bundle
from taggers.onnx_backend import OnnxSession
from taggers.operations import Clip, MinMax, Operation, Root, Scale, SetAbove, Standardise, ZeroOutside, ZeroSuppress
from taggers.published_transforms import PUBLISHED_TRANSFORMS
from taggers.transform_graph import with_transform, without_transform
from taggers.transforms import Transform

EVERYTHING = Transform(
    {
        "TracksPt": (Scale(0.3), ZeroSuppress(0.75), Scale(3)),
        "TracksD0": (ZeroOutside(-2, 0.25), Standardise(-0.1, 0.7)),
        "ECAL": (Standardise(0.1, 2), Clip(-0.5, 0.5), MinMax()),
        "HCAL": (SetAbove(1, 7),),
        "BPIX1": (),
    },
    "a test",
)


def network(n_channels: int, size: int = 16, opset: int = 17, *, name: str = "frames", branch: bool = False) -> bytes:
    """A network that says what it was given; with `branch`, from inside a subgraph."""
    shape = ["N", n_channels, size, size]
    nodes = [helper.make_node("Identity", [name], ["seen"])]
    if branch:
        given = helper.make_tensor_value_info("inner", TensorProto.FLOAT, shape)
        body = helper.make_graph([helper.make_node("Identity", [name], ["inner"])], "body", [], [given])
        yes = helper.make_tensor("yes", TensorProto.BOOL, [], [True])
        nodes = [
            helper.make_node("Constant", [], ["true"], value=yes),
            helper.make_node("If", ["true"], ["seen"], then_branch=body, else_branch=body),
        ]
    graph = helper.make_graph(
        nodes,
        "mirror",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("seen", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8 if opset < 18 else 10)
    content: bytes = model.SerializeToString()
    return content


def run(model: bytes, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    seen: NDArray[np.float32] = onnxruntime.InferenceSession(model).run(["seen"], {"frames": pixels})[0]
    return seen


def raw(rng: np.random.Generator, n_channels: int) -> NDArray[np.float32]:
    """Mostly empty windows with values of either sign over six decades; one window is empty."""
    shape = 6, n_channels, 16, 16
    size = 10 ** rng.uniform(-4, 2, shape) * rng.choice([-1, 1], shape)
    pixels: NDArray[np.float32] = (size * (rng.random(shape) < 0.2)).astype(np.float32)
    pixels[2] = 0
    return pixels


@pytest.mark.parametrize("branch", [False, True])
@pytest.mark.parametrize("transform", [EVERYTHING, *PUBLISHED_TRANSFORMS.values()], ids=["all", *PUBLISHED_TRANSFORMS])
def test_graph_and_numpy_agree(transform: Transform, branch: bool, rng: np.random.Generator) -> None:
    names = tuple(transform.channels)
    pixels = raw(rng, len(names))
    model = with_transform(network(len(names), branch=branch), transform, names)
    found = run(model, pixels)
    transform.apply(pixels, names)
    np.testing.assert_allclose(found, pixels, rtol=1e-6, atol=0)


NUMBERS = st.floats(0.0625, 8, width=32)
STEPS = st.one_of(
    NUMBERS.map(Scale),
    NUMBERS.map(Root),
    NUMBERS.map(ZeroSuppress),
    NUMBERS.map(lambda x: Clip(-x, 2 * x)),
    NUMBERS.map(lambda x: ZeroOutside(-2 * x, x)),
    st.builds(SetAbove, NUMBERS, NUMBERS),
    st.builds(Standardise, NUMBERS, NUMBERS),
    st.just(MinMax()),
)


@given(
    steps=st.lists(STEPS, max_size=5), pixels=hnp.arrays(np.float32, (2, 1, 4, 4), elements=st.floats(-9, 9, width=32))
)
@settings(deadline=None, max_examples=60)
def test_any_order_of_operations_agrees(steps: list[Operation], pixels: NDArray[np.float32]) -> None:
    transform = Transform({"ECAL": tuple(steps)}, "a test")
    found = run(with_transform(network(1, size=4), transform, ("ECAL",)), pixels)
    transform.apply(pixels, ("ECAL",))
    np.testing.assert_allclose(found, pixels, rtol=1e-6, atol=0)


@pytest.mark.parametrize("opset", [13, 15, 18, 21])
def test_other_operator_sets_do_too(opset: int, rng: np.random.Generator) -> None:
    pixels = raw(rng, 5)
    names = tuple(EVERYTHING.channels)
    found = run(with_transform(network(5, opset=opset), EVERYTHING, names), pixels)
    EVERYTHING.apply(pixels, names)
    np.testing.assert_allclose(found, pixels, rtol=1e-6)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (network(5, name="pixels"), "The network has no input 'frames'. It has: pixels"),
        (network(4), "The network reads 4 channels, the transform is asked for 5"),
        (
            network(5, opset=22),
            "has ONNX operator set 22; a transform goes in front of 13 to 21. Export it with opset 21 or older",
        ),
        (with_transform(network(5), EVERYTHING, tuple(EVERYTHING.channels)), "has a transform in front already"),
    ],
    ids=["input", "channels", "opset", "twice"],
)
def test_networks_that_do_not_fit_are_refused(model: bytes, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        with_transform(model, EVERYTHING, tuple(EVERYTHING.channels))


def card(transform: Transform | None) -> Card:
    names = tuple(EVERYTHING.channels)
    wanted = ModelInput(names, (16, 16), "GeV", transform)
    return Card("mirror", "1", "says what it sees", wanted, (ModelOutput("seen", "", "all"),), 17, "pytest", "none")


def said(folder: Path, model: bytes, transform: Transform | None, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    bundle = write_bundle(folder, card(transform), model)
    assert Bundle.load(folder).card.input.transform == transform
    return OnnxSession.open(bundle, threads=1, max_batch=4).run(pixels, {})["seen"]


def test_backend_and_graph_do_it_once_and_leave_the_frames_alone(tmp_path: Path, rng: np.random.Generator) -> None:
    pixels = raw(rng, 5)
    before = pixels.copy()
    inside = with_transform(network(5), EVERYTHING, tuple(EVERYTHING.channels))
    by_backend = said(tmp_path / "backend", network(5), EVERYTHING, pixels)
    by_graph = said(tmp_path / "graph", inside, replace(EVERYTHING, applied_by="graph"), pixels)
    untouched = said(tmp_path / "none", network(5), None, pixels)
    np.testing.assert_array_equal(pixels, before)
    np.testing.assert_array_equal(untouched, before)
    expected = pixels.copy()
    EVERYTHING.apply(expected, tuple(EVERYTHING.channels))
    np.testing.assert_array_equal(by_backend, expected)
    np.testing.assert_allclose(by_graph, expected, rtol=1e-6)


def test_a_transform_is_not_applied_twice(tmp_path: Path) -> None:
    inside = with_transform(network(5), EVERYTHING, tuple(EVERYTHING.channels))
    with pytest.raises(ConfigurationError, match=r"would be applied twice: .* Write applied_by: graph"):
        write_bundle(tmp_path, card(EVERYTHING), inside)


def test_unknown_pixels_stay_unknown_in_the_graph_too(rng: np.random.Generator) -> None:
    names = ("TracksPt", "TracksD0", "HCAL")
    pixels = raw(rng, 3)
    pixels[:, :, 5, 5] = np.nan
    found = run(with_transform(network(3), EVERYTHING, names), pixels)
    EVERYTHING.apply(pixels, names)
    np.testing.assert_allclose(found, pixels, rtol=1e-6)
    assert np.isnan(found[:, :, 5, 5]).all()


@pytest.mark.parametrize("branch", [False, True])
def test_a_transform_is_taken_out_again(branch: bool) -> None:
    plain = network(5, branch=branch)
    inside = with_transform(plain, EVERYTHING, tuple(EVERYTHING.channels))
    assert without_transform(inside) == onnx.load_from_string(plain).SerializeToString(deterministic=True)
    with pytest.raises(ConfigurationError, match=r"The network has no transform in front\."):
        without_transform(plain)


def test_the_same_bytes_every_time() -> None:
    names = tuple(EVERYTHING.channels)
    assert with_transform(network(5), EVERYTHING, names) == with_transform(network(5), EVERYTHING, names)
    onnx.checker.check_model(onnx.load_from_string(with_transform(network(5), EVERYTHING, names)), full_check=True)
