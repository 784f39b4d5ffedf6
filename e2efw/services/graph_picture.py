"""The graph of a job as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from e2efw.errors import MissingDependencyError
from e2efw.framework.observer import JobView
from e2efw.services.graph import edges, levels, nodes
from e2efw.services.graph_layout import Point, laid_out

_COLUMN: Final = 2.5
"""Inches from one column to the next."""
_ROW: Final = 0.62
"""Inches from one module to the next below it."""
_BEND: Final = 0.45
"""How far from a module an arrow turns, in columns."""
_HALF_BOX: Final = 0.34
"""Half the width of a module, in columns."""


def draw_picture(view: JobView, target: Path, highlight: tuple[str, ...] = ()) -> None:
    """Modules in columns by their level, an arrow for every edge, those to outputs in gray.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 (only where something is drawn)
    except ImportError as error:
        raise MissingDependencyError("a picture of modules needs matplotlib: pip install 'e2efw[plot]'") from error
    layout = laid_out(levels(view), [(edge.maker, edge.reader) for edge in edges(view)])
    size = _COLUMN * layout.columns, _ROW * layout.height + 0.5
    figure = Figure(figsize=size, layout="constrained")
    axes: Any = figure.add_subplot()
    for (_, reader), points in layout.routes.items():
        _arrow(axes, points, to_output=reader in view.outputs)
    for label, plugin in nodes(view).items():
        colour = "lightgreen" if label in highlight else "lightgray" if label == "source" else "white"
        _box(axes, layout.modules[label], label, plugin, colour)
    axes.set(xlim=(-0.5, layout.columns - 0.5), ylim=(-layout.height / 2, layout.height / 2))
    axes.set_title(f"process {view.process}", fontsize=10)
    axes.axis("off")
    figure.savefig(target, dpi=120)


def _box(axes: Any, place: Point, label: str, plugin: str, colour: str) -> None:
    """A box of fixed width with the label over the type, in letters that fit."""
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415 (only where something is drawn)

    x, y = place
    style = "round,pad=0,rounding_size=0.06"
    corner = x - _HALF_BOX, y - 0.36
    axes.add_patch(FancyBboxPatch(corner, 2 * _HALF_BOX, 0.72, style, facecolor=colour, edgecolor="black", zorder=2))
    for text, height, weight in ((label, 0.15, "bold"), (plugin, -0.17, "normal")):
        letters = min(8.0, 200 / max(len(text), 1))
        axes.text(x, y + height, text, ha="center", va="center", fontsize=letters, fontweight=weight, zorder=3)


def _arrow(axes: Any, points: Sequence[Point], *, to_output: bool) -> None:
    """A smooth line through all points that is level wherever it meets one; those to outputs lie below the others."""
    from matplotlib.patches import FancyArrowPatch  # noqa: PLC0415 (only where something is drawn)
    from matplotlib.path import Path as Line  # noqa: PLC0415

    (x, y), *others = points
    vertices, codes = [(x + _HALF_BOX, y)], [Line.MOVETO]
    for number, (next_x, next_y) in enumerate(others, start=1):
        end = next_x - _HALF_BOX
        start = vertices[-1][0]
        bend = min(_BEND, (end - start) / 2)
        vertices += [(start + bend, y), (end - bend, next_y), (end, next_y)]
        codes += [Line.CURVE4] * 3
        if number < len(others):  # through a gap
            vertices.append((next_x + _HALF_BOX, next_y))
            codes.append(Line.LINETO)
        y = next_y
    colour, zorder = ("0.6", 0.5) if to_output else ("tab:blue", 1.0)
    style: dict[str, Any] = {
        "arrowstyle": "-|>",
        "mutation_scale": 8,
        "color": colour,
        "linewidth": 0.9,
        "zorder": zorder,
    }
    axes.add_patch(FancyArrowPatch(path=Line(vertices, codes), shrinkA=0, shrinkB=0, **style))
