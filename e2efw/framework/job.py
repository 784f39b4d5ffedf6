"""A job: a configuration checked, opened, run over all blocks and closed.

What is left when a job ends early: an output file appears under its name only when it is complete. A job that is told
to stop (a limit, a first signal) completes its files. A job that ends with an error, or is aborted by a second signal,
leaves the files that were complete by then, and nothing of the others. To keep what comes before a bad event, let the
job try to continue (see `failures`).
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from e2efw.framework.blocks import Block
from e2efw.framework.configured import JobConfiguration
from e2efw.framework.garbage import collect_from_here
from e2efw.framework.limits import StopRequest, limited
from e2efw.framework.modules import OutputWriter
from e2efw.framework.observer import JobView, Observer, Observers
from e2efw.framework.opened import Opened
from e2efw.framework.plan import Plan
from e2efw.framework.report import JobReport, ModuleTime
from e2efw.framework.streams import Done, run_block

Progress: TypeAlias = Callable[[JobReport, int], None]
"""Called after every block with what was done so far and the number of events expected."""


@dataclass
class Job:
    """A job; `run` does it from the first check to the closed output.

    Everything that can be wrong is found before the first event: the input is opened, every InputTag resolved, the
    modules ordered, models opened and outputs prepared.

    Args:
        observers: told of the job before the services of its cfg are.
    """

    configuration: JobConfiguration
    report: JobReport = field(default_factory=JobReport)
    observers: Mapping[str, Observer] = field(default_factory=dict)

    def run(self, progress: Progress = lambda _report, _total: None) -> JobReport:
        """Process all events, or those up to a limit or a signal.

        Args:
            progress: told after every block.

        Returns:
            The report; its `signal` names the signal that ended the job early, if one did.

        Raises:
            E2EFWError: whatever is wrong; no output appears then, unless it was complete before.
            KeyboardInterrupt: a second signal came.
        """
        started = time.perf_counter()
        with StopRequest() as stop, contextlib.ExitStack() as stack:
            opened = self._open(stack)
            observers = opened.plan.observers
            self.report.begin(opened.plan, self.configuration.options)
            self.report.modules = {
                label: ModuleTime(label, plugin) for label, plugin in opened.plugins(self.configuration).items()
            }
            observers.begin_job(opened.view(self.configuration))
            collect_from_here()
            self.report.start_up = time.perf_counter() - started
            self.report.phases["begin modules and outputs"] = self.report.start_up - self.report.phases["open input"]
            started, cpu = time.perf_counter(), time.process_time()
            self._loop(opened, stop, progress)
            self._close(opened.writers)
            self.report.seconds = time.perf_counter() - started
            self.report.cpu_seconds = time.process_time() - cpu
            self.report.signal = stop.name
            self.report.notices += opened.source.report()
            observers.end_job(self.report)
        return self.report

    def check(self) -> JobView:
        """Do all that comes before the first event, and undo it.

        Raises:
            E2EFWError: whatever is wrong.
        """
        with contextlib.ExitStack() as stack:
            return self._open(stack).view(self.configuration)

    def _open(self, stack: contextlib.ExitStack) -> Opened:
        """Everything before the first event; the stack closes it."""
        started = time.perf_counter()
        source = self.configuration.open_source()
        stack.callback(source.close)
        self.report.phases["open input"] = time.perf_counter() - started
        watching = dict(self.observers)
        for name, service in self.configuration.services.items():
            watching[name] = service.open()
            stack.callback(watching[name].close)
        observers = Observers(watching)
        return Opened.open(self.configuration, source, observers, stack)

    def _loop(self, opened: Opened, stop: StopRequest, progress: Progress) -> None:
        """Read, run and write all blocks; writing follows the order of reading."""
        options = self.configuration.options
        started = time.perf_counter()
        blocks = limited(
            opened.source.blocks(opened.wanted, options.events_per_block, options.max_events), options, stop
        )
        with contextlib.closing(_in_order(opened.plan, self._timed(blocks), options.streams, stop)) as results:
            for done in results:
                for label, writer in opened.writers.items():
                    self._write(label, writer, done, opened)
                self.report.add(done)
                self.report.seconds = time.perf_counter() - started
                progress(self.report, opened.n_events)
                if opened.limits.reached:
                    return

    def _write(self, label: str, writer: OutputWriter, done: Done, opened: Opened) -> None:
        """Give an output the events it is to write."""
        before = time.perf_counter()
        chosen = opened.limits.within(label, done.chosen[label])
        block = done.block if chosen.all() else done.block.take(chosen, writer.wanted)
        with opened.plan.observers.module(label, done.block, np.flatnonzero(chosen)):
            writer.write(block)
        self._count(label, len(block), before)

    def _close(self, writers: Mapping[str, OutputWriter]) -> None:
        """Finish the output files; writing what is still buffered is part of the job's time."""
        for label, writer in writers.items():
            before = time.perf_counter()
            self.report.outputs.append(writer.close())
            self.report.files[label] = [str(file) for file in writer.files]
            self._count(label, 0, before)

    def _timed(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """The blocks, events counted, with the time spent waiting for them put on the source's account."""
        n_events = 0
        while True:
            before = time.perf_counter()
            block = next(blocks, None)
            if block is None:
                return
            block.ids = block.ids.counted(n_events)
            n_events += len(block)
            self._count("source", len(block), before)
            yield block

    def _count(self, label: str, events: int, since: float) -> None:
        self.report.modules[label].events += events
        self.report.modules[label].seconds += time.perf_counter() - since


def _in_order(plan: Plan, blocks: Iterator[Block], streams: int, stop: StopRequest) -> Generator[Done]:
    """Run blocks on several streams, at most `streams` + 1 in flight; results come in the order of the blocks.

    After an error the streams finish the block they are at; after an interrupt nobody waits for them.
    """
    pool = ThreadPoolExecutor(streams, thread_name_prefix="stream")
    pending: deque[Future[Done]] = deque()
    try:
        for block in blocks:
            pending.append(pool.submit(run_block, plan, block))
            if len(pending) > streams:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=not stop.aborted, cancel_futures=True)
