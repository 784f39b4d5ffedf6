"""Where the modules of a graph stand, and which way its arrows take.

Modules stand in columns by their level. An arrow over several columns goes through a gap in each column between, which
all arrows of one module share, so no arrow crosses a box. Within a column everything stands near what it comes from,
so that arrows cross each other seldom (the barycentre method of Sugiyama, Tagawa and Toda, 1981).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

GAP_HEIGHT: Final = 0.3
"""Of a gap, in heights of a module."""
_SWEEPS: Final = 4

Point: TypeAlias = tuple[float, float]


class Place(NamedTuple):
    """A module, or a gap for its arrows, in a column."""

    label: str
    column: int
    is_gap: bool

    @property
    def height(self) -> float:
        """In heights of a module."""
        return GAP_HEIGHT if self.is_gap else 1.0


@dataclass(frozen=True)
class Layout:
    """Positions: column to the right, height of a module upwards.

    Args:
        modules: by label.
        routes: for each pair of maker and reader the points from one to the other, both included.
    """

    modules: Mapping[str, Point]
    routes: Mapping[tuple[str, str], list[Point]]

    @property
    def columns(self) -> int:
        """How many there are."""
        return 1 + int(max(x for x, _ in self.modules.values()))

    @property
    def height(self) -> float:
        """From the lowest to the highest module."""
        return 1 + 2 * max(abs(y) for points in [self.modules.values(), *self.routes.values()] for _, y in points)


def laid_out(levels: Mapping[str, int], edges: Iterable[tuple[str, str]]) -> Layout:
    """Find places for modules and ways for arrows.

    Args:
        levels: column of each module by label; each edge goes to a higher one.
        edges: pairs of maker and reader.
    """
    routes = {(maker, reader): _through(maker, reader, levels) for maker, reader in edges}
    places = dict.fromkeys(Place(label, level, is_gap=False) for label, level in levels.items())
    places |= dict.fromkeys(place for route in routes.values() for place in route)
    columns: list[list[Place]] = [[] for _ in range(1 + max(levels.values()))]
    for place in places:
        columns[place.column].append(place)
    before: dict[Place, set[Place]] = {place: set() for place in places}
    after: dict[Place, set[Place]] = {place: set() for place in places}
    for route in routes.values():
        for one, other in pairwise(route):
            before[other].add(one)
            after[one].add(other)
    heights = {place: y for column in columns for place, y in _stacked(column)}
    for sweep in range(_SWEEPS):
        neighbours, order = (before, columns) if sweep % 2 == 0 else (after, columns[::-1])
        for column in order:
            column.sort(key=lambda place: -_mean(place, neighbours[place], heights))
            heights |= dict(_stacked(column))
    points = {place: (float(place.column), heights[place]) for place in places}
    return Layout(
        {place.label: point for place, point in points.items() if not place.is_gap},
        {ends: [points[place] for place in route] for ends, route in routes.items()},
    )


def _through(maker: str, reader: str, levels: Mapping[str, int]) -> list[Place]:
    first, last = levels[maker], levels[reader]
    gaps = [Place(maker, column, is_gap=True) for column in range(first + 1, last)]
    return [Place(maker, first, is_gap=False), *gaps, Place(reader, last, is_gap=False)]


def _stacked(column: Iterable[Place]) -> list[tuple[Place, float]]:
    """Middle of each place in a column, the first on top, the column's middle at 0."""
    column = list(column)
    top = sum(place.height for place in column) / 2
    found = []
    for place in column:
        found.append((place, top - place.height / 2))
        top -= place.height
    return found


def _mean(place: Place, neighbours: Iterable[Place], heights: Mapping[Place, float]) -> float:
    """Mean height of what a place is joined to; its own if that is nothing."""
    found = [heights[one] for one in neighbours]
    return sum(found) / len(found) if found else heights[place]
