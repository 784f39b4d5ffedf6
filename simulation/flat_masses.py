"""Top quarks with masses flat in a range, although their cross-section falls steeply with the mass.

Pythia fixes the masses of a hard process when it starts, except that it draws each from a Breit-Wigner. So the top
quark gets one so wide that it has no peak, cut to the range, and the cross-section is multiplied by a smooth function
of the two masses that makes them flat and independent of each other. This is part of Pythia's own choice of a hard
process: nothing is made and thrown away later, no event has a weight, and an event needs to know of no other.

The function is the exponential of a polynomial in the logarithms of the masses. It is measured before the first event:
some thousand hard processes, quick without showers, tell the density of the two masses, whose inverse it is.
"""

import math
from functools import cache

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from e2efw.errors import EventGenerationError
from simulation.pythia import Pythia, pythia_seeds, sample_key

PROCESSES = (3000, 5000, 16000)
"""Hard processes that are looked at, in rounds; each round starts from what the one before found."""
FIRST_POWER = 2.0
"""The first round multiplies by the two masses to this power."""
ORDER = 8
"""Of the polynomial in one mass."""
MIXED = 4
"""Terms with both masses."""
LARGEST_RATIO = 2.0
"""Between the most and the least populated tenth of the range, before the last correction."""
GRID = 60
"""Points in each mass at which a density is integrated."""

Array = NDArray[np.float64]


class FlatMasses:
    """The factor on the cross-section that makes both masses flat from `low` to `high`, GeV.

    Args:
        low: smallest mass.
        high: largest mass.
        coefficients: (ORDER + MIXED,) of the terms, see `_terms`.
    """

    def __init__(self, low: float, high: float, coefficients: Array) -> None:
        self.low, self.high = low, high
        self.coefficients = coefficients
        self._scale = 2.0 / math.log(high / low)
        self._powers: list[float] = legendre.leg2poly([0.0, *coefficients[:ORDER]])[::-1].tolist()
        self._mixed: list[float] = coefficients[ORDER:].tolist()

    @classmethod
    def guess(cls, low: float, high: float) -> "FlatMasses":
        """Good enough to start from."""
        coefficients = np.zeros(ORDER + MIXED)
        coefficients[0] = FIRST_POWER * math.log(high / low) / 2.0
        return cls(low, high, coefficients)

    def __call__(self, first: float, second: float) -> float:
        """The factor for two masses, GeV; plain Python, for Pythia calls it some 20 times per event, one by one."""
        u = self._scale * math.log(first / self.low) - 1.0
        v = self._scale * math.log(second / self.low) - 1.0
        of_u = of_v = 0.0
        for coefficient in self._powers:
            of_u = of_u * u + coefficient
            of_v = of_v * v + coefficient
        product = u * v
        a, b, c, d = self._mixed
        return math.exp(of_u + of_v + product * (a + b * (u + v) + c * product + d * (u * u + v * v)))

    def corrected(self, masses: Array) -> "FlatMasses":
        """The factor that would have made these masses flat: their density, as a polynomial, is taken off.

        Args:
            masses: (events, 2) made with this factor, GeV.
        """
        points = self.low * (self.high / self.low) ** ((np.arange(GRID) + 0.5) / GRID)
        pairs = np.stack(np.meshgrid(points, points), axis=-1).reshape(-1, 2)
        density = most_likely(self._terms(pairs), pairs.prod(axis=1), self._terms(masses))
        return FlatMasses(self.low, self.high, np.round(self.coefficients - density, 4))  # alike on any machine

    def _terms(self, masses: Array) -> Array:
        """(events, ORDER + MIXED) terms for (events, 2) masses; they stay the same when the two are exchanged."""
        u, v = (self._scale * np.log(masses / self.low) - 1.0).T
        product = u * v
        mixed = np.stack([product, product * (u + v), product**2, product * (u**2 + v**2)], axis=-1)
        alone = legendre.legvander(u, ORDER) + legendre.legvander(v, ORDER)
        return np.concatenate([alone[:, 1:], mixed], axis=-1)


def most_likely(grid: Array, sizes: Array, sample: Array) -> Array:
    """(terms,) coefficients whose exponential describes a density best: Newton's method, in steps that never overshoot.

    Coefficients are expected to be of order 1, which keeps them in bounds where there are no events.

    Args:
        grid: (points, terms) values of the terms where the density is integrated.
        sizes: (points,) area around each.
        sample: (events, terms) their values in the sample.
    """
    seen, prior = sample.mean(axis=0), 1.0 / len(sample)

    def likelihood(coefficients: Array) -> tuple[float, Array]:
        exponent = grid @ coefficients
        density = sizes * np.exp(exponent - exponent.max())
        likely = (seen - 0.5 * prior * coefficients) @ coefficients - exponent.max() - np.log(density.sum())
        return float(likely), density / density.sum()

    found = np.zeros(seen.size)
    best, density = likelihood(found)
    for _ in range(50):
        mean = density @ grid
        spread = (grid - mean).T @ (density[:, None] * (grid - mean))
        step = np.linalg.solve(spread + prior * np.eye(seen.size), seen - mean - prior * found)
        trial, density = likelihood(found + step)
        while trial < best - 1e-12:
            step = step / 2.0
            trial, density = likelihood(found + step)
        found = found + step
        if trial - best < 1e-9:
            return found
        best = trial
    return found


def wide_top(low: float, high: float) -> tuple[str, ...]:
    """Pythia's lines for a top quark of any mass within the range, GeV."""
    middle = 0.5 * (low + high)
    return (f"6:m0 = {middle}", f"6:mWidth = {middle}", "6:doForceWidth = on", f"6:mMin = {low}", f"6:mMax = {high}")


@cache
def measured(who: str, lines: tuple[str, ...], low: float, high: float) -> FlatMasses:
    """The factor for a process with two top quarks; always the same for the same arguments.

    Args:
        who: for messages.
        lines: Pythia's settings, `wide_top` among them.
        low: smallest mass, GeV.
        high: largest mass, GeV.

    Raises:
        EventGenerationError: there are no such events.
    """
    factor = FlatMasses.guess(low, high)
    seeds = pythia_seeds(sample_key("flat masses", 1), np.arange(sum(PROCESSES)))
    for part in np.split(seeds, np.cumsum(PROCESSES)[:-1]):
        pythia = Pythia(who, (*lines, "PartonLevel:all = off", "HadronLevel:all = off"), factor)
        masses = pythia.hard_masses(part)
        factor = factor.corrected(masses)
    refuse_uneven(who, masses, low, high)
    return factor


def refuse_uneven(who: str, masses: Array, low: float, high: float) -> None:
    """Look whether the masses have become almost flat, as they do for ranges that anybody has tried.

    Raises:
        EventGenerationError: they have not.
    """
    counts = np.histogram(masses, 10, (low, high))[0]
    if counts.max() > LARGEST_RATIO * counts.min():
        raise EventGenerationError(
            f"{who}: masses from {low:g} to {high:g} GeV do not become flat, the tenths of the range hold "
            f"{counts.tolist()}. Take a narrower range, or another pT-hat."
        )
