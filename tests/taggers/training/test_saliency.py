"""Where a network looks: sums that must come out, and a picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2efw.cli.main import main
from e2efw.errors import LogicError
from taggers.training.recipe import Recipe
from taggers.training.run_folder import RunFolder
from taggers.training.samples import open_samples

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("captum", reason="captum is in the extra `train`")

from taggers.training.networks.module import nn  # noqa: E402 (needs torch)
from taggers.training.saliency import draw_saliency, integrated_gradients, saliency  # noqa: E402 (needs torch)

CHANNELS = ("ECAL", "HCAL")


class Squares(nn.Module):  # type: ignore[misc]
    """Knows the second channel by its squares, the first not at all, and one extra number."""

    def forward(self, pictures: Any, extra: Any = None) -> Any:
        found = (pictures[:, 1] ** 2).sum(dim=(1, 2))
        return torch.stack([found, found * 3 + (0 if extra is None else extra * found)], dim=1)


def pictures(n: int = 6) -> Any:
    return torch.rand(n, 2, 5, 4, generator=torch.Generator().manual_seed(1))


def test_attributions_add_up_to_what_the_picture_changes_and_are_where_it_does() -> None:
    found = integrated_gradients(Squares(), pictures(), output=1, steps=16)
    assert torch.allclose(found[:, 1], 3 * pictures()[:, 1] ** 2, atol=1e-5)
    assert not found[:, 0].any()


def test_further_inputs_are_given_as_they_are() -> None:
    found = integrated_gradients(Squares(), pictures(), torch.full((6,), 2.0), output=1)
    assert torch.allclose(found[:, 1], 5 * pictures()[:, 1] ** 2, atol=1e-5)


def batches() -> list[dict[str, Any]]:
    return [
        {"pictures": pictures(4), "label": torch.tensor([0, 1, 1, 0])},
        {"pictures": -2 * pictures(2), "label": torch.tensor([1, 1])},
    ]


def test_classes_have_the_mean_size_of_their_objects() -> None:
    network = Squares().train()
    found = saliency(network, batches(), CHANNELS)
    everything = np.concatenate([pictures(4).numpy(), 2 * pictures(2).numpy()])[:, 1].astype(float) ** 2
    assert found.n == {"background": 2, "signal": 4}
    np.testing.assert_allclose(found.maps["background"][1], everything[[0, 3]].mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(found.maps["signal"][1], everything[[1, 2, 4, 5]].mean(axis=0), rtol=1e-4)
    assert found.shares("signal").tolist() == [0.0, 1.0]
    assert network.training
    together = saliency(network, batches(), CHANNELS, label="", classes=("jets",))
    np.testing.assert_allclose(together.maps["jets"][1], everything.mean(axis=0), rtol=1e-4)


def test_the_picture_has_a_row_per_class_and_is_whole(tmp_path: Path) -> None:
    found = saliency(Squares(), batches(), CHANNELS)
    draw_saliency(found, tmp_path / "where.png")
    assert (tmp_path / "where.png").stat().st_size > 5000
    only = saliency(Squares(), batches()[1:], CHANNELS)
    assert set(only.maps) == {"signal"}
    draw_saliency(only._replace(maps={"signal": 0 * only.maps["signal"]}), tmp_path / "nothing.pdf")
    assert len(list(tmp_path.iterdir())) == 2


RECIPE = """
task: mass of jets
channels: [ECAL, HCAL]
transform: {ECAL: [{scale: 0.1}], HCAL: [{scale: 0.1}]}
data: {train: [FILE], validation: 0.2, test: 0.3, truth: tau}
network: {name: resnet_pooled, depth: 7, layout: single}
position: true
targets: [{name: mass, column: mass, unit: GeV}]
loss: gaussian_nll
"""


@pytest.fixture
def training(taus: Path, tmp_path: Path) -> Path:
    """Folder of a training whose network has not learned anything yet."""
    pytest.importorskip("lightning", reason="lightning is in the extra `train`")
    pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
    from taggers.training.learner import Learner  # noqa: PLC0415 (needs lightning)

    path = tmp_path / "mass.yaml"
    path.write_text(RECIPE.replace("FILE", str(taus)))
    recipe = Recipe.read(str(path), ())
    samples = open_samples(recipe)
    folder = RunFolder.new(tmp_path / "training")
    folder.write_recipe(recipe)
    torch.manual_seed(1)
    learner = Learner(recipe, samples.train.source.window, samples.train, 1)
    for state in (folder.best, folder.last):
        torch.save({"state_dict": learner.state_dict()}, state)
    return folder.path


def test_the_command_draws_where_the_network_of_a_training_looks(
    training: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["saliency", str(training), "--rows", "8", "--steps", "3", "--of", "mass_sigma"])
    assert "all objects: ECAL" in capsys.readouterr().out
    assert (training / "pictures" / "saliency.png").stat().st_size > 5000
    with pytest.raises(SystemExit, match=r"^8009$"):
        main(["saliency", str(training), "--of", "mas"])
    assert "the network says no 'mas'. Did you mean 'mass'" in capsys.readouterr().err


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(LogicError, match="3 names for pictures of 2 channels"):
        saliency(Squares(), batches(), ("a", "b", "c"))
    with pytest.raises(LogicError, match="labels 0 to 1 of 1 classes"):
        saliency(Squares(), batches(), CHANNELS, classes=("signal",))
    with pytest.raises(LogicError, match="no objects to look at"):
        saliency(Squares(), [], CHANNELS)
