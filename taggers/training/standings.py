"""Bundles side by side on the same labelled rows: how good each is, and what the one that was made of them changes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from taggers.bundle import Bundle
from taggers.evaluation.classes import Classified
from taggers.evaluation.paired import Measured, difference, mean_of, measured_area, measured_distance
from taggers.evaluation.sample import Estimate, Regressed, Scored
from taggers.evaluation.summary import plain
from taggers.training.labelled import LabelledRows
from taggers.training.meaning import Meaning
from taggers.training.summaries import Judged, in_short, judged, summaries


class Standing(NamedTuple):
    """One number about all bundles.

    Args:
        name: of what is judged: signal, class, target.
        metric: auc, mae.
        unit: of the number.
        values: of each bundle.
        changes: of the bundle that was made, minus each of the others, with the error of a paired comparison.
    """

    name: str
    metric: str
    unit: str
    values: tuple[Estimate, ...]
    changes: tuple[Estimate, ...]


@dataclass(frozen=True)
class Standings:
    """How good bundles are.

    Args:
        models: their names; the last is compared with the others.
        rows: that they were judged by, and those of each class.
        learned: rows that were left out because a bundle learned from them.
        numbers: one per thing that is judged.
        meaning: of the bundles.
        samples: what was judged, of each bundle.
    """

    models: tuple[str, ...]
    rows: Mapping[str, int]
    learned: int
    numbers: tuple[Standing, ...]
    meaning: Meaning
    samples: tuple[Mapping[str, Judged], ...]

    def metrics(self) -> dict[str, Any]:
        """For the card of the last: its numbers, and under `against` those of the others with what they change to."""
        short = in_short(summaries(self.meaning, self.samples[-1]))
        return {**short, "against": self._by_model(self.models[:-1])}

    def written(self) -> dict[str, Any]:
        """For JSON."""
        return {"rows": dict(self.rows), "learned": self.learned, "models": self._by_model(self.models)}

    def lines(self) -> list[str]:
        """A table for people."""
        made = self.models[-1]
        table = [("metric", "model", "value", f"{made} minus it" if len(self.models) > 1 else "")]
        for one in self.numbers:
            unit = f" ({one.unit})" if one.unit else ""
            metric = f"{one.metric.upper().replace('_', ' ')} {one.name}{unit}"
            digits = _digits([number.error for number in (*one.values, *one.changes)])
            for place, (model, value) in enumerate(zip(self.models, one.values, strict=True)):
                change = _text(one.changes[place], digits, "+") if place < len(one.changes) else ""
                table.append((metric if not place else "", model, _text(value, digits), change))
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        counts = {name: count for name, count in self.rows.items() if name != "rows"}
        of_classes = ", ".join(f"{count} {name}" for name, count in counts.items())
        first = f"judged by {self.rows['rows']} rows" + (f" ({of_classes})" if of_classes else "")
        first += f"; {self.learned} that were learned from are left out" if self.learned else ""
        return [first, *("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)]

    def _by_model(self, models: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for place, model in enumerate(models):
            mine: dict[str, Any] = {}
            for one in self.numbers:
                about = mine.setdefault(one.name, {})
                about[one.metric] = plain(one.values[place])
                if place < len(one.changes):
                    about[f"{one.metric}_change"] = plain(one.changes[place])
            found[model] = mine
        return found


def standings(bundles: Sequence[Bundle], rows: LabelledRows, *, threads: int = 1) -> Standings:
    """Run all on the same rows.

    Args:
        bundles: the last is compared with the others.
        rows: that none of them learned from.
        threads: of ONNX Runtime.

    Raises:
        NoTruthError: fewer than two rows, or none of a class.
        LogicError: what is said cannot be, such as probabilities above one.
    """
    rows.refuse_missing("to judge by")
    samples = [judged(rows.meaning, rows.answers(said)) for said in rows.said_by(bundles, threads=threads)]
    units = {target.name: target.unit for target in rows.meaning.targets}
    numbers = []
    for name in samples[-1]:
        measured = [_measured(name, one[name]) for one in samples]
        for key in measured[-1]:
            mine = [one[key] for one in measured]
            changes = tuple(difference(mine[-1], other) for other in mine[:-1])
            numbers.append(Standing(*key, units.get(name, ""), tuple(one.estimate for one in mine), changes))
    models = told_apart([one.card.name for one in bundles])
    return Standings(models, rows.counted(), rows.learned, tuple(numbers), rows.meaning, tuple(samples))


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of bundles; those that several have get a number."""
    return tuple(
        name if names.count(name) == 1 else f"{name} #{names[: place + 1].count(name)}"
        for place, name in enumerate(names)
    )


def _measured(name: str, sample: Judged) -> dict[tuple[str, str], Measured]:
    """By what is judged and metric."""
    if isinstance(sample, Classified):
        areas = {one: measured_area(sample.against_others(place)) for place, one in enumerate(sample.names)}
        each = {(one, "auc"): area for one, area in areas.items()}
        return {**each, (name, "mean_auc"): mean_of(list(areas.values()))}
    if isinstance(sample, Regressed):
        return {(name, "mae"): measured_distance(sample)}
    return {(name, "auc"): measured_area(sample)} if isinstance(sample, Scored) else {}


def _digits(errors: Sequence[float]) -> int:
    """Digits after the point that show two of the smallest error; four if there is none."""
    known = [one for one in errors if math.isfinite(one) and one > 0]
    return max(0, 1 - math.floor(math.log10(min(known)))) if known else 4


def _text(number: Estimate, digits: int, sign: str = "") -> str:
    error = "" if math.isnan(number.error) else f" ± {number.error:.{digits}f}"
    return f"{number.value:{sign}.{digits}f}{error}"
