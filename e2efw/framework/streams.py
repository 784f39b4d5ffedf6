"""Running the schedule over one block."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import Block
from e2efw.framework.counts import BlockCounts, Counts, count
from e2efw.framework.failures import Action, EventFailure, category, isolate, together
from e2efw.framework.path_progress import PASS, PathProgress
from e2efw.framework.plan import Plan
from e2efw.framework.schedule import PathEnd, Step
from e2efw.framework.tags import ProductKey
from e2efw.framework.worker import Events, Mask, Worker
from e2efw.io import path_results

_LOG = logging.getLogger("e2efw.framework")


@dataclass
class Done:
    """A processed block.

    Args:
        chosen: for each output, the events it is to write.
        states: (events, paths) what became of each event on each path.
        indices: (events, paths) last module reached.
    """

    block: Block
    chosen: dict[str, Mask]
    states: NDArray[np.uint8]
    indices: NDArray[np.int16]
    counts: BlockCounts
    failures: list[EventFailure]


@dataclass
class _Module:
    """What became of the events that one module has seen.

    Args:
        seen: None before it has seen any.
        decided: a filter's decisions.
        failed: events that its error, or the error of a module that it reads, ends; None if there are none.
        ignored: events that pass without its products.
    """

    counts: Counts = field(default_factory=Counts)
    seen: Mask | None = None
    decided: Mask | None = None
    failed: Mask | None = None
    ignored: Mask | None = None


def run_block(plan: Plan, block: Block) -> Done:
    """Run all paths over a block; each module at most once per event.

    Raises:
        Exception: an error of a module that the cfg does not let pass; its notes name module and event.
    """
    with plan.observers.block(block):
        return _Run(plan, block).all_steps()


class _Run:
    """One block on its way."""

    def __init__(self, plan: Plan, block: Block) -> None:
        n_events = len(block)
        self._plan = plan
        self._block = block
        self._everything = np.ones(n_events, np.bool_)
        self._all_events = np.arange(n_events)
        self._paths = [PathProgress.start(self._everything, len(path.entries)) for path in plan.paths]
        self._modules: dict[str, _Module] = {}
        self._wrong = False
        """True once an event failed: only then anybody looks for missing products."""
        self._chosen = {label: np.zeros(n_events, np.bool_) for label in plan.outputs}
        self._counts = BlockCounts(n_events)
        self._failures: list[EventFailure] = []

    def all_steps(self) -> Done:
        """Take the block along all paths."""
        started = time.perf_counter()
        plan, products = self._plan, self._block.products
        for number, step in enumerate(plan.steps):
            if isinstance(step, Step):
                self._step(step)
            elif isinstance(step, PathEnd):
                self._end_path(step.path)
            else:
                self._end_paths()
            for key in plan.last_use[number] if plan.last_use else ():
                products.pop(key, None)
        self._select()
        for name, key in plan.aliases.items():
            self._block.share(name, key)
        for key in plan.last_use[-1] if plan.last_use else ():
            products.pop(key, None)
        states, indices = self._results()
        self._counts.passed = count((states == PASS).any(axis=1))
        self._counts.modules = {label: module.counts for label, module in self._modules.items()}
        self._counts.seconds = time.perf_counter() - started
        return Done(self._block, self._chosen, states, indices, self._counts, self._failures)

    def _step(self, step: Step) -> None:
        """Run one module, or note what an output gets."""
        path, label = self._paths[step.path], step.entry.label
        if not path.n_alive:
            return
        counts = self._counts.places.setdefault((step.path, step.position), Counts())
        counts.visited += path.n_alive
        if label in self._chosen:
            self._chosen[label] |= path.alive
            counts.passed += path.n_alive
            return
        started = time.perf_counter()
        self._visit(label, path.alive, self._plan.on_demand.get(label, ()))
        counts.seconds = time.perf_counter() - started
        self._counts.paths.setdefault(step.path, Counts()).seconds += counts.seconds
        module = self._modules[label]
        module.counts.visited += path.n_alive
        if module.failed is not None:
            counts.error += path.fail(module.failed, step.position)
        if module.decided is not None and not step.entry.ignore:
            passed = ~module.decided if step.entry.veto else module.decided
            if module.ignored is not None:
                passed = passed | module.ignored
            counts.failed += path.stop(passed, step.position)
        counts.passed += path.n_alive

    def _visit(self, label: str, asked: Mask, on_demand: Sequence[str]) -> None:
        """See to it that a module has seen these events."""
        module = self._modules.get(label)
        if module is None:
            module = self._modules[label] = _Module()
        if module.seen is None:
            todo = module.seen = asked
        else:
            todo = asked & ~module.seen
            module.seen = module.seen | todo
        events = self._all_events if todo is self._everything else np.flatnonzero(todo)
        if not events.size:
            return
        for helper in on_demand:
            self._visit(helper, todo, ())
            self._modules[helper].counts.visited += events.size
        worker = self._plan.workers[label]
        if worker.is_filter and module.decided is None:
            module.decided = np.zeros(len(self._block), np.bool_)
        if self._wrong:
            events = self._runnable(worker, module, events)
        if events.size:
            self._execute(worker, module, events)

    def _execute(self, worker: Worker, module: _Module, events: Events) -> None:
        """Run a module for these events; single events may fail."""

        def run(some: Events) -> None:
            decisions = worker.run(self._block, some)
            passed = some.size
            if decisions is not None and module.decided is not None:
                module.decided[some] = decisions
                passed = count(decisions)
            module.counts.passed += passed
            module.counts.failed += some.size - passed

        started = time.perf_counter()
        try:
            with self._plan.observers.module(worker.label, self._block, events):
                run(events)
        except Exception as error:  # noqa: BLE001 (whatever a module raises is about some event)
            isolate(run, events, error, lambda some, reason: self._blame(worker, module, some, reason))
        module.counts.executed += events.size
        module.counts.seconds += time.perf_counter() - started

    def _blame(self, worker: Worker, module: _Module, events: Events, error: Exception) -> None:
        """Events fail: end the job, or what depends on the module in a single one, or pass over that."""
        ids, n_events = self._block.ids, len(self._block)
        first, last = ids.name(int(events[0])), ids.name(int(events[-1]))
        action = self._plan.actions.action(error)
        if events.size > 1 or action is Action.RETHROW:
            which = f"event {first}" if events.size == 1 else f"events {first} to {last}"
            error.add_note(f"in module '{worker.label}' ({type(worker.module).__name__}), {which} of {ids.file}")
            if events.size > 1:
                error.add_note(together(events.size, error))
            raise error
        failure = EventFailure(first, ids.file, worker.label, category(error), str(error), action)
        self._wrong = True
        self._failures.append(failure)
        module.counts.error += 1
        if action is Action.IGNORE_COMPLETELY or worker.label in self._plan.actions.tolerant:
            _LOG.warning("%s; the event passes without it", failure)
            module.ignored = _with(module.ignored, events, n_events)
        else:
            module.failed = _with(module.failed, events, n_events)

    def _runnable(self, worker: Worker, module: _Module, events: Events) -> Events:
        """The events for which nothing is missing that failed; the others share the fate of what is missing.

        A module that can do without a product still shares the fate of an event that failed, unless the cfg calls it
        tolerant; where an error was ignored, it gets None.
        """
        tolerant = worker.label in self._plan.actions.tolerant
        keys = worker.required if tolerant else [key for key in worker.inputs.values() if key is not None]
        failed = self._missing(keys, events, lambda maker: maker.failed)
        ignored = self._missing(worker.required, events, lambda maker: maker.ignored) & ~failed
        if failed.any():
            module.failed = _with(module.failed, events[failed], len(self._block))
        if ignored.any():
            module.ignored = _with(module.ignored, events[ignored], len(self._block))
        return events[~(failed | ignored)]

    def _missing(
        self, keys: Iterable[ProductKey], events: Events, fate: Callable[[_Module], Mask | None]
    ) -> NDArray[np.bool_]:
        """(events,) True where the maker of one of the products met this fate."""
        missing = np.zeros(events.size, np.bool_)
        for key in keys:
            maker = self._modules.get(self._plan.makers.get(key, ""))
            met = None if maker is None else fate(maker)
            if met is not None:
                missing |= met[events]
        return missing

    def _end_path(self, number: int) -> None:
        """All modules of a path have run."""
        path, kind = self._paths[number], self._plan.paths[number].kind
        counts = self._counts.paths.setdefault(number, Counts())
        counts.visited = counts.executed = len(self._block)
        counts.passed = path.n_alive
        counts.error = path.n_failed
        counts.failed = len(self._block) - path.n_alive - path.n_failed
        key = self._plan.status_keys.get(number)
        if key is not None:
            self._block.put(key, path_results.make_status(kind, path.state, path.index), self._all_events)

    def _end_paths(self) -> None:
        """All paths have run."""
        if self._plan.results_key is not None:
            states, indices = self._results()
            results = path_results.make_results(self._plan.path_names, states, indices)
            self._block.put(self._plan.results_key, results, self._all_events)

    def _results(self) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
        """(events, paths) state and last module reached."""
        n_paths = len(self._plan.path_names)
        states = np.zeros((len(self._block), n_paths), np.uint8)
        indices = np.zeros((len(self._block), n_paths), np.int16)
        for number, path in enumerate(self._paths[:n_paths]):
            states[:, number] = path.state
            indices[:, number] = path.index
        return states, indices

    def _select(self) -> None:
        """What each output writes: the events that reached it and that its SelectEvents accepts."""
        states = {"": self._results()[0]} if self._plan.outputs else {}
        for label, output in self._plan.outputs.items():
            for process, key in output.results.items():
                states[process] = path_results.states_of(self._block.get(key, self._all_events))
            self._chosen[label] &= output.selection.accepted(states, len(self._block))
            for helper in output.on_demand:
                self._visit(helper, self._chosen[label], ())
                self._modules[helper].counts.visited += count(self._chosen[label])


def _with(mask: Mask | None, events: Events, n_events: int) -> Mask:
    """The mask with more events."""
    new = np.zeros(n_events, np.bool_) if mask is None else mask.copy()
    new[events] = True
    return new
