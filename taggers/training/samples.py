"""Which rows a training learns from, watches and is judged by; jets of one event are never in two samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.window_table import positions
from e2efw.errors import ConfigurationError, LogicError, MismatchedInputFilesError
from taggers.training.known import inside, truth_of
from taggers.training.public_files import PublicFiles
from taggers.training.recipe import Recipe
from taggers.training.recipe_parts import Limits
from taggers.training.selected import SelectedRows
from taggers.training.sources import Source
from taggers.training.window_files import WindowFiles

_EVENT: Final = ("run", "lumi", "event")
_IMBALANCE: Final = 5.0
"""Classes whose numbers differ by more than this factor are worth a warning."""


@dataclass(frozen=True)
class Sample:
    """Rows with a purpose.

    Args:
        name: train, validation or test.
        source: the rows.
        columns: (rows,) of what a batch needs besides pictures, by name.
    """

    name: str
    source: SelectedRows
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        """Number of rows."""
        return int(self.source.rows.size)

    def some(self, chosen: NDArray[np.int64]) -> "Sample":
        """Rows at rising places."""
        columns = {name: column[chosen] for name, column in self.columns.items()}
        return Sample(self.name, SelectedRows(self.source.source, self.source.rows[chosen]), columns)

    def truth(self, recipe: Recipe) -> NDArray[Any]:
        """(rows,) int64 class; or (rows, targets) in their units, NaN for rows not meant; none for redrawing."""
        if recipe.label:
            return self.columns[recipe.label.column].astype(np.int64)
        if not recipe.targets:
            return np.empty((len(self), 0))
        return truth_of(recipe.targets, self.columns)


class Samples(NamedTuple):
    """The three samples; validation and test may have no rows."""

    train: Sample
    validation: Sample
    test: Sample


def open_samples(recipe: Recipe) -> Samples:
    """Open the files of a recipe and check that a training with them makes sense.

    Raises:
        FileOpenError, FileReadError: a file is missing or damaged.
        LogicError: a channel or column does not exist; names the nearest.
        MismatchedInputFilesError: the files are of another task.
        ConfigurationError: a sample has no rows, a class is missing, or a target is not finite.
    """
    data = recipe.data
    parts = [part if isinstance(part, float) else 0.0 for part in (data.validation, data.test)]
    whole = _opened(recipe, data.train)
    number = event_numbers(whole)
    edges = {"train": (sum(parts), 1.0), "validation": (parts[1], sum(parts)), "test": (0.0, parts[1])}
    found = []
    for name, given in (("train", None), ("validation", data.validation), ("test", data.test)):
        if isinstance(given, tuple) and given:
            source = _opened(recipe, given)
            if (source.names, source.window) != (whole.names, whole.window):
                raise MismatchedInputFilesError(
                    f"train: {name} files have other channels or windows than those of train."
                )
            rows = within(source, data.select)
            numbers = event_numbers(source)
        else:
            source, numbers = whole, number
            low, high = edges[name] if not isinstance(given, tuple) else (0.0, 0.0)
            rows = within(source, data.select) & (number >= low) & (number < high)
        if name == "train" and recipe.redraw is not None and recipe.label is not None:
            rows &= source.columns((recipe.label.column,))[recipe.label.column] == 0
        kept = at_most(np.flatnonzero(rows), numbers, data.max_rows)
        selected = SelectedRows(source, kept)
        found.append(Sample(name, selected, selected.columns(recipe.columns)))
    samples = Samples(*found)
    for sample in samples:
        _check(recipe, sample)
    return samples


def event_numbers(source: Source) -> NDArray[np.float64]:
    """(rows,) from 0 to 1, random yet always the same, and equal for all rows of an event.

    Files that do not know their events, such as public ones, get a number for every row.
    """
    try:
        source.check_scalars(_EVENT)
        words = [column.astype(np.uint64) for column in source.columns(_EVENT).values()]
    except LogicError:
        words = [np.arange(int(source.group_sizes.sum()), dtype=np.uint64)]
    mixed = np.zeros(words[0].shape, np.uint64)
    for word in words:
        mixed = mixed_bits(mixed ^ word)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53


def imbalance(recipe: Recipe, train: Sample) -> str | None:
    """A warning, if classes are far from equally many and nothing is done about it."""
    if (
        recipe.label is None
        or recipe.redraw is not None
        or recipe.weights.balance
        or {"positive_weight", "class_weights"} & set(recipe.loss.options)
    ):
        return None
    counts = np.bincount(train.truth(recipe), minlength=len(recipe.label.classes))
    if counts.max() <= _IMBALANCE * counts.min():
        return None
    return f"classes differ in number: {_counted(recipe, counts)}; weights.balance=true makes them count the same."


def _opened(recipe: Recipe, paths: Sequence[str]) -> Source:
    data = recipe.data
    source: Source
    if data.layout == "public":
        source = PublicFiles(*paths, channels=data.file_channels)
    else:
        source = WindowFiles(*paths)
        for file, task in source.tasks.items():
            if data.truth and task != data.truth:
                raise MismatchedInputFilesError(
                    f"train: {file} has labels of the task '{task}', the recipe is for '{data.truth}' (data.truth). "
                    f"Export the files with --task {data.truth}."
                )
    positions(recipe.channel_names, source.names)
    source.check_scalars((*recipe.columns, *data.select))
    return source


def within(source: Source, select: Limits) -> NDArray[np.bool_]:
    """(rows,) True for those within all limits."""
    return inside(source.columns(tuple(select)), select, int(source.group_sizes.sum()))


def at_most(rows: NDArray[np.int64], numbers: NDArray[np.float64], most: int | None) -> NDArray[np.int64]:
    """So many rows, taken at random, in the order of the files.

    Args:
        rows: (rows,) numbers of rows, rising.
        numbers: (all rows,) see `event_numbers`.
        most: None for all.
    """
    if most is None or rows.size <= most:
        return rows
    return np.sort(rows[np.argsort(mixed_bits(numbers[rows].view(np.uint64)), kind="stable")[:most]])


def mixed_bits(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64: every bit depends on every other."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _check(recipe: Recipe, sample: Sample) -> None:
    if not len(sample):
        if sample.name == "train":
            raise ConfigurationError("train: no rows are left to train on; look at data.select and the files.")
        return
    _refuse_unknown(recipe, sample)
    if recipe.label is None:
        _check_targets(recipe, sample)
        return
    truth, n = sample.truth(recipe), len(recipe.label.classes)
    given = sample.columns[recipe.label.column]
    if truth.min() < 0 or truth.max() >= n or (given != truth).any():
        raise ConfigurationError(
            f"train: column '{recipe.label.column}' of the {sample.name} sample has the values "
            f"{sorted(set(given.tolist()))[:20]}; with classes {', '.join(recipe.label.classes)} it may have 0 to "
            f"{n - 1}."
        )
    counts = np.bincount(truth, minlength=n)
    of_one_class = sample.name == "train" and recipe.redraw is not None
    if not (of_one_class or counts.all()):
        raise ConfigurationError(
            f"train: the {sample.name} sample lacks a class: {_counted(recipe, counts)}. Name more files, or another "
            "data.select or data.max_rows."
        )


def _check_targets(recipe: Recipe, sample: Sample) -> None:
    """Every target is known for some rows, and something can be learned from them."""
    for target, truth in zip(recipe.targets, sample.truth(recipe).T, strict=True):
        known = truth[~np.isnan(truth)]
        if not known.size:
            raise ConfigurationError(
                f"train: target '{target.name}' is known for none of the {truth.size} rows of the {sample.name} "
                f"sample; look at its where: {dict(target.where)}."
            )
        if sample.name == "train" and not known.std():
            raise ConfigurationError(f"train: target '{target.name}' is the same for all {known.size} rows.")


def _refuse_unknown(recipe: Recipe, sample: Sample) -> None:
    """Nothing a batch needs is NaN or infinite; a target may be where it is not asked for."""
    asked = {name: np.zeros(len(sample), np.bool_) for name in (target.column for target in recipe.targets)}
    for target in recipe.targets:
        asked[target.column] |= inside(sample.columns, target.where, len(sample))
    for name, column in sample.columns.items():
        bad = np.flatnonzero(~np.isfinite(column.astype(np.float64)) & asked.get(name, True))
        if bad.size:
            raise ConfigurationError(
                f"train: column '{name}' is not finite in {bad.size} of {column.size} rows of the {sample.name} "
                f"sample, first in {_place(sample.source, int(bad[0]))}. Leave such rows out with data.select, "
                f"such as data.select.{name}=[0,null]."
            )


def _place(source: SelectedRows, row: int) -> str:
    """Where a row is: file, run:lumi:event."""
    group = int(np.searchsorted(np.cumsum(source.group_sizes), row, side="right"))
    path: Path = source.path_of(group)
    try:
        event = ":".join(str(column[row]) for column in source.columns(_EVENT).values())
    except LogicError:
        return f"{path}, row {row} of the sample"
    return f"{path}, event {event}"


def _counted(recipe: Recipe, counts: NDArray[np.int64]) -> str:
    classes = recipe.label.classes if recipe.label else ()
    return ", ".join(f"{count} {name}" for name, count in zip(classes, counts.tolist(), strict=True))
