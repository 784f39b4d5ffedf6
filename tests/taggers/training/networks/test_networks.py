"""Networks by name: sizes, gradients, errors."""

from typing import Any

import pytest

from e2efw.errors import ConfigurationError

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

from taggers.training.networks import NETWORKS, describe, network  # noqa: E402 (needs torch)
from taggers.training.networks.autoencoder import ReconstructionError  # noqa: E402

PAPERS: list[tuple[str, int, tuple[int, int], int, dict[str, Any], int]] = [
    ("resnet", 8, (125, 125), 2, {}, 94226),
    ("resnet", 8, (375, 375), 2, {"granularity": 3}, 144402),
    ("resnet", 3, (125, 125), 2, {}, 90306),
    ("resnet_pooled", 2, (125, 125), 1, {"layout": "concat", "position": 2, "unused_shortcuts": True}, 89443),
    ("resnet_pooled", 5, (125, 125), 1, {"layout": "concat", "position": 2, "unused_shortcuts": True}, 91795),
    ("resnet_pooled", 13, (125, 125), 1, {"layout": "concat", "position": 2, "unused_shortcuts": True}, 98067),
    ("resnet_pooled", 2, (125, 125), 1, {"layout": "concat", "position": 2}, 89443 - 3 * 272 - 3 * 1056),
    ("lenet5", 1, (28, 28), 10, {}, 61706),
    ("alexnet", 3, (224, 224), 1000, {}, 61100840),
    ("vgg", 3, (224, 224), 1000, {"depth": 16}, 138357544),
    ("inception", 3, (224, 224), 1000, {"width": 1.0, "normalise": False}, 6998552),
    ("xception", 3, (299, 299), 1000, {}, 22855952),
    ("efficientnet", 3, (224, 224), 1000, {}, 5288548),
    ("efficientnet", 3, (224, 224), 1000, {"size": "b3"}, 12233232),
    ("efficientnet", 3, (224, 224), 1000, {"size": "b5"}, 30389784),
    ("vit", 3, (224, 224), 1000, {"patch": 16, "dim": 192, "depth": 12, "heads": 3}, 5717416),
    ("vit", 3, (224, 224), 1000, {"patch": 16, "dim": 768, "depth": 12, "heads": 12}, 86567656),
]


@pytest.mark.parametrize(("name", "channels", "window", "outputs", "options", "parameters"), PAPERS)
def test_networks_have_as_many_parameters_as_published(
    name: str, channels: int, window: tuple[int, int], outputs: int, options: dict[str, Any], parameters: int
) -> None:
    assert describe(name, channels, window, outputs, **options).parameters == parameters


SMALL: list[tuple[str, tuple[int, int], dict[str, Any]]] = [
    ("fully_connected", (9, 8), {}),
    ("cnn", (12, 10), {}),
    ("lenet5", (20, 17), {}),
    ("alexnet", (63, 64), {"hidden": 16}),
    ("vgg", (32, 33), {"depth": 11, "hidden": 16}),
    ("resnet", (33, 40), {}),
    ("resnet", (99, 99), {"granularity": 3, "hidden": 8}),
    ("resnet_pooled", (33, 40), {}),
    ("resnet_pooled", (20, 21), {"layout": "concat", "position": 2}),
    ("resnet_pooled", (20, 21), {"position": 2, "pooling": "both", "hidden": 8, "squares": True}),
    ("inception", (33, 40), {"width": 0.125}),
    ("inception", (33, 40), {"width": 0.125, "normalise": False}),
    ("xception", (33, 40), {"width": 0.05, "middle": 1}),
    ("efficientnet", (33, 40), {"stochastic_depth": 0.0}),
    ("vit", (13, 12), {"dim": 12, "depth": 2}),
]


