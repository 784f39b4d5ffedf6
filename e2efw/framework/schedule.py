"""The order of modules, fixed and checked before the first event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Final, Literal, Self, TypeAlias

from e2efw.errors import ScheduleError

RESULTS: Final = "TriggerResults"
"""Label of the product that tells how every event fared on every path."""

Node: TypeAlias = tuple[int, int]
"""Number of a path and a position on it; the position after the last is the end of the path."""
Needs: TypeAlias = Mapping[str, Iterable[str]]
"""For each module label, the labels of what it reads: modules, paths (their status), or `RESULTS`."""


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
        """From the flat form of a path: ``!`` veto, ``-`` ignored decision, ``|`` wait, ``+`` wait and ignore.

        Every module waits for the one before it anyway, so ``cms.wait`` changes nothing.
        """
        return cls(text.lstrip("!-|+"), veto=text.startswith("!"), ignore=text[:1] in {"-", "+"})


@dataclass(frozen=True)
class PathPlan:
    """One path: its modules in the order written.

    Args:
        kind: paths run first, then end paths, then what the final paths write.
    """

    name: str
    entries: tuple[PathEntry, ...]
    kind: Literal["Path", "EndPath", "FinalPath"] = "Path"


@dataclass(frozen=True)
class Step:
    """Run one module for the events that are still on one path, or let an output take them."""

    path: int
    entry: PathEntry
    position: int = 0


@dataclass(frozen=True)
class PathEnd:
    """A path is done: its status is known."""

    path: int


@dataclass(frozen=True)
class AllPathsEnd:
    """All paths are done: the trigger results are known, end paths may start."""


AnyStep: TypeAlias = Step | PathEnd | AllPathsEnd


@dataclass(frozen=True)
class _Graph:
    """What must come before what."""

    paths: Sequence[PathPlan]
    before: dict[Node, set[Node]] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Sequence[PathPlan], needs: Needs) -> Self:
        graph = cls(paths)
        makers: dict[str, set[Node]] = {}
        for p, path in enumerate(paths):
            makers.setdefault(path.name, set()).add((p, len(path.entries)))
            for i, entry in enumerate(path.entries):
                makers.setdefault(entry.label, set()).add((p, i))
        makers[RESULTS] = {graph.results}
        for p, path in enumerate(paths):
            for i in range(len(path.entries) + 1):
                graph.before[p, i] = {(p, i - 1)} if i else graph.start(path.kind)
            for i, entry in enumerate(path.entries):
                earlier = {other.label for other in path.entries[:i]}  # made for every event that gets here
                for maker in set(needs.get(entry.label, ())) - earlier:
                    graph.before[p, i] |= graph.makers(makers.get(maker, set()), path.kind)
        graph.before[graph.results] = graph.ends("Path")
        return graph

    @property
    def results(self) -> Node:
        """After all paths, before all end paths."""
        return sum(path.kind == "Path" for path in self.paths), -1

    def makers(self, nodes: set[Node], kind: str) -> set[Node]:
        """Of all places where a product is made, those that count for a reader on such a path.

        What an end path makes once more comes too late for a path.
        """
        on_paths = {node for node in nodes if self.paths[node[0]].kind == "Path"} if nodes != {self.results} else set()
        return on_paths if kind == "Path" and on_paths else nodes

    def ends(self, kind: str) -> set[Node]:
        """Where paths of a kind end."""
        return {(p, len(path.entries)) for p, path in enumerate(self.paths) if path.kind == kind}

    def start(self, kind: str) -> set[Node]:
        """What comes before the first module of such a path."""
        if kind == "Path":
            return set()
        return {self.results} | (self.ends("EndPath") if kind == "FinalPath" else set())

    def step(self, node: Node) -> AnyStep:
        """What is done there."""
        p, i = node
        if i < 0:
            return AllPathsEnd()
        entries = self.paths[p].entries
        return PathEnd(p) if i == len(entries) else Step(p, entries[i], i)

    def name(self, node: Node) -> str:
        """In messages."""
        step = self.step(node)
        if isinstance(step, AllPathsEnd):
            return RESULTS
        return step.entry.label if isinstance(step, Step) else self.paths[step.path].name


def ordered(paths: Sequence[PathPlan], needs: Needs) -> list[AnyStep]:
    """Put the modules of all paths into one order in which every product is made before it is read.

    A module runs where the first path reaches it, for the events that path still has; a later path runs it for the
    rest. End paths follow when all paths are done, final paths when all end paths are.

    Args:
        paths: in order of priority: paths, end paths, final paths.
        needs: what each module reads.

    Raises:
        ScheduleError: a cycle, or a module that reads what is made later on its path; spells out the chain.
    """
    graph = _Graph.of(paths, needs)
    after: dict[Node, list[Node]] = {node: [] for node in graph.before}
    for node, earlier in graph.before.items():
        for first in earlier:
            after[first].append(node)
    waiting = {node: len(earlier) for node, earlier in graph.before.items()}
    ready = [node for node, number in waiting.items() if not number]
    heapify(ready)
    steps = []
    while ready:
        node = heappop(ready)
        steps.append(graph.step(node))
        for follower in after[node]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, follower)
    if len(steps) < len(waiting):
        stuck = {node for node, number in waiting.items() if number}
        raise ScheduleError(f"the modules cannot be put in order: {_cycle(stuck, graph)}.")
    return steps


def _cycle(stuck: set[Node], graph: _Graph) -> str:
    """One cycle among the stuck nodes, in words."""
    trail = [min(stuck)]
    while True:
        following = min(graph.before[trail[-1]] & stuck)
        if following in trail:
            loop = [*trail[trail.index(following) :], following]
            break
        trail.append(following)
    return ", ".join(_link(this, that, graph) for this, that in pairwise(loop))


def _link(this: Node, that: Node, graph: _Graph) -> str:
    name, other = graph.name(this), graph.name(that)
    step = graph.step(this)
    if isinstance(step, AllPathsEnd):
        return f"'{name}' waits for path '{other}'"
    where = f"[path {graph.paths[this[0]].name}]"
    if isinstance(step, PathEnd):
        return f"path '{name}' ends with '{other}'"
    if that == (this[0], this[1] - 1):
        return f"'{name}' comes after '{other}' {where}"
    if isinstance(graph.step(that), AllPathsEnd) and not this[1] and graph.paths[this[0]].kind != "Path":
        return f"'{name}' comes after all paths {where}"
    return f"'{name}' consumes '{other}' {where}"
