"""Where the network of a training looks: from its folder to attributions."""

from collections.abc import Sequence
from pathlib import Path

from e2efw.errors import ConfigurationError, LogicError, nearest
from taggers.calibration import evenly_spread
from taggers.training.exporting import asked
from taggers.training.feeding import batches
from taggers.training.networks.module import Network, nn, torch
from taggers.training.recipe import POSITION_COLUMNS, Recipe
from taggers.training.redrawing import learner_of
from taggers.training.run_folder import RECIPE, RunFolder
from taggers.training.saliency import Saliency, saliency
from taggers.training.samples import open_samples
from taggers.training.trainer import prepared

_BATCH = 32


def look_at_training(
    path: Path, settings: Sequence[str] = (), *, rows: int = 500, output: str = "", steps: int = 32
) -> Saliency:
    """Attributions of the best epoch's network for jets that it did not learn from, before its head.

    Args:
        path: folder of a training.
        settings: overrule its recipe, such as ``data.train=[...]`` for files that have moved.
        rows: to look at, spread over the test sample, or over the validation sample if there is no other.
        output: name of what it says; "" for the last.
        steps: points of the integral.

    Raises:
        FileOpenError, FileReadError: a file is missing or damaged.
        ConfigurationError: the network says nothing of this name.
        LogicError: there is no test and no validation sample.
        MissingDependencyError: captum is not installed.
    """
    folder = RunFolder.of_a_training(path)
    recipe = Recipe.read(str(path / RECIPE), settings)
    samples = open_samples(recipe)
    sample = samples.test if len(samples.test) else samples.validation
    if not len(sample):
        raise LogicError(f"saliency: {path} has no test and no validation sample to look at.")
    learner = learner_of(recipe, sample.source.window, samples.train, 1)
    learner.load_state_dict(torch.load(folder.best, map_location="cpu", weights_only=True)["state_dict"])
    network = learner.in_a_bundle[0] if recipe.redraw else learner.network
    names = [one.name for one in learner.said]
    if output and output not in names:
        raise ConfigurationError(f"saliency: the network says no '{output}'. {nearest(output, names)}")
    some = sample.some(evenly_spread(len(sample), rows))
    loader = batches(prepared(recipe, some), _BATCH, seed=None, epoch=0, rank=0, processes=1, workers=0)
    return saliency(
        _OfColumns(network) if recipe.reads_seeds else network,
        loader,
        recipe.channel_names,
        label=recipe.label.column if recipe.label else "",
        classes=recipe.label.classes if recipe.label else ("all objects",),
        extras=POSITION_COLUMNS if recipe.reads_seeds else (),
        output=names.index(output or names[-1]),
        steps=steps,
    )


class _OfColumns(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """A network that reads row and column of the seed as files have them."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: torch.Tensor, row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
        return asked(self.network, pictures, row, column)
