"""What Lightning does with a batch: network, loss, and what is measured along the way."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError, MissingDependencyError
from taggers.training.building import layers_of, make_loss, make_network, names_of
from taggers.training.decorrelation import CramerVonMises
from taggers.training.exporting import asked
from taggers.training.losses import SaidName
from taggers.training.networks.module import Network, Window, nn, torch
from taggers.training.optimisation import optimiser, schedule
from taggers.training.recipe import POSITION_COLUMNS, Recipe
from taggers.training.samples import Sample
from taggers.training.sharing import take_over_buffers
from taggers.training.summaries import Answers, estimate_of
from taggers.training.weighting import Weighting

try:
    import torchmetrics
    from lightning.pytorch import LightningModule
except ImportError as error:
    raise MissingDependencyError("training needs lightning and torchmetrics: pip install 'e2efw[train]'") from error

_LOOK_EVERY: Final = 50
"""Steps between two looks at whether the loss is still a number, for which a GPU has to wait."""

Batch = Mapping[str, torch.Tensor]


class MeanLoss(torchmetrics.Metric):  # type: ignore[misc]  # torchmetrics is optional, so its classes have no types here
    """Mean over the objects of all batches in all processes; NaN if one is.

    `torchmetrics.MeanMetric` either drops NaN, or (`nan_strategy="disable"`) counts a small last batch like a full one.
    """

    full_state_update = False
    total: torch.Tensor
    number: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        for name in ("total", "number"):
            self.add_state(name, default=torch.tensor(0.0), dist_reduce_fx="sum")

    def update(self, mean: torch.Tensor, objects: int) -> None:
        """A batch: the mean of its objects, and how many they are."""
        self.total = self.total + mean.float() * objects
        self.number = self.number + objects

    def compute(self) -> torch.Tensor:
        """NaN if there were no objects."""
        return self.total / self.number


class MeanDistance(torchmetrics.Metric):  # type: ignore[misc]  # as above
    """Mean distance between estimates and truth over the objects that have a truth, by target."""

    full_state_update = False
    total: torch.Tensor
    number: torch.Tensor

    def __init__(self, targets: int) -> None:
        super().__init__()
        for name in ("total", "number"):
            self.add_state(name, default=torch.zeros(targets), dist_reduce_fx="sum")

    def update(self, said: torch.Tensor, truth: torch.Tensor) -> None:
        """A batch, (objects, targets) each; NaN for no truth."""
        self.total = self.total + (said - truth).abs().nansum(dim=0)
        self.number = self.number + truth.isfinite().sum(dim=0)

    def compute(self) -> torch.Tensor:
        """(targets,); NaN for those without any truth."""
        return self.total / self.number


class Learner(LightningModule):  # type: ignore[misc]  # lightning is optional, so its classes have no types here
    """A network that learns.

    Args:
        recipe: what is trained how.
        window: rows and columns of the pictures.
        train: the sample that targets are standardised and objects weighted with.
        n_batches: of an epoch, in all processes.

    Raises:
        ConfigurationError: names or options in the recipe do not exist or do not go together.
    """

    def __init__(self, recipe: Recipe, window: Window, train: Sample, n_batches: int) -> None:
        super().__init__()
        self.recipe = recipe
        self.n_batches = n_batches
        self.loss = make_loss(recipe)
        self.network = make_network(recipe, window, self.loss, layers_of(train.source.source))
        self.weighting = Weighting(recipe, train)
        self.head = self.loss.head()
        if recipe.targets:
            truth = train.truth(recipe)
            mean, std = np.nanmean(truth, axis=0), np.nanstd(truth, axis=0)
            self.head = self.loss.head(mean.tolist(), std.tolist())
            self.register_buffer("target_mean", torch.tensor(mean, dtype=torch.float32))
            self.register_buffer("target_std", torch.tensor(std, dtype=torch.float32))
        wanted = recipe.decorrelation
        self.penalty = CramerVonMises(wanted.strength, wanted.bins) if wanted else None
        self.training_loss = MeanLoss()
        self.validation_loss = MeanLoss()
        self.metric = _metric(recipe)
        self.plateau: Any = None
        self._restored: Any = None

    @property
    def said(self) -> list[SaidName]:
        """What the head says, in order."""
        return self.loss.said_names(names_of(self.recipe))

    @property
    def in_a_bundle(self) -> tuple[Network, nn.Module | None]:
        """Network and head as a bundle has them."""
        return self.network, self.head

    def says(self, batch: Batch) -> torch.Tensor:
        """(objects, said) in the units of the outputs."""
        return self.head(self(batch).float())

    def forward(self, batch: Batch) -> torch.Tensor:
        """(objects, outputs) raw numbers of the network."""
        pictures = batch["pictures"].contiguous(memory_format=torch.channels_last)
        seeds = [batch[name] for name in POSITION_COLUMNS] if self.recipe.reads_seeds else []
        return asked(self.network, pictures, *seeds)

    def on_train_epoch_start(self) -> None:
        """What is random in an epoch, such as dropout, does not depend on how the training came to it."""
        words = np.random.SeedSequence([self.recipe.seed, self.current_epoch, self.global_rank])
        torch.manual_seed(int(words.generate_state(1)[0]))

    def training_step(self, batch: Batch, number: int) -> torch.Tensor:
        """The loss of a batch."""
        _, found = self._said_and_loss(batch)
        if number % _LOOK_EVERY == 0 and not torch.isfinite(found):
            raise self._lost(f"batch {number}")
        self.training_loss.update(found.detach(), len(batch["pictures"]))
        return found

    def on_validation_epoch_start(self) -> None:
        """All processes look at the network that is kept."""
        if self.trainer.world_size > 1:
            take_over_buffers(self.network)

    def validation_step(self, batch: Batch, number: int) -> None:
        """Look at a batch without learning from it."""
        del number  # Lightning wants it to be there
        raw, found = self._said_and_loss(batch)
        self.validation_loss.update(found, len(batch["pictures"]))
        said = self.head(raw.float())
        if self.recipe.label:
            truth = batch[self.recipe.label.column].long()
            self.metric.update(said[:, -1] if len(self.recipe.label.classes) == 2 else said, truth)
        else:
            self.metric.update(self.middle(said), self._in_units(batch))

    def on_validation_epoch_end(self) -> None:
        """Tell what was found."""
        watched = self.validation_loss.compute()
        if not torch.isfinite(watched):
            raise self._lost("validation")
        self.log("validation_loss", watched, sync_dist=True)
        found = self.metric.compute()
        for name, value in zip(_measured(self.recipe), found.reshape(-1), strict=True):
            self.log(name, value, sync_dist=True)
        self.validation_loss.reset()
        self.metric.reset()

    def on_train_epoch_end(self) -> None:
        """The mean loss, as it was while learning."""
        found = self.learned()
        self.log("training_loss", found, sync_dist=True)
        self.training_loss.reset()
        if self.plateau is not None:  # here, for Lightning would do it after the checkpoint
            self.plateau.step(self.trainer.callback_metrics.get("validation_loss", found))

    def learned(self) -> torch.Tensor:
        """Mean training loss of the epoch.

        Raises:
            LogicError: it is no finite number.
        """
        found = self.training_loss.compute()
        if not torch.isfinite(found):
            raise self._lost("its end")
        return found

    def configure_optimizers(self) -> Any:
        """What Lightning asks for."""
        recipe = self.recipe
        made = optimiser(recipe.optimiser.name, recipe.optimiser.options, self.network.parameters())
        steps = self.n_batches // self.trainer.world_size
        planned = schedule(recipe.schedule.name, recipe.schedule.options, made, recipe.epochs, steps)
        if recipe.schedule.name != "plateau":
            return {"optimizer": made, "lr_scheduler": {"scheduler": planned, "interval": "step"}}
        self.plateau = planned
        if self._restored:
            planned.load_state_dict(self._restored)
        return made

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what Lightning does not know."""
        if self.plateau is not None:
            checkpoint["plateau"] = self.plateau.state_dict()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Comes before the optimisers are made."""
        self._restored = checkpoint.get("plateau")

    def middle(self, said: torch.Tensor) -> torch.Tensor:
        """(objects, targets) the estimates among what the head says: without uncertainties, of quantiles the middle."""
        names = [one.name for one in self.said]
        return said[:, [names.index(estimate_of(target.name, names)) for target in self.recipe.targets]]

    def _said_and_loss(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Raw numbers, and the mean loss with the penalty."""
        raw, weights = self(batch), self.weighting(batch)
        if self.recipe.label:
            truth = batch[self.recipe.label.column].long()
        else:
            truth = (self._in_units(batch) - self.target_mean) / self.target_std
        found = self.loss(raw, truth, weights).mean()
        if self.penalty is not None and self.recipe.decorrelation is not None:
            score = raw[:, 0] if raw.shape[1] == 1 else raw[:, 1] - raw[:, 0]
            found = found + self.penalty(score, batch[self.recipe.decorrelation.column].float(), truth, weights)
        return raw, found

    def _in_units(self, batch: Batch) -> torch.Tensor:
        """(objects, targets) truth in the units of the targets; NaN for objects that are not there for a target."""
        truth = []
        for target in self.recipe.targets:
            values = batch[target.column].float()
            for name, (low, high) in target.where.items():
                column = batch[name]
                meant = column >= (-torch.inf if low is None else low)
                meant &= column < (torch.inf if high is None else high)
                values = torch.where(meant, values, torch.nan)
            truth.append(values)
        return torch.stack(truth, dim=1)

    def _lost(self, when: str) -> LogicError:
        return LogicError(
            f"train: the loss is no finite number any more (epoch {self.current_epoch}, {when}). "
            "Take a smaller optimiser.rate, set clip_gradient=1, or look at the transform of the pixels."
        )


def _measured(recipe: Recipe) -> list[str]:
    """Names of what `_metric` measures."""
    if recipe.targets:
        return [f"validation_mae_{target.name}" for target in recipe.targets]
    return ["validation_auc" if recipe.label else "validation_error"]


def _metric(recipe: Recipe) -> nn.Module:
    if recipe.targets:
        return MeanDistance(len(recipe.targets))
    if recipe.label is None:
        return torchmetrics.MeanMetric()
    n = len(recipe.label.classes)
    return torchmetrics.AUROC(task="binary") if n == 2 else torchmetrics.AUROC(task="multiclass", num_classes=n)


def answers(learner: Learner, loader: Any, truth: NDArray[Any], device: Any) -> Answers:
    """Run a model over a sample.

    Args:
        learner: with the weights to judge.
        loader: batches in the order of the sample.
        truth: see `Answers`.
        device: of torch.
    """
    learner.to(device).eval()
    said = []
    with torch.inference_mode():
        for batch in loader:
            found = learner.says({name: column.to(device) for name, column in batch.items()})
            said.append(found.double().cpu().numpy())
    return Answers(np.concatenate(said), tuple(one.name for one in learner.said), truth)
