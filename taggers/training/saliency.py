"""Where a network looks: how much every pixel of every channel adds to what it says, on average over objects."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError, MissingDependencyError
from e2efw.io.whole_file import WholeFile
from taggers.training.networks.module import nn, torch

_DECADES = 4
"""Of attribution in pictures."""


class Saliency(NamedTuple):
    """Attributions of many objects.

    Args:
        channels: names.
        maps: by class, (channels, rows, columns) mean over its objects of the attribution's size.
        n: by class, objects.
    """

    channels: tuple[str, ...]
    maps: dict[str, NDArray[np.float64]]
    n: dict[str, int]

    def shares(self, name: str) -> NDArray[np.float64]:
        """(channels,) part of all attribution of a class; NaN if there is none."""
        sums = self.maps[name].sum(axis=(1, 2))
        return sums / sums.sum() if sums.sum() > 0 else np.full(sums.size, np.nan)


def integrated_gradients(
    network: nn.Module, pictures: torch.Tensor, *extras: torch.Tensor, output: int = 0, steps: int = 32
) -> torch.Tensor:
    """(objects, channels, rows, columns) what each pixel adds to an output, from the empty picture on.

    The sum over an object is the output of its picture less that of an empty one, as far as `steps` are enough.

    Source: arXiv:1703.01365, by captum.

    Args:
        network: called with pictures and extras, makes (objects, outputs). Take raw numbers, not probabilities: these
            hardly change where they are near 0 or 1.
        pictures: (objects, channels, rows, columns) as the network reads them.
        extras: further inputs, the same for the empty picture.
        output: which number.
        steps: points of the integral.

    Raises:
        MissingDependencyError: captum is not installed.
    """
    try:
        from captum.attr import IntegratedGradients  # noqa: PLC0415 (takes seconds)
    except ImportError as error:
        raise MissingDependencyError("saliency needs captum: pip install 'e2efw[train]'") from error
    method = IntegratedGradients(network, multiply_by_inputs=True)
    found = method.attribute(
        pictures,
        baselines=torch.zeros_like(pictures),
        target=output,
        additional_forward_args=extras or None,
        n_steps=steps,
        internal_batch_size=max(len(pictures), 1),
    )
    return found.detach()


def saliency(
    network: nn.Module,
    batches: Iterable[Mapping[str, torch.Tensor]],
    channels: Sequence[str],
    *,
    label: str = "label",
    classes: Sequence[str] = ("background", "signal"),
    extras: Sequence[str] = (),
    output: int = 0,
    steps: int = 32,
) -> Saliency:
    """Mean size of the attributions of each class.

    Args:
        network: as for `integrated_gradients`; it is used as in inference, and left in the mode that it was in.
        batches: `pictures` and columns, as `window_loader` makes them.
        channels: names, in the order of the pictures.
        label: column with the class, from 0; "" puts all objects together, as is right for regressions.
        classes: names; of all objects together, one.
        extras: columns that the network reads too.
        output: which number of the network.
        steps: points of the integral; each costs as much as a step of a training.

    Raises:
        LogicError: the names do not fit the pictures or labels, or there are no objects.
        MissingDependencyError: captum is not installed.
    """
    named = tuple(classes) if label else (classes[0],)
    sums: dict[str, NDArray[np.float64]] = {}
    n = dict.fromkeys(named, 0)
    was_training = network.training
    network.eval()
    try:
        for batch in batches:
            pictures = batch["pictures"]
            if pictures.shape[1] != len(channels):
                raise LogicError(f"saliency: {len(channels)} names for pictures of {pictures.shape[1]} channels.")
            given = (batch[name] for name in extras)
            found = integrated_gradients(network, pictures, *given, output=output, steps=steps).abs().double()
            mine = batch[label].long() if label else torch.zeros(len(pictures), dtype=torch.int64)
            if len(mine) and not (mine.min() >= 0 and mine.max() < len(named)):
                raise LogicError(f"saliency: labels {mine.min()} to {mine.max()} of {len(named)} classes.")
            for number, name in enumerate(named):
                part = found[mine.to(found.device) == number].sum(dim=0).cpu().numpy()
                sums[name] = sums.get(name, 0.0) + part
                n[name] += int((mine == number).sum())
    finally:
        network.train(was_training)
    if not sum(n.values()):
        raise LogicError("saliency: there are no objects to look at.")
    return Saliency(tuple(channels), {name: sums[name] / n[name] for name in named if n[name]}, n)


def draw_saliency(found: Saliency, path: Path, *, unit: str = "logit", note: str = "Simulation") -> None:
    """One picture: a row per class, a column per channel, all on one logarithmic scale of colours.

    Args:
        found: attributions.
        path: file to write; its ending says which format.
        unit: of the output.
        note: above the picture, at the left: which data these are.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        FileWriteError: the picture cannot be written.
    """
    try:
        from matplotlib.colors import LogNorm  # noqa: PLC0415 (an extra)
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise MissingDependencyError("pictures need matplotlib: pip install 'e2efw[plot]'") from error
    names, width = list(found.maps), len(found.channels)
    figure = Figure(figsize=(1.4 + 2.1 * width, 1.1 + 2.2 * len(names)), layout="constrained")
    grid = figure.subplots(len(names), width, sharex=True, sharey=True, squeeze=False)
    highest = max(float(one.max()) for one in found.maps.values()) or 1.0
    norm = LogNorm(highest / 10**_DECADES, highest)
    for row, name in enumerate(names):
        for column, axes in enumerate(grid[row]):
            shown = _draw_map(axes, found.maps[name][column], norm)
            axes.set_title(f"{found.channels[column]}: {found.shares(name)[column]:.1%}", fontsize="small")
        grid[row, 0].set_ylabel(f"{name} ({found.n[name]})")
    figure.colorbar(shown, ax=grid, label=f"Mean |attribution| per pixel [{unit}]", extend="min", pad=0.01)
    figure.supxlabel(r"Columns from the middle ($\varphi$)")
    figure.supylabel(r"Rows from the middle ($\eta$)")
    figure.suptitle(
        f"{note}; percentages: what each channel adds of all", x=0.01, ha="left", fontsize="medium", fontstyle="italic"
    )
    file = WholeFile(path, "pictures")
    with file.writing():
        figure.savefig(file.temporary, format=path.suffix.removeprefix("."), dpi=130)
    file.finish()


def _draw_map(axes: Any, values: NDArray[np.float64], norm: Any) -> Any:
    """One channel, the middle pixel at 0; pixels below the scale have its lowest colour."""
    ends = [(-((size - 1) // 2) - 0.5, size - (size - 1) // 2 - 0.5) for size in values.shape[::-1]]
    shown = axes.imshow(
        np.maximum(values, norm.vmin), norm=norm, origin="lower", extent=(*ends[0], *ends[1]), cmap="inferno"
    )
    axes.tick_params(labelsize="small")
    return shown
