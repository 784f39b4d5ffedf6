"""A training in a file: everything that decides what comes out, but the data themselves."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml

from dataformats.channels import MARK
from dataformats.window_table import channel_names
from e2efw.errors import CommandLineError, ConfigFileNotFoundError, ConfigurationError, LogicError, nearest
from taggers.card import COLUMN_OF_EXTRA
from taggers.training.recipe_parts import (
    Data,
    Decorrelation,
    EarlyStopping,
    Graph,
    Label,
    Named,
    Redraw,
    Target,
    Weights,
)
from taggers.training.strict import Where, read_dataclass

PACKAGED_RECIPES: Final = Path(__file__).parent / "recipes"
"""Recipes that come with the project."""
POSITION_COLUMNS: Final = tuple(COLUMN_OF_EXTRA.values())
"""Of a file of windows: where their centres are."""


@dataclass(frozen=True)
class Recipe:
    """A training.

    Args:
        task: one line, for the card of the model.
        channels: that the network reads, in order; "@top8" for a known set.
        data: rows to learn from.
        network: of `taggers.training.networks`, with its options.
        loss: of `taggers.training.losses`, with its options.
        label: for a classification.
        targets: for a regression.
        redraw: for an autoencoder, which may have a label to be judged by.
        name: of the model; "" takes the name of the recipe's file.
        transform: a published one by name, steps by channel as in a model's card, or null for pixels as they are.
        position: the network also sees where the window is.
        graph: the network reads a point cloud in place of the picture.
        weights: how much each object counts.
        decorrelation: from the mass; classification only.
        augmentation: names, see `taggers.training.augmentation`.
        optimiser: of `taggers.training.optimisation`, with its options.
        schedule: of the learning rate, same module.
        epochs: at most.
        batch_size: objects, in each process.
        early_stopping: null trains for all epochs.
        clip_gradient: largest norm of the gradient; null for any.
        start: folder of an earlier training, whose best weights this one goes on with, or a model bundle by name or
            folder; "" for random ones.
        seed: of weights, order and augmentation.
        precision: of Lightning: 32-true, bf16-mixed, 16-mixed; auto: bf16-mixed where the processor computes it.
        accelerator: of Lightning: auto, cpu, gpu.
        devices: per node; `auto` for all.
        nodes: machines.
        workers: processes that read; 0 reads in a thread of this one.
        threads: of torch on a CPU; 0 leaves it to torch.
    """

    task: str
    channels: tuple[str, ...]
    data: Data
    network: Named
    loss: Named
    label: Label | None = None
    targets: tuple[Target, ...] = ()
    redraw: Redraw | None = None
    name: str = ""
    transform: str | Mapping[str, Any] | None = None
    position: bool = False
    graph: Graph | None = None
    weights: Weights = field(default_factory=Weights)
    decorrelation: Decorrelation | None = None
    augmentation: tuple[str, ...] = ()
    optimiser: Named = field(default_factory=lambda: Named("adam"))
    schedule: Named = field(default_factory=lambda: Named("constant"))
    epochs: int = 10
    batch_size: int = 32
    early_stopping: EarlyStopping | None = None
    clip_gradient: float | None = None
    start: str = ""
    seed: int = 1
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = "32-true"
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    devices: int | Literal["auto"] = 1
    nodes: int = 1
    workers: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.redraw is not None:
            self._refuse_what_redraws_nothing()
        elif (self.label is None) == (not self.targets):
            raise ConfigurationError(
                "give either a label (classification) or targets (regression), or redraw (autoencoder)."
            )
        if self.decorrelation is not None and (self.label is None or len(self.label.classes) != 2):
            raise ConfigurationError("decorrelation is for a label of two classes.")
        for key, least in {"epochs": 1, "batch_size": 1, "nodes": 1, "workers": 0, "threads": 0}.items():
            if getattr(self, key) < least:
                raise ConfigurationError(f"{key} is at least {least}, not {getattr(self, key)}.")
        if self.position and self.graph is not None:
            raise ConfigurationError("networks on graphs are not told the position.")
        if self.reads_seeds and self.data.layout == "public":
            raise ConfigurationError("position and graph need files of e2efw export, which know where windows are.")

    def _refuse_what_redraws_nothing(self) -> None:
        """What makes no sense beside `redraw`."""
        if self.targets or (self.label is not None and len(self.label.classes) != 2):
            raise ConfigurationError("beside redraw there are no targets, and a label has two classes.")
        if self.weights.balance or self.decorrelation is not None:
            raise ConfigurationError("redraw learns from one class: weights.balance and decorrelation are for two.")

    @functools.cached_property
    def channel_names(self) -> tuple[str, ...]:
        """Channels with sets written out."""
        return channel_names(self.channels)

    @property
    def reads_seeds(self) -> bool:
        """True if the network has to know where windows are."""
        return self.position or self.graph is not None

    @property
    def truth_columns(self) -> tuple[str, ...]:
        """Columns with what the network should say."""
        return (self.label.column,) if self.label else tuple(target.column for target in self.targets)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that a batch needs besides its pictures."""
        flat = self.weights.flat
        wanted = [*self.truth_columns, *(name for target in self.targets for name in target.where)]
        wanted += [*(POSITION_COLUMNS if self.reads_seeds else ()), self.weights.column]
        wanted += [flat.column if flat else "", self.decorrelation.column if self.decorrelation else ""]
        return tuple(dict.fromkeys(name for name in wanted if name))

    @classmethod
    def read(cls, name: str, settings: Sequence[str] = ()) -> Self:
        """A recipe from a file, or one that comes with the project.

        Args:
            name: path, or name of a packaged recipe.
            settings: `key.path=value`, which overrule the file.

        Raises:
            ConfigFileNotFoundError: there is none; names the nearest.
            ConfigurationError: it is wrong, with file and path of the key.
        """
        path = find_recipe(name)
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: is no YAML: {error}") from error
        if not isinstance(content, dict):
            raise ConfigurationError(f"{path}: should be a mapping with {', '.join(f.name for f in fields(cls))}.")
        for one in fields(cls):  # so that options can be set without saying the name that is meant anyway
            if one.default_factory is not MISSING and isinstance(default := one.default_factory(), Named):
                content.setdefault(one.name, default.name)
        overridden = frozenset(_overrule(content, setting) for setting in settings)
        content.setdefault("name", path.stem)
        where = Where(str(path), overridden=overridden)
        recipe = read_dataclass(cls, content, where)
        try:
            recipe.channel_names  # noqa: B018 (unknown sets of channels are found here)
        except LogicError as error:
            raise (where / "channels").error(str(error)) from error
        return recipe

    def written(self) -> dict[str, Any]:
        """As YAML has it; reading it gives the same recipe."""
        content: dict[str, Any] = _written(self)
        return content


