"""Two jets together: the invariant mass of the pair and what its uncertainty is, from those of the jets."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.results import JetRegressions
from e2efw.errors import LogicError, nearest
from taggers.card import PAIR_MASS_SIGMA

Array = NDArray[np.float64]
TOP_MASS: Final = "top_mass"
"""What may be told of jets as well: it is their mass in a pair."""


class LeadingPair(NamedTuple):
    """What follows from the jets of largest regressed pt, (events,) in GeV each.

    Args:
        mass: invariant mass of the first two; NaN for fewer.
        mass_sigma: its uncertainty; NaN where one of the jets has none.
        pt: of the first; NaN for none.
        pt_sigma: its uncertainty.
    """

    mass: Array
    mass_sigma: Array
    pt: Array
    pt_sigma: Array


class _Momenta(NamedTuple):
    """Four-momenta of jets, (jets,) in GeV each, and how the energy changes with pt and mass."""

    energy: Array
    px: Array
    py: Array
    pz: Array
    pt: Array
    mass: Array
    pt_sigma: Array
    mass_sigma: Array

    def dot(self, other: "_Momenta") -> Array:
        """Product of the three-momenta, GeV^2."""
        return self.px * other.px + self.py * other.py + self.pz * other.pz


def leading_pair(jets: Jets, regressed: JetRegressions) -> LeadingPair:
    """The two jets with the largest regressed pt.

    Four-momenta have the regressed pt and mass, that of the top where it is told, and the jets' own directions, which
    count as exact. Jets of equal pt keep their order. Uncertainties are of the density that the description of
    `regressed` has, normal by default; that of the pair is multiplied by the factor there. It makes up for what jets do
    not know of each other, such as that one of them holds no top.

    Raises:
        LogicError: the description has a density that nobody knows.
    """
    pt, mass = (regressed.flat(name) for name in ("pt", _mass_of(regressed)))
    event = np.repeat(np.arange(len(jets)), jets.counts)
    known = np.flatnonzero(np.isfinite(pt) & np.isfinite(mass))
    ordered = known[np.lexsort((-pt[known], event[known]))]
    n_known = np.bincount(event[known], minlength=len(jets))
    first = np.cumsum(n_known) - n_known
    single, pairs = n_known >= 1, n_known >= 2
    found = LeadingPair(*(np.full(len(jets), np.nan) for _ in LeadingPair._fields))
    leading = _momenta(jets, regressed, ordered[first[single]])
    found.pt[single], found.pt_sigma[single] = leading.pt, leading.pt_sigma
    one, other = (_momenta(jets, regressed, ordered[first[pairs] + rank]) for rank in (0, 1))
    found.mass[pairs], sigma = _mass(one, other, _sigma_of_sum(regressed))
    found.mass_sigma[pairs] = sigma * regressed.about.get(PAIR_MASS_SIGMA, 1.0)
    return found


def _sigma_of_sum(regressed: JetRegressions) -> Callable[[Array], Array]:
    """How uncertainties of this density add up."""
    density = regressed.about.get("density", "normal")
    if density not in _SIGMA_OF_SUM:
        raise LogicError(f"JetRegressions: no density '{density}'. {nearest(str(density), _SIGMA_OF_SUM)}")
    return _SIGMA_OF_SUM[density]


def _mass_of(regressed: JetRegressions) -> str:
    """Name of the mass that jets have in a pair."""
    return TOP_MASS if TOP_MASS in regressed.columns else "mass"


def _momenta(jets: Jets, regressed: JetRegressions, which: NDArray[np.int64]) -> _Momenta:
    """Four-momenta of some jets."""
    mass_name = _mass_of(regressed)
    names = ("pt", mass_name, "pt_sigma", f"{mass_name}_sigma")
    pt, mass, pt_sigma, mass_sigma = (regressed.flat(name)[which].astype(np.float64) for name in names)
    eta, phi = (jets.flat(name)[which].astype(np.float64) for name in ("eta", "phi"))
    pz = pt * np.sinh(eta)
    energy = np.sqrt(pt**2 + pz**2 + mass**2)
    return _Momenta(energy, pt * np.cos(phi), pt * np.sin(phi), pz, pt, mass, pt_sigma, mass_sigma)


def _mass(one: _Momenta, other: _Momenta, sigma_of: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Invariant mass of pairs and its uncertainty: that of pt and mass of both, as if they knew nothing of each other.

    m^2 = m1^2 + m2^2 + 2 (E1 E2 - p1 p2), so d(m^2)/d(pt1) = 2 (E2 |p1|^2 / E1 - p1 p2) / pt1 and
    d(m^2)/d(m1) = 2 m1 (1 + E2 / E1); zero momenta and masses have no uncertainty to first order.

    Args:
        one, other: jets of the pairs.
        sigma_of: uncertainty of a sum, from those of its terms (terms, pairs).
    """
    product = one.dot(other)
    total = one.energy + other.energy
    momentum = one.dot(one) + other.dot(other) + 2 * product
    mass = np.sqrt(np.maximum(total**2 - momentum, 0.0))
    terms = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for jet, partner in ((one, other), (other, one)):
            share = partner.energy / jet.energy
            by_pt = (share * jet.dot(jet) - product) / jet.pt
            by_mass = jet.mass * (1 + share)
            terms += [by_pt * jet.pt_sigma, by_mass * jet.mass_sigma]
        sigma = sigma_of(np.array(terms)) / mass
    return mass, np.where(np.isfinite(sigma), sigma, np.nan)


def sigma_of_normal_sum(terms: Array) -> Array:
    """Half of the width that holds 68.27 % of a sum, from those of independent terms (terms, ...): in quadrature."""
    sigma: Array = np.sqrt((terms**2).sum(axis=0))
    return sigma


def sigma_of_exponential_sum(terms: Array) -> Array:
    """The same where every term falls exponentially on both sides; within 1 %.

    Of one term the root mean square is 1.2320 times as large as sigma. The more terms, the closer to normal their sum,
    by r = sum(v^2) / sum(v)^2 of the variances v, a third of the excess kurtosis: sigma is the root mean square times
    1 - 0.2405 r + 0.0522 r^2, exact for one term and for two equal ones.
    """
    variances = (terms / _ONE_TERM) ** 2
    total = variances.sum(axis=0)
    r = (variances**2).sum(axis=0) / total**2
    sigma: Array = np.sqrt(total) * (1 - 0.2405 * r + 0.0522 * r**2)
    return sigma


_ONE_TERM: Final = 1 - 0.2405 + 0.0522
_SIGMA_OF_SUM: Final = {"normal": sigma_of_normal_sum, "exponential": sigma_of_exponential_sum}
