"""What the outputs of a trained bundle mean, by the recipe in its card: which column of which files tells the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import numpy as np

from e2efw.errors import ConfigurationError, nearest
from taggers.anomaly import ERROR
from taggers.bundle import CARD_FILE, Bundle
from taggers.training.recipe_parts import Label, Limits, Named, Redraw, Target
from taggers.training.strict import Where, read_value


class NoTruthError(ConfigurationError):
    """Nothing tells how good a bundle is: its card does not say what its outputs mean, or the rows do not know it."""


@dataclass(frozen=True)
class Meaning:
    """Parts of the recipe of a bundle; see `Recipe`.

    Args:
        label: of a classifier, or of an autoencoder that was judged as one.
        targets: of a regression.
        redraw: of an autoencoder.
        loss: that was made small; None if it is not known.
        truth: task of the files; "" for any.
        select: which rows were trained on.
    """

    label: Label | None = None
    targets: tuple[Target, ...] = ()
    redraw: Redraw | None = None
    loss: Named | None = None
    truth: str = ""
    select: Limits = field(default_factory=dict)

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """That of a bundle.

        Raises:
            NoTruthError: its card has no recipe with a truth, or the outputs are others.
            ConfigurationError: what its card has is no recipe.
        """
        training = bundle.card.training
        recipe = training.get("recipe") if isinstance(training, Mapping) else None
        who = f"model bundle {bundle.folder}"
        if not isinstance(recipe, Mapping):
            raise NoTruthError(f"{who}: its card has no recipe (training.recipe) that says what its outputs mean.")
        where = Where(f"{who}: {CARD_FILE}", ("training", "recipe"))
        kinds: dict[str, Any] = {
            "label": Label | None,
            "targets": tuple[Target, ...],
            "redraw": Redraw | None,
            "loss": Named | None,
        }
        given: dict[str, Any] = {
            key: read_value(kind, recipe[key], where / key) for key, kind in kinds.items() if key in recipe
        }
        data = read_value(dict[str, Any], recipe.get("data", {}), where / "data")
        kinds = {"truth": str, "select": Limits}
        given |= {key: read_value(kind, data[key], where / "data" / key) for key, kind in kinds.items() if key in data}
        found = cls(**given)
        if not found.columns:
            raise NoTruthError(f"{who}: it redraws pictures without a label; nothing else tells how good it is.")
        found._refuse_other_outputs(who, bundle.output_names)
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of files with what is true."""
        return (self.label.column,) if self.label else tuple(target.column for target in self.targets)

    @property
    def needed(self) -> tuple[str, ...]:
        """These, and those that tell which rows are meant for a target."""
        return tuple(dict.fromkeys((*self.columns, *(name for target in self.targets for name in target.where))))

    @property
    def names(self) -> tuple[str, ...]:
        """Of classes or targets."""
        return self.label.classes if self.label else tuple(target.name for target in self.targets)

    def written(self) -> dict[str, Any]:
        """As a recipe in a card has it."""
        parts = asdict(self)
        data = {"truth": parts.pop("truth"), "select": parts.pop("select")}
        return {**parts, "loss": self.loss.written() if self.loss else None, "data": data}

    def _refuse_other_outputs(self, who: str, outputs: Sequence[str]) -> None:
        label = self.label
        if self.redraw:
            wanted = [ERROR]
        elif label:
            wanted = list(label.classes if len(label.classes) > 2 else label.classes[1:])
        else:
            wanted = [one.name for one in self.targets if not any(said.startswith(f"{one.name}_q") for said in outputs)]
        for name in wanted:
            if name not in outputs:
                raise NoTruthError(f"{who}: by its recipe it should say '{name}'. {nearest(name, outputs, 'It says')}")


def common_meaning(bundles: Sequence[Bundle]) -> Meaning:
    """What all bundles mean; rows are within the limits of all.

    Raises:
        NoTruthError: a card does not say it.
        ConfigurationError: they mean different things.
    """
    found = [Meaning.of(bundle) for bundle in bundles]
    for bundle, one in zip(bundles, found, strict=True):
        for what in ("label", "targets", "truth"):
            mine, theirs = getattr(one, what), getattr(found[0], what)
            if mine != theirs:
                raise ConfigurationError(
                    f"bundles were trained for different things: {what} of '{bundle.card.name}' ({bundle.folder}) is "
                    f"{mine}, of '{bundles[0].card.name}' ({bundles[0].folder}) {theirs}."
                )
    limits = [one.select for one in found]
    names = dict.fromkeys(name for one in limits for name in one)
    return replace(found[0], select={name: _narrowest([one[name] for one in limits if name in one]) for name in names})


def _narrowest(limits: Sequence[tuple[float | None, float | None]]) -> tuple[float | None, float | None]:
    low = max((-np.inf if one is None else one for one, _ in limits), default=-np.inf)
    high = min((np.inf if one is None else one for _, one in limits), default=np.inf)
    return (None if low == -np.inf else float(low), None if high == np.inf else float(high))
