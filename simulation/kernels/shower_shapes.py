"""How showers spread: closed forms for the share of a cell, and random fluctuations.

The radial profile is the one of G. Grindhammer and S. Peters (hep-ex/0001020): a core and a tail, each with the density
R^2 / (pi (r^2 + R^2)^2). That is a bivariate Student distribution, whose integral over a rectangle is elementary.
"""

import math

from dataformats.geometry.constants import TWO_PI
from dataformats.jit import kernel
from simulation.kernels.flight import Floats
from simulation.random_numbers import Words, normal, uniform

EM_SCALE, EM_POWER = 0.96, 0.82
"""GeV and exponent of the electromagnetic part of a hadronic shower."""


@kernel
def quadrant_share(x: float, y: float, radius: float) -> float:
    """Integral of the profile over the rectangle between the axis of the shower and (x, y), signed."""
    across, up = math.sqrt(x * x + radius * radius), math.sqrt(y * y + radius * radius)
    return (x / across * math.atan(y / across) + y / up * math.atan(x / up)) / (2.0 * math.pi)


@kernel
def strip_share(low: float, high: float, radius: float) -> float:
    """Integral of the profile over the strip low < x < high and all y."""
    return 0.5 * (high / math.sqrt(high * high + radius * radius) - low / math.sqrt(low * low + radius * radius))


@kernel
def cell_shares(x: float, y: float, radius: float, weight: float, half: int, scratch: Floats, shares: Floats) -> None:
    """Add the shares of (2 half + 1)^2 square cells of side 1 to `shares`: differences of `quadrant_share`.

    Args:
        x, y: axis of the shower, from the centre of the middle cell.
        radius: R of the profile, in cells.
        weight: of this component.
        half: cells on either side of the middle one.
        scratch: at least (2 half + 6, 2 half + 2).
        shares: (2 half + 1, 2 half + 1) or more, [along x, along y].
    """
    size = 2 * half + 1
    along_x, per_x, along_y, per_y, corners = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4:]
    for i in range(size + 1):
        along_x[i], along_y[i] = i - half - 0.5 - x, i - half - 0.5 - y
        per_x[i] = 1.0 / math.sqrt(along_x[i] * along_x[i] + radius * radius)
        per_y[i] = 1.0 / math.sqrt(along_y[i] * along_y[i] + radius * radius)
    for i in range(size + 1):
        for j in range(size + 1):
            x_part = along_x[i] * per_x[i] * math.atan(along_y[j] * per_x[i])
            y_part = along_y[j] * per_y[j] * math.atan(along_x[i] * per_y[j])
            corners[i, j] = (x_part + y_part) * weight / TWO_PI
    for i in range(size):
        for j in range(size):
            shares[i, j] += corners[i + 1, j + 1] - corners[i, j + 1] - corners[i + 1, j] + corners[i, j]


@kernel
def gamma_number(state: Words, mean: float, variance: float) -> float:
    """A number of a gamma distribution; never negative, whatever the ratio of width and mean.

    Source: G. Marsaglia, W. W. Tsang, ACM Trans. Math. Softw. 26 (2000) 363.
    """
    if variance <= 0.0 or mean <= 0.0:
        return mean
    shape, scale = mean * mean / variance, variance / mean
    boost = 1.0
    if shape < 1.0:
        boost = (1.0 - uniform(state)) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        z = normal(state)
        v = (1.0 + c * z) ** 3
        if v > 0.0 and math.log(1.0 - uniform(state)) < 0.5 * z * z + d - d * v + d * math.log(v):
            return float(d * v * boost * scale)


@kernel
def landau_number(state: Words, most_probable: float, width: float) -> float:
    """A number of the Moyal approximation to the Landau distribution, at most ten times the likely one."""
    z = normal(state)
    return min(most_probable - width * math.log(max(z * z, 1e-30)), 10.0 * most_probable)


@kernel
def shower_response(energy: float, h_over_e: float) -> float:
    """Mean response to a hadron of some GeV, per that to an electron: soft showers are less electromagnetic.

    The electromagnetic part is 1 - (E / EM_SCALE)^(EM_POWER - 1) [D. Groom, Nucl. Instrum. Meth. A 572 (2007) 633].
    """
    electromagnetic = max(1.0 - (max(energy, EM_SCALE) / EM_SCALE) ** (EM_POWER - 1.0), 0.0)
    return float(electromagnetic + (1.0 - electromagnetic) * h_over_e)
