"""The order of modules, fixed and checked before the first event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Self, TypeAlias

from e2efw.errors import ScheduleError

Node: TypeAlias = tuple[int, int]
"""Number of a path and a position on it."""


@dataclass(frozen=True)
class PathEntry:
    """One module on a path.

    Args:
        label: the module.
        veto: its decision is inverted (``~``).
        ignore: its decision does not stop the path (``cms.ignore``).
    """

    label: str
    veto: bool = False
    ignore: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the flat form of a path: ``!label`` is a veto, ``-label`` an ignored decision.

        ``|label`` and ``+label`` say that what follows waits, as everything here does; ``+`` also ignores.
        """
        return cls(text.lstrip("!-|+"), veto=text.startswith("!"), ignore=text.startswith(("-", "+")))


@dataclass(frozen=True)
class PathPlan:
    """One path: its modules in the order written."""

    name: str
    entries: tuple[PathEntry, ...]


@dataclass(frozen=True)
class Step:
    """Run one module for the events that are still on one path."""

    path: int
    entry: PathEntry


def ordered(paths: Sequence[PathPlan], needs: Mapping[str, Iterable[str]]) -> list[Step]:
    """Put the modules of all paths into one order in which every product is made before it is read.

    A module runs where the first path reaches it, for the events that path still has; a later path runs it for the
    rest.

    Args:
        paths: in order of priority.
        needs: for each module label, the labels of the modules whose products it reads.

    Raises:
        ScheduleError: a cycle, or a module that reads what is made later on its path; spells out the chain.
    """
    nodes = [(p, i) for p, path in enumerate(paths) for i in range(len(path.entries))]
    before = {node: _before(node, paths, needs) for node in nodes}
    after: dict[Node, list[Node]] = {node: [] for node in nodes}
    for node, earlier in before.items():
        for first in earlier:
            after[first].append(node)
    waiting = {node: len(earlier) for node, earlier in before.items()}
    ready = [node for node in nodes if not waiting[node]]
    heapify(ready)
    steps = []
    while ready:
        node = heappop(ready)
        steps.append(Step(node[0], paths[node[0]].entries[node[1]]))
        for follower in after[node]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, follower)
    if len(steps) < len(nodes):
        stuck = {node for node in nodes if waiting[node]}
        raise ScheduleError(f"the modules cannot be put in order: {_cycle(stuck, before, paths)}.")
    return steps


def _before(node: Node, paths: Sequence[PathPlan], needs: Mapping[str, Iterable[str]]) -> set[Node]:
    """What must have run before a node: its predecessor on the path, and the makers of what it reads."""
    path, position = node
    entries = paths[path].entries
    earlier = {(path, position - 1)} if position else set()
    for maker in needs.get(entries[position].label, ()):
        if any(entry.label == maker for entry in entries[:position]):
            continue  # on the same path, earlier: made for every event that gets here
        earlier |= {
            (p, i) for p, other in enumerate(paths) for i, entry in enumerate(other.entries) if entry.label == maker
        }
    return earlier


def _cycle(stuck: set[Node], before: Mapping[Node, set[Node]], paths: Sequence[PathPlan]) -> str:
    """One cycle among the stuck nodes, in words."""

    def name(node: Node) -> str:
        return paths[node[0]].entries[node[1]].label

    trail = [min(stuck)]
    while True:
        following = min(before[trail[-1]] & stuck)
        if following in trail:
            loop = [*trail[trail.index(following) :], following]
            break
        trail.append(following)
    parts = []
    for this, that in pairwise(loop):
        on_path = f" [path {paths[this[0]].name}]"
        is_predecessor = that == (this[0], this[1] - 1)
        parts.append(
            f"'{name(this)}' comes after '{name(that)}'{on_path}"
            if is_predecessor
            else f"'{name(this)}' consumes '{name(that)}'{on_path}"
        )
    return ", ".join(parts)