@pytest.mark.parametrize(("name", "window", "options"), SMALL)
def test_every_output_is_finite_and_every_weight_has_a_slope(
    name: str, window: tuple[int, int], options: dict[str, Any]
) -> None:
    torch.manual_seed(1)
    made = network(name, 3, window, 2, **options)
    inputs = {"frames": torch.randn(4, 3, *window), "position": torch.rand(4, 2)}
    found = made(*(inputs[wanted] for wanted in made.inputs))
    assert found.shape == (4, 2)
    found.square().sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in made.parameters())


def test_edges_are_channels_of_their_own() -> None:
    made = network("cnn", 2, (12, 12), 1, edges=("sobel", "laplacian"))
    frames = torch.zeros(1, 2, 12, 12)
    frames[0, 1, 5, 5] = 1.0
    seen = made.edges(frames)
    assert seen.shape == (1, 6, 12, 12)
    assert seen[0, 5, 4:7, 4:7].tolist() == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    assert seen[0, 3, 5, 4:7].tolist() == [2, 0, 2]
    assert not seen[0, [2, 4]].any()
    assert made(frames).shape == (1, 1)


@pytest.mark.parametrize("window", [(12, 10), (13, 7), (8, 8)])
def test_an_autoencoder_draws_pictures_of_the_same_size_from_its_code(window: tuple[int, int]) -> None:
    torch.manual_seed(1)
    made = network("autoencoder", 2, window, 5, widths=(4, 8))
    frames = torch.rand(3, 2, *window)
    assert made.encode(frames).shape == (3, 5)
    found = made(frames)
    assert found.shape == frames.shape
    found.square().sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in made.parameters())
    expected = (found - frames).square().sum((1, 2, 3)) / (2 * window[0] * window[1])
    torch.testing.assert_close(ReconstructionError(made)(frames)[:, 0], expected)


def test_stochastic_depth_passes_blocks_by_in_training_only() -> None:
    torch.manual_seed(1)
    made = network("efficientnet", 1, (8, 8), 1, dropout=0.0, stochastic_depth=0.9)
    frames = torch.rand(4, 1, 8, 8)
    assert not torch.equal(made(frames), made(frames))
    made.eval()
    assert torch.equal(made(frames), made(frames))


def test_a_wrong_name_option_or_window_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"no network 'lenet'\. Did you mean 'lenet5'"):
        network("lenet", 1, (28, 28), 1)
    with pytest.raises(ConfigurationError, match=r"no option 'dept'\. Did you mean 'depth'"):
        network("vgg", 1, (32, 32), 1, dept=11)
    with pytest.raises(ConfigurationError, match="a window of 16 x 16 is too small"):
        network("vgg", 1, (16, 16), 1)
    with pytest.raises(ConfigurationError, match="depth 14 is not 3"):
        network("resnet", 1, (32, 32), 1, depth=14)
    with pytest.raises(ConfigurationError, match=r"no edges of kind 'sobell'\. Did you mean 'sobel'"):
        network("cnn", 1, (32, 32), 1, edges=("sobell",))
    with pytest.raises(ConfigurationError, match=r"no size 'B0'\. Did you mean 'b0'"):
        network("efficientnet", 1, (32, 32), 1, size="B0")
    with pytest.raises(ConfigurationError, match="dim a multiple of heads"):
        network("vit", 1, (32, 32), 1, dim=10, heads=4)
    with pytest.raises(ConfigurationError, match="width 0 should be above 0"):
        network("inception", 1, (32, 32), 1, width=0)
    with pytest.raises(ConfigurationError, match="middle -1 not below it"):
        network("xception", 1, (32, 32), 1, middle=-1)
    with pytest.raises(ConfigurationError, match="must be at least 1"):
        network("cnn", 1, (32, 32), 0)


def test_public_names() -> None:
    pictures = ["alexnet", "autoencoder", "cnn", "efficientnet", "fully_connected", "inception", "lenet5", "resnet"]
    graphs = {"dgcnn", "gat", "graphsage"}
    assert sorted(set(NETWORKS) - graphs) == [*pictures, "resnet_pooled", "vgg", "vit", "xception"]
    assert graphs < set(NETWORKS)
