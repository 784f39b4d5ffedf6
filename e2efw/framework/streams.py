"""Running the schedule over one block."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from e2efw.framework.blocks import Block
from e2efw.framework.modules import Module
from e2efw.framework.observer import Observers
from e2efw.framework.schedule import Step
from e2efw.framework.schema import Schema
from e2efw.framework.tags import ProductKey

Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Worker:
    """A module ready to run.

    Args:
        inputs: keys of the products it consumes, by name; None for an optional one that nobody has.
        outputs: keys of what it makes, by position in what `produce` returns.
        state: what its `begin_job` returned.
    """

    label: str
    module: Module
    schema: Schema
    inputs: Mapping[str, ProductKey | None]
    outputs: Sequence[ProductKey]
    state: Any

    def run(self, block: Block, events: NDArray[np.int64]) -> Mask | None:
        """Run for these events of the block; products go into the block, a filter's decisions are returned."""
        products = {name: None if key is None else block.get(key, events) for name, key in self.inputs.items()}
        arguments = self.schema.arguments(products)
        if self.schema.ids_argument:
            arguments[self.schema.ids_argument] = block.ids if events.size == len(block) else block.ids.take(events)
        if self.schema.state_argument:
            arguments[self.schema.state_argument] = self.state
        returned = getattr(self.module, self.schema.function)(**arguments)
        if self.schema.function == "filter":
            return self._decisions(returned, events.size)
        made = returned if self.schema.several else (returned,)
        for key, product, expected in zip(self.outputs, made, self.schema.produces.values(), strict=False):
            if not isinstance(product, expected) or len(product) != events.size:
                raise LogicError(
                    f"made {type(product).__name__} instead of {expected.__name__} for {events.size} events."
                )
            block.put(key, product, events)
        return None

    @staticmethod
    def _decisions(returned: Any, n_events: int) -> Mask:
        decisions = np.asarray(returned)
        if decisions.shape != (n_events,) or decisions.dtype != np.bool_:
            raise LogicError(f"a filter returns ({n_events},) bool, not {decisions.shape} {decisions.dtype}.")
        return decisions


@dataclass(frozen=True)
class Plan:
    """What every stream does with every block.

    Args:
        last_use: for each step, the products that no later step and no output needs.
    """

    steps: Sequence[Step]
    path_names: Sequence[str]
    workers: Mapping[str, Worker]
    last_use: Sequence[Sequence[ProductKey]]
    observers: Observers = field(default_factory=Observers)


@dataclass
class Done:
    """A processed block, and what it took."""

    block: Block
    passed: Mapping[str, Mask]
    seconds: Mapping[str, float]
    visited: Mapping[str, int]


@dataclass
class _Progress:
    """Which events each module has seen, and how its filters decided."""

    n_events: int
    seen: dict[str, Mask] = field(default_factory=dict)
    decided: dict[str, Mask] = field(default_factory=dict)

    def todo(self, label: str, alive: Mask) -> NDArray[np.int64]:
        """Events on the path that the module has not seen yet; marks them as seen."""
        seen = self.seen.setdefault(label, np.zeros(self.n_events, np.bool_))
        events = np.flatnonzero(alive & ~seen)
        seen[events] = True
        return events


def run_block(plan: Plan, block: Block) -> Done:
    """Run all paths over a block; each module at most once per event."""
    with plan.observers.block(block):
        return _run_paths(plan, block)


def _run_paths(plan: Plan, block: Block) -> Done:
    alive = [np.ones(len(block), np.bool_) for _ in plan.path_names]
    progress = _Progress(len(block))
    seconds: dict[str, float] = defaultdict(float)
    visited: dict[str, int] = defaultdict(int)
    for step, unused in zip(plan.steps, plan.last_use, strict=True):
        label = step.entry.label
        worker = plan.workers[label]
        events = progress.todo(label, alive[step.path])
        if events.size:
            start = time.perf_counter()
            with plan.observers.module(label, block, events):
                decisions = _run_named(worker, block, events)
            seconds[label] += time.perf_counter() - start
            visited[label] += events.size
            if decisions is not None:
                progress.decided.setdefault(label, np.zeros(len(block), np.bool_))[events] = decisions
        if worker.schema.function == "filter" and not step.entry.ignore:
            passed = progress.decided.get(label, np.zeros(len(block), np.bool_))
            alive[step.path] &= ~passed if step.entry.veto else passed
        for key in unused:
            block.products.pop(key, None)
    return Done(block, dict(zip(plan.path_names, alive, strict=True)), seconds, visited)


def _run_named(worker: Worker, block: Block, events: NDArray[np.int64]) -> Mask | None:
    """Run a module; an error is told which module and which events it met."""
    try:
        return worker.run(block, events)
    except Exception as error:
        first, last = block.ids.name(int(events[0])), block.ids.name(int(events[-1]))
        error.add_note(
            f"in module '{worker.label}' ({type(worker.module).__name__}), events {first} to {last} of {block.ids.file}"
        )
        raise
