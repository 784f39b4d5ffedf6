"""Shapes of barrel photons against those of real photons that CMS found.

The real ones (2012, triggered on two photons, a tau or nothing) are mostly not prompt: two of three are pieces of jets,
wide or with energy beside them. Comparable to single photons are those with most of their energy in 3 x 3 crystals;
all of them are compared with the photons that are found in simulated jets.
"""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.physics.jet_samples import HARD_JETS, PILEUP
from benchmarks.physics.report import BARREL, Row, histogram, label, numbers, panels
from benchmarks.physics.samples import Samples
from benchmarks.physics.shapes import Shapes
from benchmarks.physics.statistics import Array, Bools

TITLE = "Shapes of barrel photons above 20 GeV: 25 %, 50 % and 75 % quantiles"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "cms_open_data" / "photon_shower_shapes.csv"
"""Beside the checkout; a user's clone has none."""
MIN_ENERGY = 20.0
"""GeV."""
COMPACT = 0.85
"""Part of the photon's energy in 3 x 3 crystals from which on it is compared with single photons."""
QUARTILES = (0.25, 0.5, 0.75)


class Ratios(NamedTuple):
    """Barrel photons, (photons,) each.

    Args:
        part: energy of 3 x 3 crystals per energy of the photon.
        inner: energy of 3 x 3 crystals per 5 x 5.
        hottest: energy of the hottest crystal per 3 x 3.
    """

    part: Array
    inner: Array
    hottest: Array

    @property
    def compact(self) -> "Ratios":
        """Those with little energy elsewhere."""
        return Ratios(*(each[self.part > COMPACT] for each in self))


class ShowerShapes(NamedTuple):
    """Ratios of single photons, of those in jets with pileup, and of real ones (None without the file)."""

    single: Ratios
    in_jets: Ratios
    real: Ratios | None


def measure(samples: Samples) -> ShowerShapes:
    """Photons of the gun, of jets, of real events."""
    gun = samples.get("photon_gun", 4000)
    jets = samples.get("qcd", 200, **HARD_JETS[1], pileup=PILEUP)
    return ShowerShapes(simulated(Shapes.of(gun)), simulated(Shapes.of(jets)), real() if REAL.exists() else None)


def simulated(shapes: Shapes) -> Ratios:
    """Ratios of what was simulated."""
    mine = shapes.select(_chosen(shapes.eta, shapes.energy))
    return Ratios(mine.e3x3 / mine.energy, mine.e3x3 / mine.e5x5, mine.hottest / mine.e3x3)


def real() -> Ratios:
    """Ratios of what CMS found."""
    with REAL.open() as table:
        lines = list(csv.DictReader(table))
    names = ("eta", "energy_GeV", "e3x3_GeV", "e5x5_GeV", "max_energy_xtal_GeV")
    eta, energy, inner, outer, hottest = np.array([[float(line[name]) for name in names] for line in lines]).T
    mine = _chosen(eta, energy)
    return Ratios(*(each[mine] for each in (inner / energy, inner / outer, hottest / inner)))


def _chosen(eta: Array, energy: Array) -> Bools:
    chosen: Bools = (np.abs(eta) < BARREL[1]) & (energy > MIN_ENERGY)
    return chosen


def quartiles(ratio: Array) -> list[float]:
    """Three numbers."""
    found: list[float] = np.quantile(ratio, QUARTILES).tolist()
    return found


def rows(result: ShowerShapes) -> list[Row]:
    """Quartiles, simulated and real."""
    real = result.real
    compact = None if real is None else real.compact
    lines = []
    for what, ours, theirs in (
        ("single photons, compact", result.single.compact, compact),
        ("photons found in jets", result.in_jets, real),
    ):
        for number, name in (("inner", "3 x 3 / 5 x 5"), ("hottest", "hottest / 3 x 3")):
            expected = ""
            if theirs is not None:
                values = getattr(theirs, number)
                expected = f"{numbers(quartiles(values))} ({values.size} real ones)"
            lines.append(Row(f"{what}: {name}", numbers(quartiles(getattr(ours, number))), expected))
    return lines


def draw(figure: Any, result: ShowerShapes) -> None:
    """Both ratios, simulated and real."""
    axes = panels(figure, 2, 2)
    real = result.real
    title = f"single photons, 3 x 3 above {COMPACT:g} of the energy"
    _draw_ratios(axes[0], title, result.single.compact, None if real is None else real.compact)
    _draw_ratios(axes[1], "photons found in jets; all real photons", result.in_jets, real)


def _draw_ratios(axes: Any, title: str, simulated: Ratios, real: Ratios | None) -> None:
    for axis, number, name, bins in (
        (axes[0], "inner", "energy of 3 x 3 / 5 x 5 crystals", (0.6, 1.0, 20)),
        (axes[1], "hottest", "energy of hottest / 3 x 3 crystals", (0.2, 1.0, 16)),
    ):
        shown = {"simulated": simulated} | ({} if real is None else {"real": real})
        histogram(axis, {f"{which} ({each.part.size})": getattr(each, number) for which, each in shown.items()}, bins)
        label(axis, title, name)
