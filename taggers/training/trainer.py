"""A training from its recipe to its bundle; the loop is Lightning's."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from e2efw.errors import MissingDependencyError
from taggers.bundle import Bundle
from taggers.training.augmentation import Augmentation
from taggers.training.bundling import bundle_of
from taggers.training.curve_picture import draw_curves, figure_class
from taggers.training.curves import Curves, WholeCheckpoints
from taggers.training.decorrelation import flatness_of
from taggers.training.feeding import Prepared, batches
from taggers.training.judging import judge
from taggers.training.learner import Learner, answers
from taggers.training.networks.module import torch
from taggers.training.precision import emulated, settled
from taggers.training.preprocessing import transform_of
from taggers.training.recipe import Recipe
from taggers.training.redrawing import learner_of
from taggers.training.run_folder import RunFolder, data_summary
from taggers.training.samples import Sample, Samples, imbalance, open_samples
from taggers.training.sharing import refuse_too_few, share_of, told_plainly
from taggers.training.starting import start_from
from taggers.training.summaries import in_short
from taggers.training.window_files import WindowFiles

try:
    import lightning.pytorch as pl
    from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
    from lightning.pytorch.utilities import rank_zero_only
except ImportError as error:
    raise MissingDependencyError("training needs lightning and torchmetrics: pip install 'e2efw[train]'") from error

Tell = Callable[[str], None]


class Trained(NamedTuple):
    """What came out.

    Args:
        folder: of the training.
        bundle: the model.
        metrics: see `taggers.evaluation.summary`, by name of what was judged.
    """

    folder: RunFolder
    bundle: Bundle
    metrics: dict[str, Any]


def train(recipe: Recipe, path: Path, *, resume: bool = False, made_by: str = "", tell: Tell = print) -> Trained | None:
    """Train, judge and bundle a network.

    Args:
        recipe: what to do.
        path: folder to write: a new one, or that of the training to go on with.
        resume: go on after the last whole epoch in the folder.
        made_by: the command, for the card of the model.
        tell: gets what a user wants to read.

    Returns:
        What came out; None in processes other than the first.

    Raises:
        E2EFWError: anything that is wrong with recipe, files or folder; nearly all of it before the first batch.
    """
    figure_class()
    recipe = settled(recipe)
    folder = RunFolder.of_a_training(path) if resume else RunFolder(path)
    with _quiet():
        if recipe.threads:
            torch.set_num_threads(recipe.threads)
        pl.seed_everything(recipe.seed, verbose=False)
        samples = open_samples(recipe)
        feed = Feed(recipe, samples)
        learner = learner_of(recipe, feed.window, samples.train, feed.n_batches(samples.train))
        data = data_summary(recipe, samples)
        if resume:
            before = folder.refuse_other_data(data)
            if "start" in before:
                data["start"] = before["start"]
        elif recipe.start:
            data["start"] = start_from(recipe.start, recipe, learner, tell)
        curves = Curves(folder, len(samples.train), tell)
        loop = _loop(recipe, folder, curves, bool(len(samples.validation)))
        refuse_too_few(len(samples.train), recipe.batch_size, loop.world_size)
        if not rank_zero_only.rank:  # the first process makes the folder, and talks
            _begin(folder, resume, recipe, data)
            _announce(recipe, samples, tell)
        with told_plainly(loop.world_size):
            loop.fit(learner, datamodule=feed, ckpt_path=folder.last if resume else None, weights_only=True)
        if not loop.is_global_zero:
            return None
        learner.load_state_dict(torch.load(folder.best, map_location="cpu", weights_only=True)["state_dict"])
        metrics = _judged(recipe, learner, samples, folder, loop.strategy.root_device)
        draw_curves(curves.rows, folder.pictures / "loss.png", recipe.name)
        short = in_short(metrics)
        bundle = bundle_of(recipe, learner.cpu(), feed.window, folder, data=data, metrics=short, made_by=made_by)
    return Trained(folder, bundle, metrics)


def _begin(folder: RunFolder, resume: bool, recipe: Recipe, data: dict[str, Any]) -> None:
    """The folder says what is being trained."""
    if not resume:
        RunFolder.new(folder.path)
    folder.write_recipe(recipe)
    folder.write_data(data)


class Feed(pl.LightningDataModule):  # type: ignore[misc]  # lightning is optional, so its classes have no types here
    """Batches for the loop, made anew for every epoch.

    Args:
        recipe: of the training.
        samples: rows.

    Raises:
        ConfigurationError: an augmentation or transform does not exist.
    """

    def __init__(self, recipe: Recipe, samples: Samples) -> None:
        super().__init__()
        self.recipe, self.samples = recipe, samples
        source = samples.train.source.source
        granularity = source.table.granularity if isinstance(source, WindowFiles) else 1
        change = Augmentation(recipe.augmentation, recipe.channel_names, granularity) if recipe.augmentation else None
        self.training = prepared(recipe, samples.train, change)

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of the pictures."""
        return self.samples.train.source.window

    def n_batches(self, sample: Sample) -> int:
        """Batches of an epoch, in all processes."""
        return -(-len(sample) // self.recipe.batch_size)

    def train_dataloader(self) -> Any:
        """Shuffled; every process takes equally many batches, those left over are for another epoch."""
        return self._batches(self.training, self.recipe.seed, self.trainer.global_rank, self.trainer.world_size)

    def val_dataloader(self) -> Any:
        """In the order of the files; all processes together look at every row."""
        mine = share_of(self.samples.validation, self.trainer.global_rank, self.trainer.world_size)
        return self._batches(prepared(self.recipe, mine), None, 0, 1)

    def _batches(self, dataset: Prepared, seed: int | None, rank: int, processes: int) -> Any:
        return batches(
            dataset,
            self.recipe.batch_size,
            seed=seed,
            epoch=self.trainer.current_epoch,
            rank=rank,
            processes=processes,
            workers=self.recipe.workers,
            even=self.recipe.truth_columns[0] if self.recipe.truth_columns and seed is not None else None,
        )


def prepared(recipe: Recipe, sample: Sample, change: Augmentation | None = None) -> Prepared:
    """A sample as the network sees it."""
    return Prepared(sample.source, recipe.channel_names, recipe.columns, transform_of(recipe), change, recipe.seed)


def _loop(recipe: Recipe, folder: RunFolder, curves: Curves, watched: bool) -> Any:
    """Lightning's trainer."""
    monitor = "validation_loss" if watched else "training_loss"
    keep = ModelCheckpoint(
        folder.checkpoints, "best", monitor, save_last=True, enable_version_counter=False, save_on_train_epoch_end=True
    )
    callbacks = [curves, keep]
    if recipe.early_stopping:
        patience, gain = recipe.early_stopping.patience, recipe.early_stopping.smallest_gain
        callbacks.append(EarlyStopping(monitor, gain, patience, check_on_train_epoch_end=True))
    devices: Any = recipe.devices
    shared = devices == "auto" or devices * recipe.nodes > 1
    return pl.Trainer(
        accelerator=recipe.accelerator,
        strategy="ddp" if shared else "auto",
        devices=devices,
        num_nodes=recipe.nodes,
        precision=recipe.precision,
        deterministic="warn",
        max_epochs=recipe.epochs,
        gradient_clip_val=recipe.clip_gradient,
        callbacks=callbacks,
        plugins=[WholeCheckpoints()],
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        limit_val_batches=None if watched else 0,
        use_distributed_sampler=False,
        reload_dataloaders_every_n_epochs=1,
        default_root_dir=folder.path,
    )


def _judged(recipe: Recipe, learner: Learner, samples: Samples, folder: RunFolder, device: Any) -> dict[str, Any]:
    """Numbers and pictures of the test sample, or of the validation sample if there is no other."""
    sample = samples.test if len(samples.test) else samples.validation
    if not len(sample):
        return {}
    loader = batches(
        prepared(recipe, sample), recipe.batch_size, seed=None, epoch=0, rank=0, processes=1, workers=recipe.workers
    )
    said = answers(learner, loader, sample.truth(recipe), device)
    found = judge(recipe, said, folder.pictures, sample.name)
    if recipe.label and recipe.decorrelation:
        signal, wanted = recipe.label.classes[1], recipe.decorrelation
        found[signal]["flatness"] = flatness_of(said, signal, sample.columns[wanted.column], wanted)
    folder.write_json("metrics.json", {"sample": sample.name, **found})
    return found


def _announce(recipe: Recipe, samples: Samples, tell: Tell) -> None:
    rows = ", ".join(f"{len(sample)} {sample.name}" for sample in samples)
    tell(f"{recipe.name}: {rows}; network {recipe.network.name}, loss {recipe.loss.name}")
    for warning in (imbalance(recipe, samples.train), emulated(recipe)):
        if warning:
            tell(f"warning: {warning}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Lightning says of itself; its warnings on how fast data come do not know our reader."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r".*does not have many workers")
            warnings.filterwarnings("ignore", message=r"Checkpoint directory .* exists and is not empty")
            warnings.filterwarnings("ignore", message=r".*treespec, LeafSpec.*")
            yield
    finally:
        logger.setLevel(level)
