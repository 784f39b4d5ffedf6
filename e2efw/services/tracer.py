"""Tracer: a line when anything begins and when it has ended."""

import sys
import threading
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import Block
from e2efw.framework.modules import Service, param
from e2efw.framework.observer import JobView, Observer
from e2efw.framework.report import JobReport


class Tracer(Service):
    """Writes a line at the beginning and end of the job, of files, blocks of events and modules."""

    indention: str = param("++", doc="stands once per level before each line", tracked=False)
    print_timestamps: bool = param(False, doc="each line begins with the time", tracked=False)
    dump_paths_and_consumes: bool = param(
        False, doc="at the beginning, what is on each path and what each module reads", tracked=False
    )
    dump_non_module_context: bool = param(False, doc="no effect here: lines of blocks and files have it", tracked=False)
    dump_event_setup_info: bool = param(False, doc="no effect here", tracked=False)
    use_message_logger: bool = param(False, doc="no effect here: lines go to standard error", tracked=False)
    dump_context_for_labels: tuple[str, ...] = param(
        (), doc="modules whose products read are listed whenever they run", tracked=False
    )

    def open(self) -> Observer:
        """Begin to write."""
        return Trace(self)


class Trace(Observer):
    """The lines of one job.

    Args:
        wish: how they look.
    """

    def __init__(self, wish: Tracer) -> None:
        self._wish = wish
        self._lock = threading.Lock()
        self._file = ""
        self._job: JobView | None = None

    def begin_job(self, job: JobView) -> None:
        """The job, and on request all of its paths."""
        self._job = job
        self._say(1, f"starting: begin job {job.process}, {job.threads} threads, {job.streams} streams")
        if self._wish.dump_paths_and_consumes:
            for name, labels in job.paths.items():
                self._say(2, f"path {name}: {' '.join(labels)}")
            for label in job.modules:
                self._context(label)

    def begin_block(self, block: Block) -> None:
        """A block, and its file if that is another one."""
        with self._lock:
            before, self._file = self._file, block.ids.file
        if before not in {"", block.ids.file}:
            self._say(2, f"finished: input file {before}")
        if before != block.ids.file:
            self._say(2, f"starting: input file {block.ids.file}")
        self._say(2, f"starting: processing {_name(block, None)}")

    def begin_module(self, label: str, block: Block, events: NDArray[np.int64]) -> None:
        """A module."""
        self._say(3, f"starting: processing event for module: {self._who(label)} {_name(block, events)}")
        if label in self._wish.dump_context_for_labels:
            self._context(label)

    def end_module(self, label: str, block: Block, events: NDArray[np.int64], seconds: float) -> None:
        """A module."""
        self._say(3, f"finished: processing event for module: {self._who(label)} in {seconds:.6g} s")

    def end_block(self, block: Block, seconds: float) -> None:
        """A block."""
        self._say(2, f"finished: processing {_name(block, None)} in {seconds:.6g} s")

    def end_job(self, report: JobReport) -> None:
        """The last file, and the job."""
        if self._file:
            self._say(2, f"finished: input file {self._file}")
        self._say(1, f"finished: end job, {report.events} events")

    def _context(self, label: str) -> None:
        inputs = {} if self._job is None else self._job.inputs.get(label, {})
        for name, key in inputs.items():
            self._say(4, f"{label} consumes {name}: {key if key is not None else 'nothing, nobody has it'}")

    def _who(self, label: str) -> str:
        plugin = "" if self._job is None else self._job.modules.get(label, "")
        return f"{plugin} '{label}'"

    def _say(self, level: int, text: str) -> None:
        stamp = f"{datetime.now().astimezone():%d-%b-%Y %H:%M:%S.%f} " if self._wish.print_timestamps else ""
        sys.stderr.write(f"{stamp}{self._wish.indention * level} {text}\n")


def _name(block: Block, events: NDArray[np.int64] | None) -> str:
    """Events ``1:1:5 to 1:1:9``, and the stream."""
    stream = threading.current_thread().name.rpartition("_")[2]
    positions = np.arange(len(block)) if events is None else events
    if not positions.size:
        return "no event"
    first, last = block.ids.name(int(positions[0])), block.ids.name(int(positions[-1]))
    return f"{positions.size} events {first} to {last}, stream = {stream if stream.isdigit() else 0}"
