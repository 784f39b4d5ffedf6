"""Shapes of showers in windows of barrel crystals: what photons and electrons are told apart by without a network."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CHANNELS: Final = ("ECAL",)
"""What is read of a window."""
LOG_WEIGHT: Final = 4.7
"""Crystals with less than exp(-4.7) of the energy of 5 x 5 have no weight in widths [EcalClusterTools]."""
SHARE: Final = 0.01
"""Crystals with more than this part of the energy of the window are counted."""
_HALF: Final = 2

Floats = NDArray[np.float64]


def shapes_of(pictures: NDArray[np.float32]) -> dict[str, Floats]:
    """Shapes around the hottest crystal of each window, and of the window as a whole.

    Args:
        pictures: (windows, rows, columns) energies in GeV; rows along eta, columns along phi.

    Returns:
        (windows,) each: ``energy`` of the window in GeV; parts of it in 3 x 3 and 5 x 5; parts of 5 x 5 in the hottest
        and second crystal, in 1 x 5 and 2 x 5; widths of 5 x 5 in crystals, and their covariance; widths of the window;
        the skewness along phi; ``crystals``, how many hold more than `SHARE`. Zero where there is no energy.
    """
    windows = np.asarray(pictures, np.float64)
    total = windows.sum(axis=(1, 2))
    near = _around_hottest(windows)
    e5x5 = near.sum(axis=(1, 2))
    e3x3 = near[:, 1:4, 1:4].sum(axis=(1, 2))
    hot = np.sort(near.reshape(len(near), -1), axis=1)
    rows, columns = near.sum(axis=2), near.sum(axis=1)
    weights = np.maximum(LOG_WEIGHT + np.log(np.maximum(_part(near, e5x5), np.finfo(float).tiny)), 0)
    eta, phi, both = _widths(weights)
    wide_eta, wide_phi, _ = _widths(windows)
    return {
        "energy": total,
        "e3x3": _part(e3x3, total),
        "e5x5": _part(e5x5, total),
        "hottest": _part(hot[:, -1], e5x5),
        "second": _part(hot[:, -2], e5x5),
        "e1x5_eta": _part(columns[:, _HALF], e5x5),
        "e1x5_phi": _part(rows[:, _HALF], e5x5),
        "e2x5": _part(rows[:, _HALF] + np.maximum(rows[:, _HALF - 1], rows[:, _HALF + 1]), e5x5),
        "sigma_eta": eta,
        "sigma_phi": phi,
        "sigma_eta_phi": both,
        "width_eta": wide_eta,
        "width_phi": wide_phi,
        "skewness_phi": _skewness(windows.sum(axis=1)),
        "crystals": np.count_nonzero(windows > SHARE * total[:, None, None], axis=(1, 2)).astype(np.float64),
    }


def _around_hottest(windows: Floats) -> Floats:
    """(windows, 5, 5) crystals around the hottest; zero beyond the window."""
    row, column = np.divmod(windows.reshape(len(windows), -1).argmax(axis=1), windows.shape[2])
    padded = np.pad(windows, ((0, 0), (_HALF, _HALF), (_HALF, _HALF)))
    reach = np.arange(2 * _HALF + 1)
    rows, columns = row[:, None, None] + reach[:, None], column[:, None, None] + reach
    return np.asarray(padded[np.arange(len(windows))[:, None, None], rows, columns])


def _widths(weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Spread along rows and columns in pixels, and their covariance."""
    total = weights.sum(axis=(1, 2))
    rows, columns = np.arange(weights.shape[1]), np.arange(weights.shape[2])
    row = _part(weights.sum(axis=2) @ rows, total)
    column = _part(weights.sum(axis=1) @ columns, total)
    from_row, from_column = rows - row[:, None], columns - column[:, None]
    along = _part((weights.sum(axis=2) * from_row**2).sum(axis=1), total)
    across = _part((weights.sum(axis=1) * from_column**2).sum(axis=1), total)
    both = _part(np.einsum("nij,ni,nj->n", weights, from_row, from_column), total)
    return np.sqrt(along), np.sqrt(across), both


def _skewness(along: Floats) -> Floats:
    """Third moment over the cube of the width; 0 where nothing is spread."""
    total, places = along.sum(axis=1), np.arange(along.shape[1])
    away = places - _part(along @ places, total)[:, None]
    width = np.sqrt(_part((along * away**2).sum(axis=1), total))
    return np.asarray(_part(_part((along * away**3).sum(axis=1), total), width**3))


def _part(value: Floats, of: Floats) -> Any:
    """A quotient that is 0 where there is nothing."""
    shape = of.reshape(of.shape + (1,) * (value.ndim - of.ndim))
    return np.divide(value, shape, out=np.zeros_like(value), where=shape > 0)
