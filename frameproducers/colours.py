"""Colour scales of pictures: logarithmic, symmetric around zero for signed values; empty cells stay white."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from frameproducers.layers import LAYERS

_POSITIVE: Final = {"energy", "energy_t", "energy_z", "pt"}
_DECADES: Final = 1e4
"""Values smaller than the largest by more than this have the colour of the smallest."""
_LINEAR: Final = 20.0
"""Percent of the signed values lie where their scale is linear; it is logarithmic beyond."""
_BLUE_RED: Final = (
    *((0.0, "#081d6b"), (0.25, "#2a62d0"), (0.48, "#8fb3ec")),
    (0.5, "#b0b0b0"),
    *((0.52, "#f0ab9a"), (0.75, "#d33a2c"), (1.0, "#6b0810")),
)
"""Unlike most maps of signed values it has no near-white in the middle, where cells would look empty."""


def is_signed(name: str, values: NDArray[np.float32]) -> bool:
    """True if values of a layer can be negative."""
    rule = LAYERS.get(name)
    if rule is None:
        return bool(np.any(values < 0))
    return rule.fill != "count" and rule.value not in _POSITIVE


def colours(values: NDArray[np.float32], name: str) -> dict[str, Any]:
    """Norm and colour map for matplotlib.

    Args:
        values: all that are to be drawn with it, of any shape; zeros and NaN do not count.
        name: of the layer.
    """
    from matplotlib.colors import LinearSegmentedColormap, LogNorm, SymLogNorm  # noqa: PLC0415 (an extra)

    size = np.abs(values[np.isfinite(values) & (values != 0)])
    low, high = (float(size.min()), float(size.max())) if size.size else (0.1, 1.0)
    if is_signed(name, values):
        linear = min(max(float(np.percentile(size, _LINEAR)) if size.size else low, high / _DECADES), high / 10)
        norm = SymLogNorm(linear, linscale=0.2, vmin=-high, vmax=high)
        return {"norm": norm, "cmap": LinearSegmentedColormap.from_list("blue and red", _BLUE_RED)}
    if name in LAYERS and LAYERS[name].fill == "count":
        low, high = 1.0, max(high, 2.0)
    low = max(low, high / _DECADES)
    return {"norm": LogNorm(low if low < high else high / 10, high), "cmap": _dark_is_much()}


def _dark_is_much() -> Any:
    """From orange to black: the smallest values are dark enough for a white page."""
    from matplotlib import colormaps  # noqa: PLC0415 (an extra)
    from matplotlib.colors import ListedColormap  # noqa: PLC0415 (an extra)

    return ListedColormap(colormaps["inferno_r"](np.linspace(0.17, 1.0, 256)))


def empty_as_white(picture: NDArray[np.float32]) -> Any:
    """The picture with its empty cells masked."""
    return np.ma.masked_where((picture == 0) | ~np.isfinite(picture), picture)


def bar_ticks(norm: Any) -> list[float]:
    """Where the bar of such a norm has numbers: powers of ten, or also 2 and 5 times these if there are few."""
    threshold = getattr(norm, "linthresh", norm.vmin)
    powers = 10.0 ** np.arange(np.floor(np.log10(threshold)), np.ceil(np.log10(norm.vmax)) + 1)
    found: list[float] = []
    for steps in ((1.0,), (1.0, 2.0, 5.0)):
        found = sorted(float(f"{step * power:.1g}") for power in powers for step in steps)
        found = [tick for tick in found if threshold <= tick <= norm.vmax]
        if len(found) > 2:
            break
    if norm.vmin > 0:
        return found
    found = [tick for tick in found if tick > 2 * threshold]
    return [*(-tick for tick in reversed(found)), 0.0, *found]


def label(name: str, unit: str) -> str:
    """For the bar: name and unit."""
    return f"{name} [{unit}]" if unit else name
