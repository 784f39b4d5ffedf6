"""SimpleMemoryCheck: who makes the process grow.

With several streams the growth that a module meets may be that of another one in another thread: exact numbers per
module need one stream.
"""

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import UnimplementedFeatureError
from e2efw.framework.blocks import Block
from e2efw.framework.modules import Service, param
from e2efw.framework.observer import JobView, Observer
from e2efw.framework.parameters import not_negative
from e2efw.framework.report import JobReport

_STATUS: Final = Path("/proc/self/status")
_ROLLUP: Final = Path("/proc/self/smaps_rollup")


class SimpleMemoryCheck(Service):
    """Tells when the process has grown, and its peak at the end."""

    ignore_total: int = param(1, doc="so many first blocks are not told of", tracked=False, check=not_negative)
    once_per_event_mode: bool = param(False, doc="look after blocks only, not after modules", tracked=False)
    job_report_output_only: bool = param(False, doc="print nothing", tracked=False)
    monitor_pss_and_private: bool = param(False, doc="also memory that no other process shares", tracked=False)
    module_memory_summary: bool = param(False, doc="growth by module at the end", tracked=False)
    sample_every_n_seconds: int = param(0, doc="no effect here: looks after modules and blocks", tracked=False)
    show_malloc_info: bool = param(False, doc="no effect here", tracked=False)

    def open(self) -> Observer:
        """Begin to look.

        Raises:
            UnimplementedFeatureError: the system has no /proc.
        """
        if not _STATUS.exists():
            raise UnimplementedFeatureError("SimpleMemoryCheck needs /proc/self/status, which Linux has.")
        return Watch(self)


class Size(NamedTuple):
    """Size of the process in MB (1024 x 1024 bytes)."""

    vsize: float
    rss: float

    @classmethod
    def now(cls) -> Self:
        """As the kernel says."""
        kilobytes = _numbers(_STATUS)
        return cls(kilobytes["VmSize"] / 1024, kilobytes["VmRSS"] / 1024)


def _numbers(path: Path) -> dict[str, int]:
    lines = (line.split() for line in path.read_text().splitlines() if line.endswith(" kB"))
    return {words[0].rstrip(":"): int(words[1]) for words in lines}


@dataclass
class _Growth:
    """Of one module: times it ran, MB it added in all and at most."""

    n: int = 0
    total: float = 0.0
    most: float = 0.0


class Watch(Observer):
    """Looks after one job.

    Args:
        wish: what is wanted.
    """

    def __init__(self, wish: SimpleMemoryCheck) -> None:
        self._wish = wish
        self._lock = threading.Lock()
        self._blocks = 0
        self._largest = self._first = self._closed = Size.now()
        self._peak_event = "before the first event"
        self._modules: Mapping[str, str] = {}
        self._growth: dict[str, _Growth] = {}

    def begin_job(self, job: JobView) -> None:
        """Note the size before the first event."""
        self._modules = job.modules
        self._largest = self._first = Size.now()  # what opening modules took is not the source's

    def begin_block(self, block: Block) -> None:
        """What came since is due to reading."""
        if not self._wish.once_per_event_mode:
            self._look("source", block, "source")

    def end_module(self, label: str, block: Block, events: NDArray[np.int64], seconds: float) -> None:
        """Look after a module."""
        if not self._wish.once_per_event_mode:
            self._look(f"module {self._modules.get(label, '')}:{label}", block, label)

    def end_block(self, block: Block, seconds: float) -> None:
        """Look after a block."""
        self._look("event", block, "")
        with self._lock:
            self._blocks += 1

    def _look(self, where: str, block: Block, label: str) -> None:
        size = Size.now()
        with self._lock:
            grown = Size(size.vsize - self._largest.vsize, size.rss - self._largest.rss)
            if label:
                growth = self._growth.setdefault(label, _Growth())
                growth.n += 1
                growth.total += max(grown.rss, 0.0)
                growth.most = max(growth.most, grown.rss)
            if grown.vsize <= 0 and grown.rss <= 0:
                return
            self._largest = Size(max(size.vsize, self._largest.vsize), max(size.rss, self._largest.rss))
            if grown.rss > 0:
                self._peak_event = f"run:lumi:event {block.ids.name(0)}"
            silent = self._wish.job_report_output_only or self._blocks < self._wish.ignore_total
        if not silent:
            sys.stderr.write(
                f"MemoryCheck: {where} VSIZE {size.vsize:.3f} {grown.vsize:.3f} RSS {size.rss:.3f} {grown.rss:.3f}\n"
            )

    def end_job(self, report: JobReport) -> None:
        """Sum up."""
        size = Size.now()
        peak = _numbers(_STATUS)
        numbers = {
            "PeakValueVsize": peak["VmPeak"] / 1024,
            "PeakValueRss": peak["VmHWM"] / 1024,
            "AverageGrowthRateVsize": (size.vsize - self._first.vsize) / max(report.events, 1),
            "AverageGrowthRateRss": (size.rss - self._first.rss) / max(report.events, 1),
            "BeginModulesRss": self._first.rss - self._closed.rss,
        }
        if self._wish.monitor_pss_and_private:
            shared = _numbers(_ROLLUP)
            numbers["PSS"] = shared["Pss"] / 1024
            numbers["Private"] = (shared["Private_Clean"] + shared["Private_Dirty"]) / 1024
        report.metrics["ApplicationMemory"] = numbers
        if self._wish.job_report_output_only:
            return
        report.notices.append(
            f"MemoryReport> Peak virtual size {numbers['PeakValueVsize']:.1f} Mbytes, "
            f"peak RSS {numbers['PeakValueRss']:.1f} Mbytes, last growth at {self._peak_event}"
        )
        report.notices.append(
            f"MemoryReport> RSS grew by {numbers['BeginModulesRss']:.1f} Mbytes while modules, their models and "
            f"outputs were opened, by {size.rss - self._first.rss:.1f} Mbytes in {report.events} events"
        )
        if self._wish.monitor_pss_and_private:
            report.notices.append(
                f"MemoryReport> PSS {numbers['PSS']:.1f} Mbytes, private {numbers['Private']:.1f} Mbytes"
            )
        if self._wish.module_memory_summary:
            report.notices += [
                f"ModuleMemoryReport> n {growth.n} avg {growth.total / growth.n:.3f} max {growth.most:.3f} Mbytes "
                f"{self._modules.get(label, '')}:{label}"
                for label, growth in self._growth.items()
            ]
