"""The parts of a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeAlias

from e2efw.errors import ConfigurationError
from taggers.training.strict import Where

Limits: TypeAlias = Mapping[str, tuple[float | None, float | None]]
"""By column smallest value and the first that is too large; None for no limit."""


@dataclass(frozen=True)
class Named:
    """Something chosen by name, with options of its own: `bce`, or `{name: resnet, depth: 15}`."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, content: Any, where: Where) -> Self:
        """From text or a mapping with a name."""
        if isinstance(content, str):
            return cls(content)
        if not isinstance(content, Mapping) or not isinstance(content.get("name"), str):
            raise where.error(f"should be a name, or a mapping with a name and options, is {content!r}.")
        return cls(content["name"], {str(key): value for key, value in content.items() if key != "name"})

    def written(self) -> Any:
        """As a recipe has it."""
        return {"name": self.name, **self.options} if self.options else self.name


@dataclass(frozen=True)
class Data:
    """Which rows.

    Args:
        train: files.
        validation: files; or the part of all events, whose jets stay together.
        test: as validation.
        layout: of the files, `export` (e2efw export) or `public`.
        file_channels: what the channels of public files are, in their order.
        truth: task whose labels the files must have, as `e2efw export --task` calls it; "" for any.
        select: by column smallest value and the first that is too large; null for no limit.
        max_rows: of each of the three samples, at most.
    """

    train: tuple[str, ...]
    validation: float | tuple[str, ...] = 0.1
    test: float | tuple[str, ...] = 0.1
    layout: Literal["export", "public"] = "export"
    file_channels: tuple[str, ...] = ()
    truth: str = ""
    select: Limits = field(default_factory=dict)
    max_rows: int | None = None

    def __post_init__(self) -> None:
        """Refuse what leaves nothing to train on."""
        parts = [part for part in (self.validation, self.test) if isinstance(part, float)]
        if not self.train:
            raise ConfigurationError("train: name at least one file.")
        if any(not 0 <= part < 1 for part in parts) or sum(parts) >= 1:
            raise ConfigurationError(f"validation and test are parts from 0 to 1 that leave some, not {parts}.")
        if (self.layout == "public") != bool(self.file_channels):
            raise ConfigurationError("file_channels names the channels of public files, and only of those.")


@dataclass(frozen=True)
class Label:
    """Classes to tell apart.

    Args:
        classes: what the values 0, 1, ... of the column mean; of two, signal is the second.
        column: of the files.
    """

    classes: tuple[str, ...] = ("background", "signal")
    column: str = "label"

    def __post_init__(self) -> None:
        """There is something to tell apart."""
        if len(set(self.classes)) != max(len(self.classes), 2):
            raise ConfigurationError(f"classes are at least two different names, not {', '.join(self.classes)}.")


@dataclass(frozen=True)
class Target:
    """A number to estimate; trained in units of its standard deviation, said in its own.

    Args:
        name: of the output.
        column: of the files.
        unit: of both.
        meaning: for the card of the model.
        where: rows that it is learned from and judged by, as `Data.select`; the others are there for other targets.
    """

    name: str
    column: str
    unit: str = ""
    meaning: str = ""
    where: Limits = field(default_factory=dict)


@dataclass(frozen=True)
class Redraw:
    """The network draws its own picture again, and says how badly that went.

    Beside it a label of two classes may stand: the first is learned, the second is what should be found unusual.

    Args:
        code: numbers that a picture is squeezed through.
        region: pixels along a side of the regions side by side of which the worst is told.
    """

    code: int = 32
    region: int = 25

    def __post_init__(self) -> None:
        """There is something to draw from, and something to look at."""
        if min(self.code, self.region) < 1:
            raise ConfigurationError(f"code ({self.code}) and region ({self.region}) are at least 1.")


@dataclass(frozen=True)
class Graph:
    """The network reads point clouds that are made of the windows, see `taggers.training.networks.point_clouds`.

    Args:
        max_nodes: of a graph; those stay that hold most after the transform, in the sum of the channels in GeV.
        k: nearest neighbours of a node, itself the first.
    """

    max_nodes: int = 512
    k: int = 16


@dataclass(frozen=True)
class Flat:
    """Every class gets the same flat spectrum.

    Args:
        column: whose spectrum, such as pt.
        bins: equally wide, over the range of the training sample.
        largest: no object counts for more than so many.
    """

    column: str
    bins: int = 20
    largest: float = 10.0


@dataclass(frozen=True)
class Weights:
    """How much each object counts.

    Args:
        balance: every class counts as much as the others.
        flat: reweighting to a flat spectrum.
        column: of the files, with weights of the events; "" for none.
    """

    balance: bool = False
    flat: Flat | None = None
    column: str = ""


@dataclass(frozen=True)
class Decorrelation:
    """A penalty for scores that know the mass.

    Args:
        column: with the mass.
        strength: of the penalty.
        bins: in mass.
    """

    column: str = "mass"
    strength: float = 1.0
    bins: int = 10


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when the validation loss has not become smaller for some time.

    Args:
        patience: epochs.
        smallest_gain: a smaller one is none.
    """

    patience: int = 5
    smallest_gain: float = 0.0
