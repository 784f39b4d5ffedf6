"""Sums over what is written, per channel: enough for means, widths and ranges without another look at the file."""

import numpy as np
from numpy.typing import NDArray


class ChannelStatistics:
    """Counts and sums of the cells of every channel; zeros between the cells are not counted.

    Args:
        n_channels: how many there are.
    """

    def __init__(self, n_channels: int) -> None:
        self._sums = np.zeros((n_channels, 4))
        self._smallest = np.full(n_channels, np.inf)
        self._largest = np.full(n_channels, -np.inf)

    def add(self, channel: NDArray[np.uint8], value: NDArray[np.float32]) -> None:
        """Count the cells of some rows.

        Args:
            channel: (cells,).
            value: (cells,).
        """
        finite = np.isfinite(value)
        n_channels = self._smallest.size
        self._sums[:, 3] += np.bincount(channel[~finite], minlength=n_channels)
        channel, good = channel[finite], value[finite].astype(np.float64)
        for column, weight in enumerate((np.ones(good.size), good, good * good)):
            self._sums[:, column] += np.bincount(channel, weight, minlength=n_channels)
        np.minimum.at(self._smallest, channel, good)
        np.maximum.at(self._largest, channel, good)

    def by_name(self, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
        """What was counted, as JSON data; a channel without any cell has neither smallest nor largest."""
        found: dict[str, dict[str, float]] = {}
        for number, name in enumerate(names):
            entries, total, squares, nans = self._sums[number].tolist()
            found[name] = {"entries": int(entries), "sum": total, "sum_of_squares": squares, "not_finite": int(nans)}
            if entries:
                found[name] |= {"smallest": float(self._smallest[number]), "largest": float(self._largest[number])}
        return found
