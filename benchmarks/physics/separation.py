"""Can showers of electrons be told from those of photons? A logistic regression on numbers of the crystals tries."""

from typing import Any, NamedTuple

import numpy as np

from benchmarks.physics.report import BARREL, Row, histogram, label, panels
from benchmarks.physics.samples import Events, Samples
from benchmarks.physics.shapes import Shapes
from benchmarks.physics.statistics import Array, Bools
from dataformats.geometry.ecal_cells import cells_around, cells_of
from dataformats.rechits import EBRecHits, EERecHits
from dataformats.superclusters import SuperClusters
from simulation.ecal_hits import ecal_hits, energies_of

TITLE = "Electrons against photons of 50 GeV in the barrel"
PT = 50.0
"""GeV."""
REACH = 15
"""Crystals on either side of the hottest one in phi that may hold energy of the particle."""
ZERO, EMPTY = 0.16, 1e-3
"""GeV, below which a crystal outside 5 x 5 does not count; part of the energy that stands for nothing."""
PENALTY, STEPS = 1e-3, 25
"""Of the regression: weight of the squares of its coefficients, steps of Newton's method."""
COMPACT = 0.94
NUMBERS = (
    *("phi, fuller neighbour", "phi, other neighbour", "phi, fuller second", "phi, other second"),
    *("eta, fuller neighbour", "eta, other neighbour", "eta, fuller second", "eta, other second"),
    *("phi, outside, fuller side", "phi, outside, other side"),
)
"""Rows and columns of the 5 x 5 crystals, and the strips beside them, as parts of the energy of 5 x 5; logarithms."""


class Showers(NamedTuple):
    """Showers of one kind.

    Args:
        numbers: (showers, 10) `NUMBERS`.
        r9: (showers,) part of the energy in 3 x 3 crystals.
    """

    numbers: Array
    r9: Array


class Separation(NamedTuple):
    """What the regression makes of showers that it was not trained on.

    Args:
        photons, electrons: (showers,) its answers.
        single: areas under the curve of each number alone.
        compact: shares of showers with R9 > 0.94, photons and electrons.
    """

    photons: Array
    electrons: Array
    single: dict[str, float]
    compact: tuple[float, float]

    @property
    def auc(self) -> float:
        """Area under the curve: how often an electron has the higher answer."""
        return area(self.photons, self.electrons)


def measure(samples: Samples) -> Separation:
    """Train on the first half of each kind, look at the second."""
    region = {"gunPtMin": PT, "gunPtMax": PT, "gunEtaMin": -BARREL[1], "gunEtaMax": BARREL[1]}
    photons, electrons = (showers(samples.get(f"{kind}_gun", 4000, **region)) for kind in ("photon", "electron"))
    halves = [np.arange(len(each.r9)) % 2 == 0 for each in (photons, electrons)]
    pairs = list(zip((photons, electrons), halves, strict=True))
    x = with_products(np.concatenate([each.numbers for each, _ in pairs]))
    y = np.repeat([0.0, 1.0], [photons.r9.size, electrons.r9.size])
    train = np.concatenate(halves)
    answers = logistic_regression(x[train], y[train], x)
    single = {name: area(photons.numbers[:, i], electrons.numbers[:, i]) for i, name in enumerate(NUMBERS)}
    compact = [float((each.r9 > COMPACT).mean()) for each in (photons, electrons)]
    return Separation(answers[~train & (y == 0)], answers[~train & (y == 1)], single, (compact[0], compact[1]))


def showers(events: Events) -> Showers:
    """The leading photon candidate of each event that is found with most of the energy."""
    shapes = Shapes.of(events)
    chosen: Bools = (np.abs(shapes.eta) < BARREL[1]) & (shapes.energy / np.cosh(shapes.eta) > PT / 2)
    clusters = events.get(SuperClusters, "superClusters", "clusters")
    hits = ecal_hits(events.get(EBRecHits, "reducedEcalRecHitsEB"), events.get(EERecHits, "reducedEcalRecHitsEE"))
    around = cells_around(cells_of(clusters.flat("seed")[chosen]), REACH)[:, REACH - 2 : REACH + 3]
    energy = energies_of(hits, shapes.event[chosen][:, np.newaxis, np.newaxis], around)
    return Showers(shower_numbers(energy), shapes.select(chosen).r9)


