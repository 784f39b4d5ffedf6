"""Rows of files of `e2efw export` with what bundles should say of them; windows are read a few at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.window_table import positions
from e2efw.errors import LogicError, nearest
from taggers.backends import batch_for
from taggers.bundle import Bundle
from taggers.calibration import opened_windows, windows_at
from taggers.onnx_backend import OnnxSession
from taggers.training.known import truth_of
from taggers.training.meaning import Meaning, NoTruthError, common_meaning
from taggers.training.run_folder import described_file
from taggers.training.samples import at_most, event_numbers, within
from taggers.training.sources import RandomAccess
from taggers.training.summaries import Answers
from taggers.training.unseen import first_half, unseen
from taggers.training.window_files import WindowFiles

_CHUNK: Final = 128
"""Windows in memory at once."""


@dataclass(frozen=True)
class LabelledRows:
    """Rows that say how good bundles are.

    Args:
        meaning: of the bundles.
        access: the files.
        files: name, sha256 and what made each, as `data_summary` has them.
        rows: (rows,) numbers in the files, rising.
        truth: (rows,) class, or (rows, targets) in the units of the targets, NaN for rows not meant for one.
        numbers: (rows,) the same for all rows of an event, see `samples.event_numbers`.
        learned: rows of the files that were left out because a bundle learned from them.
    """

    meaning: Meaning
    access: RandomAccess
    files: tuple[Mapping[str, Any], ...]
    rows: NDArray[np.int64]
    truth: NDArray[Any]
    numbers: NDArray[np.float64]
    learned: int

    def __len__(self) -> int:
        """Number of rows."""
        return int(self.rows.size)

    def some(self, chosen: NDArray[Any]) -> Self:
        """Those that are chosen, by a mask or by places."""
        return replace(self, rows=self.rows[chosen], truth=self.truth[chosen], numbers=self.numbers[chosen])

    def without(self, rows: NDArray[np.int64]) -> Self:
        """All but some rows of the files."""
        return self.some(~np.isin(self.rows, rows))

    def at_most(self, most: int | None) -> Self:
        """So many, taken at random, yet always the same; None for all."""
        return self.some(at_most(np.arange(len(self)), self.numbers, most))

    def halves(self) -> tuple[Self, Self]:
        """One to fit combiners to, one to judge by; rows of an event are in the same."""
        first = first_half(self.numbers)
        return self.some(first), self.some(~first)

    def counted(self) -> dict[str, int]:
        """Rows, and those of each class."""
        label = self.meaning.label
        classes = {name: int(np.sum(self.truth == place)) for place, name in enumerate(label.classes)} if label else {}
        return {"rows": len(self), **classes}

    def described(self) -> str:
        """The same for people."""
        counts = self.counted()
        rows = counts.pop("rows")
        classes = ", ".join(f"{count} {name}" for name, count in counts.items())
        return f"{rows} rows ({classes})" if classes else f"{rows} rows"

    def refuse_missing(self, purpose: str) -> None:
        """A NoTruthError if there are fewer than two rows, or none of a class.

        Args:
            purpose: of the rows, for the message.
        """
        counts = self.counted()
        if counts.pop("rows") < 2 or not all(counts.values()):
            left_out = f" {self.learned} rows that a bundle learned from are left out." if self.learned else ""
            raise NoTruthError(
                f"too few rows {purpose}: {self.described()}; name more files or take more rows.{left_out}"
            )

    def said_by(self, bundles: Sequence[Bundle], *, threads: int = 1) -> list[dict[str, NDArray[np.float32]]]:
        """What bundles say of all rows.

        Args:
            bundles: of those that the rows were opened for.
            threads: of ONNX Runtime.

        Returns:
            For each bundle (rows,) by output.
        """
        sessions = [OnnxSession.open(one, threads=threads, max_batch=batch_for(one.card)) for one in bundles]
        said = [{name: np.empty(len(self), np.float32) for name in one.output_names} for one in bundles]
        places = [positions(one.card.input.channels, self.access.channels) for one in bundles]
        for start in range(0, len(self), _CHUNK):
            part = slice(start, start + _CHUNK)
            windows = windows_at(self.access, self.rows[part])
            for session, mine, place in zip(sessions, said, places, strict=True):
                pixels = windows.pixels if place == [*range(len(self.access.channels))] else windows.pixels[:, place]
                for name, values in session.run(pixels, windows.extra).items():
                    mine[name][part] = values
        return said

    def answers(self, said: Mapping[str, NDArray[np.float32]]) -> Answers:
        """What one bundle says, beside the truth."""
        columns = np.stack([values.astype(np.float64) for values in said.values()], axis=1)
        return Answers(columns, tuple(said), self.truth)


def labelled_rows(bundles: Sequence[Bundle], files: Sequence[Path]) -> LabelledRows:
    """Rows that no bundle learned from and that the recipes of all would take, with their truth.

    Args:
        bundles: that read windows of the same size, trained for the same truth.
        files: of `e2efw export`.

    Raises:
        NoTruthError: the cards do not say what the outputs mean, or the rows do not know it: another task, no such
            column, other classes, everything was learned from.
        ConfigurationError: the bundles were trained for different things.
        E2EFWError: the files cannot be read or have other windows.
    """
    meaning = common_meaning(bundles)
    access = opened_windows(bundles, files)
    source = access.source
    if not isinstance(source, WindowFiles):
        raise LogicError("labelled rows are of files of e2efw export.")
    _refuse_another_truth(meaning, source)
    described = tuple(described_file(file.path, source.provenance[str(file.path)]) for file in source.files)
    numbers = event_numbers(source)
    new = _unseen(bundles, source, described, numbers)
    columns = source.columns(meaning.needed)
    label = meaning.label
    truth = columns[label.column].astype(np.float64)[:, np.newaxis] if label else truth_of(meaning.targets, columns)
    wanted = within(source, meaning.select) & np.isfinite(truth).any(axis=1)
    rows = np.flatnonzero(wanted & new)
    learned = int(np.sum(wanted & ~new))
    if not rows.size:
        raise NoTruthError(
            f"no row of {', '.join(file.path.name for file in source.files)} is left: of {numbers.size} rows "
            f"{int(np.sum(~wanted))} are outside of what the bundles were trained for, {learned} were learned from."
        )
    chosen = truth[rows]
    found = LabelledRows(meaning, access, described, rows, chosen, numbers[rows], learned)
    return replace(found, truth=_classes(meaning, chosen[:, 0])) if label else found


def _refuse_another_truth(meaning: Meaning, source: WindowFiles) -> None:
    for path, task in source.tasks.items():
        if meaning.truth and task != meaning.truth:
            raise NoTruthError(
                f"{path} has labels of the task '{task}', the bundles are for '{meaning.truth}'. "
                f"Export the files with --task {meaning.truth}."
            )
    for file in source.files:
        for name in (*meaning.needed, *meaning.select):
            if name not in file.scalars:
                raise NoTruthError(f"{file.path}: no column '{name}'. {nearest(name, file.scalars)}")


def _unseen(
    bundles: Sequence[Bundle],
    source: WindowFiles,
    described: Sequence[Mapping[str, Any]],
    numbers: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """(rows,) True for those that no bundle learned from."""
    of_path = {file["path"]: file for file in described}
    keep = np.ones(numbers.size, np.bool_)
    start = 0
    for group, size in enumerate(source.group_sizes.tolist()):
        file, part = of_path[str(source.path_of(group))], slice(start, start + size)
        for bundle in bundles:
            keep[part] &= unseen(bundle.card.training, file["sha256"], file["name"], numbers[part])
        start += size
    return keep


def _classes(meaning: Meaning, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """(rows,) as whole numbers."""
    n = len(meaning.names)
    if not np.isin(values, np.arange(n)).all():
        raise NoTruthError(
            f"column '{meaning.columns[0]}' has the values {sorted(set(values.tolist()))[:20]}; with classes "
            f"{', '.join(meaning.names)} it may have 0 to {n - 1}."
        )
    return values.astype(np.int64)
