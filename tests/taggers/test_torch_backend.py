"""Networks on torch say what they say on ONNX Runtime. The extra `train` has torch; without it these do not run."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2efw.errors import ConfigurationError
from taggers.backends import open_model
from taggers.bundle import Bundle, write_bundle
from tests.taggers.support import small_card, small_graph

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")


class Small(torch.nn.Module):  # type: ignore[misc,name-defined]  # torch is optional
    """The twin of `small_graph` with one output."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = torch.nn.Parameter(torch.tensor([0.1, 0.2]))

    def forward(self, frames: Any) -> Any:
        return torch.sigmoid(frames.mean((2, 3)) @ self.weights)


def exported(network: Any, *shape: int) -> bytes:
    batch = torch.export.Dim("N")
    program = torch.export.export(network.eval(), (torch.zeros(2, *shape),), dynamic_shapes=({0: batch},))
    made = io.BytesIO()
    torch.export.save(program, made)
    return made.getvalue()


@pytest.fixture(scope="module")
def archive() -> bytes:
    return exported(Small(), 2, 8, 8)


def test_torch_says_what_onnx_runtime_says(tmp_path: Path, archive: bytes) -> None:
    bundle = write_bundle(tmp_path, small_card({"top": ""}), small_graph(["top"]), archive)
    ours, theirs = (
        open_model(bundle, "top", backend=backend, accelerators=("cpu",), threads=1, max_batch=3)
        for backend in ("torch", "cpu")
    )
    assert ours.provider == f"torch {torch.__version__} cpu"
    pixels = np.random.default_rng(1).random((7, 2, 8, 8)).astype(np.float32)
    for n in (0, 1, 7):
        np.testing.assert_allclose(ours.run(pixels[:n], {})["top"], theirs.run(pixels[:n], {})["top"], rtol=1e-5)


def opened(bundle: Bundle) -> None:
    open_model(bundle, "top", backend="torch", accelerators=("cpu",), threads=1)


def test_a_network_with_other_channels_or_outputs_is_refused(tmp_path: Path, archive: bytes) -> None:
    wide = small_card({"top": ""}, channels=("ECAL", "HCAL", "TracksPt"))
    with pytest.raises(ConfigurationError, match=r"model\.pt2: the network does not read what its card says, frames"):
        opened(write_bundle(tmp_path, wide, small_graph(["top"], channels=3), archive))
    two = small_card({"top": "", "other": ""})
    with pytest.raises(ConfigurationError, match=r"says \[\(2,\)\] of 2 windows; by its card it says top, other"):
        opened(write_bundle(tmp_path, two, small_graph(["top", "other"]), archive))


def test_example_inputs_that_could_run_code_are_refused(tmp_path: Path, archive: bytes) -> None:
    unsafe, made = io.BytesIO(), io.BytesIO()
    torch.save({"call": print}, unsafe)
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, unsafe.getvalue() if "sample_inputs" in name else old.read(name))
    bundle = write_bundle(tmp_path, small_card({"top": ""}), small_graph(["top"]), made.getvalue())
    with pytest.raises(ConfigurationError, match="its example inputs are more than tensors"):
        opened(bundle)


def test_an_archive_that_torch_cannot_load_is_refused(tmp_path: Path, archive: bytes) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"{}" if name.endswith("models/model.json") else old.read(name))
    bundle = write_bundle(tmp_path, small_card({"top": ""}), small_graph(["top"]), made.getvalue())
    with pytest.raises(ConfigurationError, match=r"model\.pt2: torch .* cannot load it"):
        opened(bundle)
