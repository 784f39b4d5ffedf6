"""What every stream does with every block, worked out before the first event.

Memory: a product lives from the step that makes it (or from reading) to the last step that may read it, or to the
writing of its block if an output keeps it. That step is known beforehand: it is the last one whose module, or whose
modules on demand, reads or makes the product. A job holds at most `streams` + 1 blocks plus the one being read, so its
memory for events is bounded by (streams + 2) times the largest sum of products alive at one step of one block.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from e2efw.errors import ScheduleError
from e2efw.framework.failures import ErrorActions
from e2efw.framework.observer import Observers
from e2efw.framework.schedule import AnyStep, PathPlan, Step
from e2efw.framework.select_events import Selection
from e2efw.framework.tags import ProductKey
from e2efw.framework.worker import Worker


@dataclass(frozen=True)
class OutputPlan:
    """What an output gets.

    Args:
        selection: its SelectEvents.
        results: trigger results of earlier processes that it asks for, by process.
        on_demand: unscheduled modules that make what it keeps, in the order they run.
    """

    selection: Selection
    results: Mapping[str, ProductKey] = field(default_factory=dict)
    on_demand: Sequence[str] = ()


@dataclass(frozen=True)
class Plan:
    """What every stream does with every block.

    Args:
        paths: paths, end paths, final paths.
        steps: what is done, in order.
        workers: all modules but the outputs, by label.
        outputs: by label.
        on_demand: for each module, the unscheduled ones that make what it reads, in the order they run.
        last_use: for each step, the products that no later step and no output needs; one list more for those that
            outputs read on demand.
        results_key: of the trigger results, None if nobody reads them.
        status_keys: of the status of paths that somebody reads, by number of the path.
        makers: for each product of this process, the module.
        aliases: products that an output writes under a second name, by that name.
    """

    paths: Sequence[PathPlan]
    steps: Sequence[AnyStep]
    workers: Mapping[str, Worker]
    outputs: Mapping[str, OutputPlan] = field(default_factory=dict)
    on_demand: Mapping[str, Sequence[str]] = field(default_factory=dict)
    last_use: Sequence[Sequence[ProductKey]] = ()
    results_key: ProductKey | None = None
    status_keys: Mapping[int, ProductKey] = field(default_factory=dict)
    makers: Mapping[ProductKey, str] = field(default_factory=dict)
    actions: ErrorActions = field(default_factory=ErrorActions)
    observers: Observers = field(default_factory=Observers)
    aliases: Mapping[ProductKey, ProductKey] = field(default_factory=dict)

    @property
    def path_names(self) -> list[str]:
        """Names of the paths that make the trigger results."""
        return [path.name for path in self.paths if path.kind == "Path"]


def demanded(label: str, needs: Mapping[str, Collection[str]], unscheduled: Collection[str]) -> list[str]:
    """The unscheduled modules that make what a module reads, directly or not, makers first.

    Args:
        needs: for each module, the labels of the modules that it reads.
        unscheduled: labels of modules on tasks and on no path.

    Raises:
        ScheduleError: they read each other in a circle; spells it out.
    """
    found: list[str] = []

    def visit(reader: str, trail: tuple[str, ...]) -> None:
        for maker in sorted(needs.get(reader, ())):
            if maker in trail:
                chain = [*trail[trail.index(maker) :], maker]
                links = (f"'{a}' consumes '{b}'" for a, b in pairwise(chain))
                raise ScheduleError(f"unscheduled modules cannot be put in order: {', '.join(links)}.")
            if maker in unscheduled and maker not in found:
                visit(maker, (*trail, maker))
                found.append(maker)

    visit(label, (label,) if label in unscheduled else ())
    return found


def through_demand(
    label: str, needs: Mapping[str, Collection[str]], on_demand: Sequence[str], unscheduled: Collection[str]
) -> set[str]:
    """What must have run on paths before a module: what it reads, and what its modules on demand read."""
    readers = [label, *on_demand]
    return {maker for reader in readers for maker in needs.get(reader, ()) if maker not in unscheduled}


def last_use(
    steps: Sequence[AnyStep],
    workers: Mapping[str, Worker],
    on_demand: Mapping[str, Sequence[str]],
    late: Collection[str],
    kept: Collection[ProductKey],
) -> list[list[ProductKey]]:
    """For each step, the products that nobody needs after it; a last list for what `late` modules touch.

    Args:
        late: modules that run on demand of an output, after all steps.
        kept: products that are written.
    """
    last: dict[ProductKey, int] = {}
    for number, step in enumerate([*steps, None]):
        labels: Collection[str] = late
        if step is not None:
            labels = [step.entry.label, *on_demand.get(step.entry.label, ())] if isinstance(step, Step) else ()
        for worker in (workers[label] for label in labels if label in workers):
            last |= {key: number for key in (*worker.outputs, *worker.inputs.values()) if key is not None}
    unused: list[list[ProductKey]] = [[] for _ in range(len(steps) + 1)]
    for key, number in last.items():
        if key not in kept:
            unused[number].append(key)
    return unused