def find_recipe(name: str) -> Path:
    """Path of a recipe."""
    path = Path(name)
    if path.is_file():
        return path
    packaged = {path.stem: path for path in sorted(PACKAGED_RECIPES.glob("*.yaml"))}
    if name in packaged:
        return packaged[name]
    raise ConfigFileNotFoundError(f"train: no recipe '{name}'. {nearest(name, packaged, 'With the project come')}")


def _overrule(content: dict[str, Any], setting: str) -> str:
    """Set a value in the content of a recipe; returns its path."""
    dotted, equals, text = setting.partition("=")
    keys = dotted.split(".")
    if not equals or not all(keys):
        raise CommandLineError(f"train: '{setting}' should be key=value, such as optimiser.rate=0.001.")
    try:
        plain = not text or text.startswith(MARK)  # YAML has no @, and takes nothing for null
        value = text if plain else yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CommandLineError(f"train: the value of '{setting}' is no YAML: {error}") from error
    at = content
    for key in keys[:-1]:
        inner = at.get(key)
        if not isinstance(inner, dict):  # a name alone may get options
            inner = {"name": inner} if isinstance(inner, str) else {}
            at[key] = inner
        at = inner
    at[keys[-1]] = value
    return dotted


def _written(value: Any) -> Any:
    if isinstance(value, Named):
        return value.written()
    if is_dataclass(value):
        return {one.name: _written(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    return [_written(item) for item in value] if isinstance(value, tuple | list) else value
