"""The choice of what runs a network, and how large its batches are."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from e2efw.config.accelerators import UnavailableAcceleratorError
from e2efw.errors import ConfigurationError
from taggers import onnx_backend
from taggers.backends import MOST_WINDOWS, USUAL_BATCH, Backend, OpenModel, batch_for, open_model
from taggers.bundle import Bundle
from taggers.onnx_backend import OnnxSession
from tests.taggers.support import small_card, write_small_bundle

GPU = ("gpu-nvidia", "cpu")
WITH_CUDA = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
here = onnx_backend.providers_here()


@pytest.fixture
def small(tmp_path: Path) -> Bundle:
    return write_small_bundle(tmp_path / "small", {"top": "probability"})


def opened(bundle: Bundle, backend: Backend, accelerators: tuple[str, ...] = ("cpu",), max_batch: int = 4) -> OpenModel:
    return open_model(bundle, "top", backend=backend, accelerators=accelerators, threads=1, max_batch=max_batch)


@pytest.mark.parametrize("backend", ["auto", "cpu"])
def test_without_a_gpu_networks_run_on_the_cpu(small: Bundle, backend: Backend) -> None:
    assert opened(small, backend).provider == "CPUExecutionProvider"


@pytest.mark.skipif("CUDAExecutionProvider" in here, reason="this ONNX Runtime has CUDA")
@pytest.mark.parametrize("backend", ["cuda", "tensorrt"])
def test_a_provider_that_is_not_installed_is_an_error_with_those_that_are(small: Bundle, backend: Backend) -> None:
    with pytest.raises(
        UnavailableAcceleratorError, match=rf"top: backend '{backend}' is not in .* It has: cpu\."
    ) as error:
        opened(small, backend, GPU)
    assert error.value.exit_code == 8035


@pytest.mark.skipif("CUDAExecutionProvider" in here, reason="this ONNX Runtime has CUDA")
def test_auto_says_so_when_the_gpu_is_of_no_use(small: Bundle, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert opened(small, "auto", GPU).provider == "CPUExecutionProvider"
    assert "top: there is a GPU, but this ONNX Runtime has no CUDA; the network runs on the CPU" in caplog.text


@pytest.mark.skipif("CUDAExecutionProvider" in here, reason="this ONNX Runtime has CUDA")
def test_a_job_that_must_not_use_the_cpu_does_not_fall_back(small: Bundle) -> None:
    with pytest.raises(UnavailableAcceleratorError, match=r"leaves gpu-nvidia, which this ONNX Runtime cannot use"):
        opened(small, "auto", ("gpu-nvidia",))


@pytest.mark.skipif("CUDAExecutionProvider" in here, reason="a GPU may be usable")
def test_a_provider_that_does_not_start_is_an_error_or_a_warning(
    small: Bundle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As with ONNX Runtime for GPUs beside a driver that is too old: it lists CUDA and takes the CPU."""
    monkeypatch.setattr(onnx_backend, "providers_here", lambda: WITH_CUDA)
    monkeypatch.setitem(onnx_backend._CHOICES, "cuda", onnx_backend._CHOICES["cpu"])
    with pytest.raises(UnavailableAcceleratorError, match=r"has CUDAExecutionProvider but cannot use it on this host"):
        opened(small, "cuda", GPU)
    with caplog.at_level(logging.WARNING):
        assert opened(small, "auto", GPU).provider == "CPUExecutionProvider"
    assert "The network runs on the CPU" in caplog.text


@pytest.mark.parametrize(("backend", "allowed"), [("cuda", ("cpu",)), ("cpu", ("gpu-nvidia",))])
def test_what_the_job_may_not_use_is_an_error(
    small: Bundle, monkeypatch: pytest.MonkeyPatch, backend: Backend, allowed: tuple[str, ...]
) -> None:
    monkeypatch.setattr(onnx_backend, "providers_here", lambda: WITH_CUDA)
    with pytest.raises(UnavailableAcceleratorError, match=rf"backend '{backend}' runs on .* may use: {allowed[0]}"):
        opened(small, backend, allowed)


def test_torch_needs_a_file_of_its_own(small: Bundle) -> None:
    with pytest.raises(ConfigurationError, match=r"backend 'torch' needs model\.pt2, which model bundle .* does not"):
        opened(small, "torch")


def test_binding_gives_the_same_answers(small: Bundle) -> None:
    """On a GPU inputs and outputs are bound; the same way works on the CPU."""
    plain = OnnxSession.open(small, threads=1, max_batch=3)
    pixels = np.random.default_rng(1).random((7, 2, 8, 8)).astype(np.float32)
    bound = replace(plain, bound=True)
    for n in (0, 1, 7):
        np.testing.assert_array_equal(bound.run(pixels[:n], {})["top"], plain.run(pixels[:n], {})["top"])


@pytest.mark.parametrize(
    ("activation_bytes", "wanted", "cpu", "gpu"),
    [
        (0, 0, USUAL_BATCH, USUAL_BATCH),
        (0, 5, 5, 5),
        (10**6, 5, 5, 5),
        (2**20, 0, 16, 128),
        (2**24, 0, 1, 16),
        (2**40, 0, 1, 1),
        (1, 0, MOST_WINDOWS, MOST_WINDOWS),
    ],
)
def test_batches_are_as_large_as_memory_allows(activation_bytes: int, wanted: int, cpu: int, gpu: int) -> None:
    card = small_card({"top": ""}, activation_bytes=activation_bytes)
    assert (batch_for(card, wanted), batch_for(card, wanted, gpu=True)) == (cpu, gpu)
