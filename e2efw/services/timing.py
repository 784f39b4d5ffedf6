"""Timing: how long events and modules take.

Events travel in blocks, so times are measured per block and shared out: ``TimeEvent>`` and ``TimeModule>`` have one
line per block, with its first event and run, the number of events, and seconds per event.
"""

import logging
import sys
import threading
import time
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import Block
from e2efw.framework.modules import Service, param
from e2efw.framework.observer import JobView, Observer
from e2efw.framework.parameters import not_negative
from e2efw.framework.report import JobReport

_LOG: Final = logging.getLogger("e2efw.ExcessiveTime")


class Timing(Service):
    """Times of events and modules, and how many events a second the job does."""

    summary_only: bool = param(False, doc="only the summary, no line per block", tracked=False)
    use_job_report: bool = param(True, doc="the numbers also go into the job report", tracked=False)
    excessive_time_threshold: float = param(
        0.0,
        unit="s",
        doc="warn of modules that take longer per event; 0: never",
        tracked=False,
        check=not_negative,
    )

    def open(self) -> Observer:
        """A clock."""
        return Clock(self)


class Clock(Observer):
    """Measures one job.

    Args:
        wish: what is wanted.
    """

    def __init__(self, wish: Timing) -> None:
        self._wish = wish
        self._lock = threading.Lock()
        self._started, self._cpu_started = time.perf_counter(), time.process_time()
        self._loop, self._cpu_loop = self._started, self._cpu_started
        self._modules: Mapping[str, str] = {}
        self._least, self._most, self._sum, self._n_events = float("inf"), 0.0, 0.0, 0
        self._threads = 1

    def begin_job(self, job: JobView) -> None:
        """The loop over events begins."""
        self._modules, self._threads = job.modules, job.threads
        self._loop, self._cpu_loop = time.perf_counter(), time.process_time()

    def end_module(self, label: str, block: Block, events: NDArray[np.int64], seconds: float) -> None:
        """A module has run."""
        if not events.size:
            return
        each = seconds / events.size
        plugin = self._modules.get(label, "")
        if not self._wish.summary_only:
            sys.stderr.write(f"TimeModule> {_first(block)} {label} {plugin} {events.size} {each:.6g}\n")
        if 0 < self._wish.excessive_time_threshold < each:
            _LOG.warning("%s '%s' took %.3g s per event from %s on", plugin, label, each, block.ids.name(0))

    def end_block(self, block: Block, seconds: float) -> None:
        """All paths of a block have run."""
        each = seconds / max(len(block), 1)
        with self._lock:
            self._least, self._most = min(self._least, each), max(self._most, each)
            self._sum += seconds
            self._n_events += len(block)
        if not self._wish.summary_only:
            sys.stderr.write(f"TimeEvent> {_first(block)} {len(block)} {each:.6g}\n")

    def end_job(self, report: JobReport) -> None:
        """Sum up."""
        now, cpu = time.perf_counter(), time.process_time()
        numbers = {
            "MinEventTime": self._least if self._n_events else 0.0,
            "MaxEventTime": self._most,
            "AvgEventTime": self._sum / max(self._n_events, 1),
            "EventThroughput": self._n_events / max(now - self._loop, 1e-9),
            "TotalLoopTime": now - self._loop,
            "TotalLoopCPU": cpu - self._cpu_loop,
            "TotalJobTime": now - self._started,
            "TotalJobCPU": cpu - self._cpu_started,
            "NumberOfStreams": float(report.streams),
            "NumberOfThreads": float(self._threads),
        }
        if self._wish.use_job_report:
            report.metrics["Timing"] = numbers
        report.notices += [
            f"TimeReport> Time report complete in {numbers['TotalJobTime']:.4g} seconds",
            f" Time Summary: Min event {numbers['MinEventTime']:.4g}, Max event {numbers['MaxEventTime']:.4g} s",
            f" Time Summary: Avg event {numbers['AvgEventTime']:.4g}, Total loop {numbers['TotalLoopTime']:.4g} s",
            f" Event Throughput: {numbers['EventThroughput']:.4g} ev/s",
            f" CPU Summary: Total loop {numbers['TotalLoopCPU']:.4g}, Total job {numbers['TotalJobCPU']:.4g} s",
        ]


def _first(block: Block) -> str:
    """Event and run of the first event."""
    return f"{block.ids.event[0]} {block.ids.run[0]}"
