"""Who is told what a job does, without being part of it: services.

>>> class Counter(Observer):
...     def end_block(self, block: Block, seconds: float) -> None:
...         self.events += len(block)

Without observers this costs about a microsecond per module and block. Blocks and modules of several streams are told at
the same time, each from the thread of its stream; `begin_job` and `end_job` come from the main thread.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.blocks import Block
from e2efw.framework.tags import ProductKey

if TYPE_CHECKING:
    from e2efw.framework.report import JobReport


@dataclass(frozen=True)
class JobView:
    """What an observer may know of a job before its first event.

    Args:
        process: its name.
        n_events: how many there will be at most, -1 if that shows only at the end.
        modules: type of everything that runs, by label, in the order it runs; ``source`` and outputs included.
        paths: labels on each path and end path, in order, without outputs.
        inputs: for each label, by name of what it consumes, the product behind it; None if nobody has it.
        outputs: labels of the output modules.
        aliases: for each product of an EDAlias, the product that it is.
        written: for each output module, the products it writes.
    """

    process: str
    threads: int
    streams: int
    n_events: int
    modules: Mapping[str, str]
    paths: Mapping[str, Sequence[str]]
    inputs: Mapping[str, Mapping[str, ProductKey | None]]
    outputs: Sequence[str]
    aliases: Mapping[ProductKey, ProductKey] = field(default_factory=dict)
    written: Mapping[str, Sequence[ProductKey]] = field(default_factory=dict)


class Observer:
    """Is told of every transition; what a subclass does not define does nothing."""

    def begin_job(self, job: JobView) -> None:
        """Everything is checked and open; the first event comes next."""

    def begin_block(self, block: Block) -> None:
        """A stream takes a block."""

    def begin_module(self, label: str, block: Block, events: NDArray[np.int64]) -> None:
        """A module is about to run for these events of the block, or an output to write it."""

    def end_module(self, label: str, block: Block, events: NDArray[np.int64], seconds: float) -> None:
        """It has run; not told if it raised."""

    def end_block(self, block: Block, seconds: float) -> None:
        """All paths of a block have run."""

    def end_job(self, report: "JobReport") -> None:
        """Outputs are closed; lines for the summary go into `report.notices`, numbers into `report.metrics`."""

    def close(self) -> None:
        """The job is over, well or not: let go of files."""


class Histograms(Protocol):
    """A module's folder in the histogram file of the job."""

    def book(self, name: str, *axes: Any, **options: Any) -> Any:
        """A histogram (`hist.Hist`) that is written when the job has ended; see `services.file_service`."""


@runtime_checkable
class HistogramService(Protocol):
    """A service that has a folder for every module."""

    def folder(self, label: str) -> Histograms:
        """That of one module."""


@dataclass(frozen=True)
class Observers:
    """All observers of a job, by the name of their service."""

    all: Mapping[str, Observer] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.all)

    def begin_job(self, job: JobView) -> None:
        """The first event comes next."""
        for observer in self.all.values():
            observer.begin_job(job)

    def end_job(self, report: "JobReport") -> None:
        """Outputs are closed."""
        for observer in self.all.values():
            observer.end_job(report)

    @contextmanager
    def block(self, block: Block) -> Iterator[None]:
        """A stream works on a block."""
        for observer in self.all.values():
            observer.begin_block(block)
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        for observer in self.all.values():
            observer.end_block(block, seconds)

    @contextmanager
    def module(self, label: str, block: Block, events: NDArray[np.int64]) -> Iterator[None]:
        """A module runs."""
        for observer in self.all.values():
            observer.begin_module(label, block, events)
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        for observer in self.all.values():
            observer.end_module(label, block, events, seconds)

    def histograms(self, label: str) -> Histograms:
        """The folder of one module in the histogram file.

        Raises:
            ConfigurationError: the cfg has no service that writes histograms.
        """
        for observer in self.all.values():
            if isinstance(observer, HistogramService):
                return observer.folder(label)
        raise ConfigurationError(
            f"module '{label}' books histograms, but the cfg names no file for them: process.TFileService = "
            "cms.Service('TFileService', fileName = cms.string('histograms.root')). "
            f"{nearest('', self.all, 'Services')}"
        )
