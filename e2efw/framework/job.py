"""A job: a configuration checked, opened, run over all blocks and closed."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import Block, Wanted
from e2efw.framework.configured import JobConfiguration
from e2efw.framework.context import ModuleContext
from e2efw.framework.dataflow import resolve
from e2efw.framework.modules import OpenSource, OutputWriter
from e2efw.framework.observer import JobView, Observers
from e2efw.framework.provenance import Provenance
from e2efw.framework.recording import process_record
from e2efw.framework.report import JobReport, ModuleTime
from e2efw.framework.schedule import Step, ordered
from e2efw.framework.streams import Done, Plan, Worker, run_block
from e2efw.framework.tags import ProductKey

Progress: TypeAlias = Callable[[JobReport, int], None]
"""Called after every block with what was done so far and the number of events expected."""


@dataclass
class Job:
    """A job; `run` does it from the first check to the closed output.

    Everything that can be wrong is found before the first event: the input is opened, every InputTag resolved, the
    modules ordered, models opened and outputs prepared.
    """

    configuration: JobConfiguration
    report: JobReport = field(default_factory=JobReport)

    def run(self, progress: Progress = lambda _report, _total: None) -> JobReport:
        """Process all events.

        Args:
            progress: told after every block.

        Raises:
            E2EFWError: whatever is wrong; no output appears then.
        """
        started = time.perf_counter()
        with contextlib.ExitStack() as stack:
            source = self.configuration.open_source()
            stack.callback(source.close)
            self.report.phases["open input"] = time.perf_counter() - started
            observers = Observers({name: service.open() for name, service in self.configuration.services.items()})
            stack.callback(observers.close)
            opened = _Opened.open(self.configuration, source, observers, stack)
            self.report.streams = self.configuration.options.streams
            self.report.modules = {
                label: ModuleTime(label, plugin) for label, plugin in opened.plugins(self.configuration).items()
            }
            observers.begin_job(opened.view(self.configuration))
            self.report.start_up = time.perf_counter() - started
            self.report.phases["begin modules and outputs"] = self.report.start_up - self.report.phases["open input"]
            started = time.perf_counter()
            self._loop(opened, progress)
            self._close(opened.writers)
            self.report.seconds = time.perf_counter() - started
            self.report.notices += source.report()
            observers.end_job(self.report)
        return self.report

    def _loop(self, opened: "_Opened", progress: Progress) -> None:
        """Read, run and write all blocks; writing follows the order of reading."""
        options = self.configuration.options
        started = time.perf_counter()
        blocks = opened.source.blocks(opened.wanted, options.events_per_block, options.max_events)
        for done in _in_order(opened.plan, self._timed(blocks), options.streams):
            for label, writer in opened.writers.items():
                before = time.perf_counter()
                with opened.plan.observers.module(label, done.block, np.arange(len(done.block))):
                    writer.write(done.block)
                self._count(label, len(done.block), before)
            self.report.add(done)
            self.report.seconds = time.perf_counter() - started
            progress(self.report, opened.n_events)

    def _close(self, writers: Mapping[str, OutputWriter]) -> None:
        """Finish the output files; writing what is still buffered is part of the job's time."""
        for label, writer in writers.items():
            before = time.perf_counter()
            self.report.outputs.append(writer.close())
            self.report.files[label] = [str(file) for file in writer.files]
            self._count(label, 0, before)

    def _timed(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """The blocks, with the time spent waiting for them put on the source's account."""
        while True:
            before = time.perf_counter()
            block = next(blocks, None)
            if block is None:
                return
            self._count("source", len(block), before)
            yield block

    def _count(self, label: str, events: int, since: float) -> None:
        self.report.modules[label].events += events
        self.report.modules[label].seconds += time.perf_counter() - since


@dataclass(frozen=True)
class _Opened:
    """A job after all checks, ready for events.

    Args:
        n_events: how many there will be at most, -1 if that shows only at the end.
    """

    source: OpenSource
    n_events: int
    plan: Plan
    writers: Mapping[str, OutputWriter]
    wanted: Wanted

    @classmethod
    def open(
        cls, configuration: JobConfiguration, source: OpenSource, observers: Observers, stack: contextlib.ExitStack
    ) -> "_Opened":
        """Check the flow of products, prepare the outputs, begin the modules; what is quick to check comes first."""
        _check_process_name(configuration.process_name, source)
        n_events = _expected_events(configuration, source)
        flow = resolve(configuration.running, source.content, configuration.process_name, configuration.idle)
        steps = ordered(configuration.paths, flow.needs(configuration.process_name))
        facts: dict[str, dict[str, Any]] = {label: {} for label in configuration.running}
        provenance = Provenance([*source.provenance.processes, process_record(configuration, flow, facts)])
        writers: dict[str, OutputWriter] = {}
        for label, output in configuration.outputs.items():
            with configuration.blaming(label, output):
                writers[label] = output.open(flow.content, provenance)
            stack.callback(writers[label].abort)
        workers = {}
        for label, configured in configuration.running.items():
            context = ModuleContext(
                configured,
                flow,
                configuration.folder,
                configuration.options.threads_per_stream,
                facts[label],
                observers,
            )
            workers[label] = _begun(configuration, context, stack)
        kept = _kept(writers)
        read = set(kept) | {key for inputs in flow.inputs.values() for key in inputs.values() if key is not None}
        wanted = {key: flow.content[key].product_class or kept.get(key) for key in source.content if key in read}
        last_use = _last_use(steps, workers, set(kept))
        plan = Plan(steps, [path.name for path in configuration.paths], workers, last_use, observers)
        return cls(source, n_events, plan, writers, wanted)

    def plugins(self, configuration: JobConfiguration) -> dict[str, str]:
        """Labels and types of everything that takes time, in the order it runs."""
        order = dict.fromkeys(step.entry.label for step in self.plan.steps)
        modules = {label: type(self.plan.workers[label].module).__name__ for label in order}
        outputs = {label: type(output).__name__ for label, output in configuration.outputs.items()}
        return {"source": type(configuration.source).__name__, **modules, **outputs}

    def view(self, configuration: JobConfiguration) -> JobView:
        """What observers may know."""
        return JobView(
            configuration.process_name,
            configuration.options.threads,
            configuration.options.streams,
            self.n_events,
            self.plugins(configuration),
            {path.name: [entry.label for entry in path.entries] for path in configuration.paths},
            {label: worker.inputs for label, worker in self.plan.workers.items()},
            list(configuration.outputs),
        )


def _kept(writers: Mapping[str, OutputWriter]) -> dict[ProductKey, type[Any] | None]:
    """The products that are written, with the class that a writer needs each as; None for columns as they are."""
    kept: dict[ProductKey, type[Any] | None] = {}
    for writer in writers.values():
        for key, cls in writer.wanted.items():
            kept[key] = kept.get(key) or cls
    return kept


def _check_process_name(name: str, source: OpenSource) -> None:
    """A name that made products of the input cannot make others: they would have the same branches."""
    used = {key.process for key in source.content} | {process.name for process in source.provenance.processes}
    if name in used:
        raise ConfigurationError(
            f"the input has been through a process '{name}' already; give this one another name, such as '{name}2'. "
            f"Used: {', '.join(sorted(used))}."
        )


def _expected_events(configuration: JobConfiguration, source: OpenSource) -> int:
    """What the source has and what the job wants, whichever is less; -1 if that shows only at the end.

    Raises:
        ConfigurationError: both are without end.
    """
    wanted = configuration.options.max_events
    if source.n_events is None and wanted < 0:
        name = type(configuration.source).__name__
        with configuration.blaming("source", configuration.source):
            raise ConfigurationError(f"{name} never ends: set process.maxEvents.input to the number of events to make.")
    return min((n for n in (source.n_events, wanted) if n is not None and n >= 0), default=-1)


def _begun(configuration: JobConfiguration, context: ModuleContext, stack: contextlib.ExitStack) -> Worker:
    """A module that has opened what it needs."""
    configured = context.configured
    module, label = configured.module, configured.label
    state = None
    if module.begin_job is not None:
        with configuration.blaming(label, module):
            state = module.begin_job(context)
        stack.callback(module.end_job, state)
    outputs = list(configured.products(configuration.process_name))
    return Worker(label, module, configured.schema, context.flow.inputs[label], outputs, state)


def _last_use(steps: list[Step], workers: Mapping[str, Worker], kept: set[ProductKey]) -> list[list[ProductKey]]:
    """For each step, the products that nobody needs after it."""
    last: dict[ProductKey, int] = {}
    for number, step in enumerate(steps):
        worker = workers[step.entry.label]
        for key in [*worker.outputs, *worker.inputs.values()]:
            if key is not None:
                last[key] = number
    unused: list[list[ProductKey]] = [[] for _ in steps]
    for key, number in last.items():
        if key not in kept:
            unused[number].append(key)
    return unused


def _in_order(plan: Plan, blocks: Iterator[Block], streams: int) -> Iterator[Done]:
    """Run blocks on several streams, at most `streams` + 1 in flight; results come in the order of the blocks."""
    with ThreadPoolExecutor(streams, thread_name_prefix="stream") as pool:
        pending: deque[Future[Done]] = deque()
        try:
            for block in blocks:
                pending.append(pool.submit(run_block, plan, block))
                if len(pending) > streams:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
