"""Running a network: batches, threads, and graphs that are not what their card says."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, MissingDependencyError
from taggers.bundle import Bundle, Card, ModelInput, ModelOutput, write_bundle
from taggers.calorimetric_baseline import CARD
from taggers.onnx_backend import OnnxSession

Windows = Callable[[int], NDArray[np.float32]]


@pytest.mark.parametrize("max_batch", [1, 3, 7, 10])
def test_chunks_agree_with_one_batch(baseline: Bundle, session: OnnxSession, jet_like: Windows, max_batch: int) -> None:
    pixels, extra = jet_like(10), {"row": np.linspace(62, 217, 10).astype(np.int32)}
    whole = session.run(pixels, extra)
    chunked = OnnxSession.open(baseline, threads=1, max_batch=max_batch).run(pixels, extra)
    for name in ("mass", "pt"):
        np.testing.assert_allclose(chunked[name], whole[name], rtol=1e-5)


def test_no_window_has_no_answer(session: OnnxSession) -> None:
    said = session.run(np.empty((0, 2, 125, 125), np.float32), {"row": np.empty(0, np.int32)})
    assert sorted(said) == ["mass", "pt"]
    assert all(values.shape == (0,) and values.dtype == np.float32 for values in said.values())


def test_session_takes_the_threads_it_is_given(baseline: Bundle) -> None:
    options = OnnxSession.open(baseline, threads=2, max_batch=8).session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (2, 1)


def test_streams_share_one_session(baseline: Bundle, session: OnnxSession, jet_like: Windows) -> None:
    shared = OnnxSession.open(baseline, threads=1, max_batch=2)
    batches = [jet_like(3) for _ in range(6)]
    extra = {"row": np.array([62, 140, 217])}
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda pixels: shared.run(pixels, extra)["mass"], batches))
    for pixels, mass in zip(batches, found, strict=True):
        np.testing.assert_allclose(mass, session.run(pixels, extra)["mass"], rtol=1e-5)


def test_provider_is_one_that_ran(session: OnnxSession) -> None:
    assert session.provider == session.session.get_providers()[0]


def test_channels_that_are_a_view_give_the_same_answer(session: OnnxSession, jet_like: Windows) -> None:
    pixels, extra = jet_like(4), {"row": np.full(4, 140)}
    wide = np.concatenate([np.ones((4, 3, 125, 125), np.float32), pixels], axis=1)
    np.testing.assert_array_equal(session.run(wide[:, 3:5], extra)["mass"], session.run(pixels, extra)["mass"])


MASS, PT = CARD.outputs


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (
            replace(CARD, input=replace(CARD.input, channels=("ECAL",))),
            r"input 'frames' of the graph is .*125, 125\]; by its card tensor\(float\) \['N', 1, 125, 125\]",
        ),
        (replace(CARD, input=replace(CARD.input, window=(32, 32))), r"by its card tensor\(float\) \['N', 2, 32, 32\]"),
        (
            replace(CARD, input=ModelInput(("ECAL", "HCAL"), (125, 125), "GeV")),
            "the graph reads frames, row; by its card it reads frames",
        ),
        (replace(CARD, outputs=(PT, MASS)), "the graph makes mass, pt; by its card it makes pt, mass"),
        (replace(CARD, outputs=(MASS, PT, ModelOutput("score", "", "more"))), "by its card it makes mass, pt, score"),
    ],
)
def test_card_that_does_not_fit_the_graph_is_refused(
    tmp_path: Path, baseline: Bundle, card: Card, message: str
) -> None:
    bundle = write_bundle(tmp_path, card, baseline.model)
    with pytest.raises(ConfigurationError, match=message):
        OnnxSession.open(bundle, threads=1, max_batch=8)


@pytest.mark.parametrize("model", [b"", b"no network at all"])
def test_file_that_is_no_graph_is_refused(tmp_path: Path, model: bytes) -> None:
    with pytest.raises(ConfigurationError, match="ONNX Runtime cannot load it"):
        OnnxSession.open(write_bundle(tmp_path, CARD, model), threads=1, max_batch=8)


def test_missing_onnxruntime_says_what_to_type(baseline: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'e2efw\[cpu\]'.*pip install 'e2efw\[gpu\]'"):
        OnnxSession.open(baseline, threads=1, max_batch=8)
