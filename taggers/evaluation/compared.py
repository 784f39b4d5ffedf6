"""Two regressors that speak of the same objects: who is closer to the truth, as numbers and as a table.

The plain data of comparison.json: ``kind``, ``models`` (two names), ``truth`` (whether there is any), ``bootstrap``,
and ``quantities`` by name: ``unit``, ``objects``; with truth ``models`` (in order, each with ``mae``, ``bias``,
``resolution``, ``inside``, the part within one claimed sigma, and ``widen``, what makes that 68 %; both None without
uncertainties) and ``mae_ratio``, the
first over the second; without truth ``difference`` of first and second (``mae``, ``bias``, ``resolution``).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from taggers.evaluation.collected import Rows
from taggers.evaluation.curves import ONE_SIGMA, bootstrapped
from taggers.evaluation.metrics import coverage, deviations, mean, mean_absolute_error
from taggers.evaluation.sample import UNKNOWN, Array, Estimate, Regressed, regressed
from taggers.evaluation.summary import Plain, plain

OF_SIGMA: Final = ("inside", "widen")
"""What there is of regressors with uncertainties only."""


class Quality(NamedTuple):
    """How good one regressor is, in the unit of the quantity.

    Args:
        mae: mean absolute error.
        bias: mean of estimate - truth.
        resolution: half the interval of estimate - truth from 16 to 84 %.
        inside: part of the objects with an uncertainty whose truth is within it; NaN without uncertainties.
        widen: what uncertainties would have to be multiplied by so that 68.27 % are within.
    """

    mae: Estimate
    bias: Estimate
    resolution: Estimate
    inside: Estimate
    widen: Estimate


class Compared(NamedTuple):
    """Two regressors on the same objects.

    Args:
        objects: number of them.
        sides: of both regressors against the truth; of one, the first against the second, if there is no truth.
        ratio: of mean absolute errors, first over second, with the error of a bootstrap that draws objects, hence both
            estimates together; NaN without truth.
    """

    objects: int
    sides: tuple[Quality, ...]
    ratio: Estimate


class Bootstrap(NamedTuple):
    """Where errors come from.

    Args:
        replicas: samples drawn.
        seed: of the drawing.
    """

    replicas: int = 200
    seed: int = 1


def against_truth(rows: Rows, bootstrap: Bootstrap) -> Compared:
    """Both against the truth.

    Args:
        rows: `said` and `sigma` are (objects, 2), all but the sigmas known.
        bootstrap: for errors.
    """
    both = [regressed(said, rows.truth, sigma) for said, sigma in zip(rows.said.T, rows.sigma.T, strict=True)]
    sides = tuple(quality(one, bootstrap) for one in both)
    distances = np.abs(rows.said - rows.truth[:, np.newaxis])
    return Compared(len(rows.truth), sides, bootstrapped(_ratio, distances, *bootstrap))


def against_each_other(rows: Rows, bootstrap: Bootstrap) -> Compared:
    """The first against the second, where there is no truth; uncertainties are left aside."""
    difference = rows.said[:, 0] - rows.said[:, 1]
    spread = deviations(difference, **bootstrap._asdict())
    side = Quality(mean(np.abs(difference)), spread.mean, spread.resolution, UNKNOWN, UNKNOWN)
    return Compared(len(difference), (side,), UNKNOWN)


def quality(sample: Regressed, bootstrap: Bootstrap) -> Quality:
    """How good one regressor is."""
    spread = deviations(sample.estimate - sample.truth, **bootstrap._asdict())
    inside = coverage(sample, **bootstrap._asdict()).inside
    return Quality(mean_absolute_error(sample), spread.mean, spread.resolution, inside, _widen(sample, bootstrap))


def _widen(sample: Regressed, bootstrap: Bootstrap) -> Estimate:
    """See `Quality`."""
    if sample.sigma is None or not np.isfinite(sample.sigma).any():
        return UNKNOWN
    pulls = np.abs(sample.estimate - sample.truth) / sample.sigma
    return bootstrapped(_one_sigma, pulls[np.isfinite(pulls)], *bootstrap)


def _one_sigma(pulls: Array) -> float:
    return float(np.quantile(pulls, ONE_SIGMA))


def _ratio(distances: Array) -> float:
    """Ratio of the mean distances (objects, 2); NaN if the second has none."""
    first, second = distances.mean(axis=0)
    return float(first / second) if second > 0 else float("nan")


def has_truth(found: Mapping[str, Compared]) -> bool:
    """Whether anything was compared with the truth."""
    return any(len(one.sides) == 2 for one in found.values())


def summary(found: Mapping[str, Compared], models: Sequence[str], unit: str, bootstrap: Bootstrap) -> Plain:
    """All numbers as plain data."""
    return {
        "kind": "comparison",
        "models": list(models),
        "truth": has_truth(found),
        "bootstrap": bootstrap._asdict(),
        "quantities": {name: {"unit": unit, "objects": one.objects, **_plain(one)} for name, one in found.items()},
    }


def _plain(found: Compared) -> Plain:
    sides = [{name: plain(number) for name, number in side._asdict().items()} for side in found.sides]
    if len(sides) == 2:
        claimed = [dict.fromkeys(OF_SIGMA) if side["inside"]["value"] is None else {} for side in sides]
        told = [{**side, **none} for side, none in zip(sides, claimed, strict=True)]
        return {"models": told, "mae_ratio": plain(found.ratio)}
    return {"difference": {name: value for name, value in sides[0].items() if name not in OF_SIGMA}}


def table(found: Mapping[str, Compared], models: Sequence[str], unit: str) -> list[str]:
    """Lines as wide as they need to be; what cannot be had is a dash.

    Args:
        found: by name of the quantity.
        models: names of the two.
        unit: of all quantities.
    """
    heads = [
        "",
        "model",
        "objects",
        f"MAE ({unit})",
        f"bias ({unit})",
        f"resolution ({unit})",
        "in 1 sigma",
        "MAE ratio",
    ]
    rows = [heads, *(row for name, one in found.items() for row in _rows(name, one, models))]
    kept = [column for column in zip(*rows, strict=True) if set(column[1:]) - {"-", ""}]
    widths = [max(map(len, column)) for column in kept]
    to_the_left = len(heads[:2])
    lines = []
    for row in zip(*kept, strict=True):
        cells = enumerate(zip(row, widths, strict=True))
        padded = [text.ljust(wide) if place < to_the_left else text.rjust(wide) for place, (text, wide) in cells]
        lines.append("  ".join(padded).rstrip())
    return lines


def _rows(name: str, found: Compared, models: Sequence[str]) -> Iterator[list[str]]:
    """Of the table, one per model; what both have in common stands in the first."""
    of_models = models if len(found.sides) == 2 else [f"{models[0]} - {models[1]}"]
    first = True
    for model, side in zip(of_models, found.sides, strict=True):
        inside = Estimate(100 * side.inside.value, 100 * side.inside.error)
        numbers = [in_text(value) for value in (side.mae, side.bias, side.resolution)]
        common = (name, str(found.objects), in_text(found.ratio, 2)) if first else ("", "", "")
        yield [common[0], model, common[1], *numbers, in_text(inside, 0, " %"), common[2]]
        first = False


def in_text(number: Estimate, digits: int | None = None, unit: str = "") -> str:
    """Value and error; a dash for what cannot be had.

    Args:
        number: to be printed.
        digits: after the point; None for one if the error is below 10, and none above.
        unit: behind the number.
    """
    if np.isnan(number.value):
        return "-"
    places = digits if digits is not None else int(not number.error >= 10)
    error = "" if np.isnan(number.error) else f" ± {number.error:.{places}f}"
    return f"{number.value:.{places}f}{error}{unit}"
