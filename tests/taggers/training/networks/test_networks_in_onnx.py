"""Every network says in ONNX Runtime what it says in torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")

from taggers.training.exporting import WholeModel, whole_model  # noqa: E402 (needs torch)
from taggers.training.networks import NETWORKS, network  # noqa: E402
from taggers.training.networks.autoencoder import ReconstructionError  # noqa: E402
from taggers.training.networks.module import nn  # noqa: E402

SMALL: dict[str, tuple[tuple[int, int], dict[str, Any]]] = {
    "fully_connected": ((9, 8), {"hidden": (8,)}),
    "cnn": ((12, 10), {"widths": (4, 8), "hidden": (8,)}),
    "lenet5": ((16, 17), {}),
    "alexnet": ((63, 63), {"hidden": 16}),
    "vgg": ((32, 33), {"depth": 11, "hidden": 16}),
    "resnet": ((20, 17), {"depth": 7}),
    "resnet_pooled": ((12, 13), {"depth": 7, "layout": "concat", "position": 2}),
    "inception": ((9, 8), {"width": 0.125}),
    "xception": ((9, 8), {"width": 0.05, "middle": 1}),
    "efficientnet": ((17, 16), {}),
    "vit": ((13, 12), {"dim": 12, "depth": 2}),
    "autoencoder": ((9, 8), {"widths": (4, 8)}),
}
"""Window and options that are quick."""

PICTURES = [name for name in NETWORKS if name not in ("dgcnn", "gat", "graphsage")]


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_judged_as_in_torch_in_batches_of_any_size(name: str) -> None:
    torch.manual_seed(3)
    window, options = SMALL[name]
    made = network(name, 2, window, 2, **options)
    whole = WholeModel(ReconstructionError(made) if name == "autoencoder" else made, None, 1)
    inputs = {
        "frames": torch.rand(256, 2, *window),
        "row": torch.randint(0, 280, (256,)),
        "column": torch.randint(0, 360, (256,)),
    }
    with torch.no_grad():
        settle(whole, [inputs[wanted] for wanted in whole.inputs])
        expected = whole.eval()(*(inputs[wanted] for wanted in whole.inputs))[0].numpy()
    assert expected.std() > 0
    session = opened(whole_model(whole.network, ("said",), channels=("ECAL", "HCAL"), window=window))
    for size in (0, 1, 7, 256):
        said = session.run(None, {wanted: inputs[wanted][:size].numpy() for wanted in whole.inputs})[0]
        np.testing.assert_allclose(said, expected[:size], rtol=1e-4, atol=1e-4)


def settle(module: Any, inputs: Sequence[Any]) -> None:
    """Give normalisations the means and widths of these pictures, or deep networks would say 0 or infinity."""
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.momentum = 1.0
    module.train()(*inputs)


def opened(model: bytes) -> Any:
    """A session on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