def shower_numbers(energy: Array) -> Array:
    """(showers, 10) `NUMBERS` from (showers, 5, 31) energies around the hottest crystal, by eta and phi."""
    inner = energy[:, :, REACH - 2 : REACH + 3]
    total = inner.sum(axis=(1, 2))[:, np.newaxis]
    seen = np.where(energy > ZERO, energy, 0.0).sum(axis=1)
    outside = np.stack([seen[:, : REACH - 2].sum(axis=1), seen[:, REACH + 3 :].sum(axis=1)], axis=1)
    pairs = []
    for line in (inner.sum(axis=1), inner.sum(axis=2)):
        pairs += [line[:, [1, 3]], line[:, [0, 4]]]
    parts = [np.sort(pair, axis=1)[:, ::-1] / total for pair in (*pairs, outside)]
    numbers: Array = np.log(np.maximum(np.concatenate(parts, axis=1), EMPTY))
    return numbers


def with_products(x: Array) -> Array:
    """The same numbers (n, m) with mean 0 and width 1, and all products of two of them."""
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    first, second = np.triu_indices(x.shape[1])
    return np.concatenate([scaled, scaled[:, first] * scaled[:, second]], axis=1)


def logistic_regression(x: Array, y: Array, asked: Array) -> Array:
    """Answers for rows of `asked`: log of the odds that they are 1, as trained on x (n, m) and y (n,) of 0 and 1."""
    known, new = (np.column_stack([each, np.ones(len(each))]) for each in (x, asked))
    weights = np.zeros(known.shape[1])
    penalty = PENALTY * len(known) * np.eye(known.shape[1])
    for _ in range(STEPS):
        likely = 1.0 / (1.0 + np.exp(-known @ weights))
        slope = known.T @ (likely - y) + penalty @ weights
        weights -= np.linalg.solve((known.T * (likely * (1.0 - likely))) @ known + penalty, slope)
    answers: Array = new @ weights
    return answers


def area(low: Array, high: Array) -> float:
    """How often one of `high` is larger than one of `low`; equal ones count half."""
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, side="left") + np.searchsorted(ordered, high, side="right")
    return float(below.mean() / 2 / low.size)


def rows(result: Separation) -> list[Row]:
    """Areas under the curve, and how many showers are compact."""
    best = max(result.single, key=lambda name: abs(result.single[name] - 0.5))
    lines = [
        Row("AUC of the regression on other showers than it was trained on", result.auc, "0.65 - 0.9"),
        Row(f"AUC of the best number alone ({best})", max(result.single[best], 1 - result.single[best])),
    ]
    for kind, share, cms in zip(("photons", "electrons"), result.compact, ("0.7", "0.5"), strict=True):
        lines.append(Row(f"share of {kind} with R9 > {COMPACT:g}", share, f"about {cms} (CMS)"))
    return lines


def draw(figure: Any, result: Separation) -> None:
    """Answers of the regression, and its curve."""
    axes = panels(figure, 1, 2)
    histogram(axes[0, 0], {"photons": result.photons, "electrons": result.electrons}, (-3.0, 4.0, 35))
    label(axes[0, 0], "showers not trained on", "answer of the regression")
    cuts = np.linspace(-4.0, 6.0, 400)
    passed = [1 - np.searchsorted(np.sort(each), cuts) / each.size for each in (result.photons, result.electrons)]
    axes[0, 1].plot(*passed)
    axes[0, 1].plot([0, 1], [0, 1], color="black", linewidth=0.5)
    label(axes[0, 1], f"area under the curve {result.auc:.3f}", "photons above a cut", "electrons above it")
