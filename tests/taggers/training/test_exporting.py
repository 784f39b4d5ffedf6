"""Graphs of ONNX say what torch says, for batches of any size."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2efw.errors import ConfigurationError, LogicError
from taggers.bundle import write_bundle
from taggers.card import Card, ModelInput, ModelOutput
from taggers.onnx_backend import OnnxSession
from taggers.operations import Clip, MinMax, Scale, Standardise
from taggers.transforms import Transform

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")

from taggers.training.exporting import OPSET, WholeModel, extra_inputs, seed_position, to_onnx, whole_model  # noqa: E402
from taggers.training.networks import network  # noqa: E402
from taggers.training.networks.module import Network, nn  # noqa: E402

CHANNELS = ("TracksPt", "ECAL", "HCAL")
WINDOW = (12, 10)
TRANSFORM = Transform(
    {"TracksPt": (Scale(0.1),), "ECAL": (Standardise(0.5, 2.0), Clip(-1, 2)), "HCAL": (MinMax(),)}, "a test", "graph"
)


def card(names: tuple[str, ...], transform: Transform | None, extra: tuple[str, ...]) -> Card:
    wanted = ModelInput(CHANNELS, WINDOW, "GeV", transform, extra)
    outputs = tuple(ModelOutput(name, "", "a test") for name in names)
    return Card("exported", "1", "a test", wanted, outputs, OPSET, "pytest", "none")


def raw(n: int, rng: np.random.Generator) -> Any:
    return (rng.exponential(5, (n, 3, *WINDOW)) * (rng.random((n, 3, *WINDOW)) < 0.3)).astype(np.float32)


def test_a_bundle_reads_raw_pixels_and_the_seed(tmp_path: Path, rng: np.random.Generator) -> None:
    torch.manual_seed(2)
    made = network("resnet_pooled", 3, WINDOW, 2, depth=7, layout="concat", position=2)
    head = torch.nn.Softmax(dim=1)
    assert extra_inputs(made) == ("row", "column")
    model = whole_model(made, ("qcd", "top"), channels=CHANNELS, window=WINDOW, transform=TRANSFORM, head=head)
    bundle = write_bundle(tmp_path, card(("qcd", "top"), TRANSFORM, extra_inputs(made)), model)
    session = OnnxSession.open(bundle, threads=1, max_batch=4)
    pixels = raw(9, rng)
    row, column = np.arange(9) * 30, np.arange(9) * 40
    said = session.run(pixels, {"row": row, "column": column})
    TRANSFORM.apply(pixels, CHANNELS)
    with torch.no_grad():
        position = seed_position(torch.from_numpy(row), torch.from_numpy(column))
        expected = head(made.eval()(torch.from_numpy(pixels), position)).numpy()
    np.testing.assert_allclose(np.stack([said["qcd"], said["top"]], axis=1), expected, atol=1e-5)
    assert position[3].tolist() == pytest.approx([120 / 360, 90 / 280])


class MeanAndSigma(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """Two outputs in GeV."""

    def forward(self, found: Any) -> tuple[Any, Any]:
        return 100 + 50 * found[:, 0], 50 * torch.exp(found[:, 1])


def test_a_head_may_make_several_outputs(tmp_path: Path, rng: np.random.Generator) -> None:
    made = network("fully_connected", 3, WINDOW, 2, hidden=(8,))
    names = ("mass", "mass_sigma")
    model = whole_model(made, names, channels=CHANNELS, window=WINDOW, head=MeanAndSigma())
    bundle = write_bundle(tmp_path, card(names, None, ()), model)
    pixels = raw(5, rng)
    said = OnnxSession.open(bundle, threads=1, max_batch=8).run(pixels, {})
    with torch.no_grad():
        mass, sigma = MeanAndSigma()(made.eval()(torch.from_numpy(pixels)))
    np.testing.assert_allclose(said["mass"], mass.numpy(), rtol=1e-5)
    np.testing.assert_allclose(said["mass_sigma"], sigma.numpy(), rtol=1e-5)


def test_a_transform_left_to_the_backend_stays_out_of_the_graph(tmp_path: Path, rng: np.random.Generator) -> None:
    made = network("fully_connected", 3, WINDOW, 1, hidden=(8,))
    inside = whole_model(made, ("mass",), channels=CHANNELS, window=WINDOW, transform=TRANSFORM)
    outside = whole_model(made, ("mass",), channels=CHANNELS, window=WINDOW)
    by_backend = replace(TRANSFORM, applied_by="backend")
    pixels = raw(4, rng)
    by_who = {"graph": (TRANSFORM, inside), "backend": (by_backend, outside)}
    said = {}
    for who, (transform, model) in by_who.items():
        bundle = write_bundle(tmp_path / who, card(("mass",), transform, ()), model)
        said[who] = OnnxSession.open(bundle, threads=1, max_batch=8).run(pixels, {})["mass"]
    assert said["graph"].shape == (4,)
    np.testing.assert_allclose(said["graph"], said["backend"], rtol=1e-5, atol=1e-6)


def test_exporting_is_silent_and_leaves_no_trace_and_the_model_as_it_was(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    made = network("fully_connected", 3, WINDOW, 1, hidden=(8,), dropout=0.5).train()
    levels = {name: logging.getLogger(name).level for name in logging.root.manager.loggerDict if "torch" in name}
    models = [to_onnx(made, {"frames": torch.ones(n, 3, *WINDOW)}, ("score",)) for n in (1, 3)]
    assert models[0] == models[1]
    assert str(Path(__file__).parents[3]).encode() not in models[0]
    assert made.training
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert {name: logging.getLogger(name).level for name in levels} == levels


class BatchOfItsOwn(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """Says something about the whole batch."""

    def forward(self, frames: Any) -> Any:
        return frames.mean(0)


class OnPoints(Network):
    """Reads no pixels."""

    inputs = ("points", "mask")


def test_what_makes_no_bundle_is_refused() -> None:
    made = network("fully_connected", 3, WINDOW, 3, hidden=(8,))
    frames = {"frames": torch.ones(2, 3, *WINDOW)}
    with pytest.raises(LogicError, match="the network says 1 things, 2 names are given"):
        whole_model(made, ("a", "b"), channels=CHANNELS, window=WINDOW)
    with pytest.raises(LogicError, match="the batch axis, the first, must be free, no other"):
        to_onnx(BatchOfItsOwn(), frames, ("mean",))
    with pytest.raises(ConfigurationError, match="a network that reads points, mask makes no bundle"):
        WholeModel(OnPoints(), None, 1)
