"""Watchdog: when nothing has finished for a while, who is at work on what, and who waits for it.

Modules that wait for each other are found before the first event, so what stalls a job is a module, the input, an
output or the machine. The lines say which: every stream with its module, events and line of Python, and the modules
that read what it makes. If no stream works, the job waits for its next block.
"""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import Block
from e2efw.framework.modules import Service, param
from e2efw.framework.observer import JobView, Observer
from e2efw.framework.parameters import positive

_LOG: Final = logging.getLogger("e2efw.Watchdog")


class Watchdog(Service):
    """Warns when no module and no block has finished for a while, and tells who waits for whom."""

    seconds: float = param(300.0, unit="s", doc="of silence before a warning", tracked=False, check=positive)

    def open(self) -> Observer:
        """Begin to watch."""
        return Watching(self.seconds)


class Work(NamedTuple):
    """What a thread is at.

    Args:
        label: of the module; "" between modules.
        events: ``8 events 1:1:9 to 1:1:16``.
        since: monotonic time.
    """

    thread: str
    label: str
    events: str
    since: float


class Watching(Observer):
    """Watches one job from a thread of its own.

    Args:
        seconds: of silence before a warning.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._work: dict[int, Work] = {}
        self._last = time.monotonic()
        self._done = threading.Event()
        self._job: JobView | None = None
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def begin_job(self, job: JobView) -> None:
        """Learn who reads from whom, and start."""
        self._job = job
        self._heard()
        self._thread.start()

    def begin_block(self, block: Block) -> None:
        """A stream has work."""
        self._heard("", block, np.arange(len(block)))

    def begin_module(self, label: str, block: Block, events: NDArray[np.int64]) -> None:
        """A module has work."""
        self._heard(label, block, events)

    def end_module(self, label: str, block: Block, events: NDArray[np.int64], seconds: float) -> None:
        """The thread is between two modules; an output leaves it with nothing to do."""
        if self._job is not None and label in self._job.outputs:
            self._heard()
        else:
            self._heard("", block, events)

    def end_block(self, block: Block, seconds: float) -> None:
        """The stream has nothing to do."""
        self._heard()

    def close(self) -> None:
        """The job is over."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def _heard(
        self, label: str | None = None, block: Block | None = None, events: NDArray[np.int64] | None = None
    ) -> None:
        """Note what this thread is at now."""
        now, thread = time.monotonic(), threading.current_thread()
        with self._lock:
            self._last = now
            self._work.pop(threading.get_ident(), None)
            if label is not None and block is not None and events is not None:
                self._work[threading.get_ident()] = Work(thread.name, label, _named(block, events), now)

    def _watch(self) -> None:
        """Wait for silence, tell, wait again."""
        told = 0.0
        while not self._done.is_set():
            with self._lock:
                last = max(self._last, told)
            left = last + self._seconds - time.monotonic()
            if left > 0:
                self._done.wait(left)
                continue
            told = time.monotonic()
            _LOG.warning("%s", "\n".join(self._lines(told)))

    def _lines(self, now: float) -> Iterator[str]:
        with self._lock:
            work, last = dict(self._work), self._last
        yield f"nothing has finished for {now - last:.3g} s:"
        frames = sys._current_frames()  # noqa: SLF001 (the only way to see other threads)
        for ident, one in sorted(work.items(), key=lambda item: item[1].thread):
            yield self._line(one, now, frames.get(ident))
        if not work:
            yield "  no stream has work: the job waits for the next block of its source, or is finishing its files"

    def _line(self, work: Work, now: float, frame: FrameType | None) -> str:
        who = f"  {work.thread}: "
        if not work.label:
            return f"{who}between two modules for {now - work.since:.3g} s, {work.events}"
        plugin = "" if self._job is None else self._job.modules.get(work.label, "")
        readers = ", ".join(self._readers(work.label))
        waiting = f"; {readers} wait{'' if ',' in readers else 's'} for it" if readers else ""
        return f"{who}{plugin} '{work.label}' for {now - work.since:.3g} s, {work.events}{_where(frame)}{waiting}"

    def _readers(self, label: str) -> list[str]:
        """Modules and outputs that need what a module makes."""
        if self._job is None:
            return []
        needs = {reader: inputs.values() for reader, inputs in self._job.inputs.items()} | dict(self._job.written)
        return [
            f"'{reader}'"
            for reader, keys in needs.items()
            if any(key is not None and (key.label, key.process) == (label, self._job.process) for key in keys)
        ]


def _named(block: Block, events: NDArray[np.int64]) -> str:
    if not events.size:
        return "no event"
    first, last = block.ids.name(int(events[0])), block.ids.name(int(events[-1]))
    return f"event {first}" if events.size == 1 else f"{events.size} events {first} to {last}"


def _where(frame: FrameType | None) -> str:
    """The line of Python that a thread is at."""
    if frame is None:
        return ""
    return f", at {Path(frame.f_code.co_filename).name}:{frame.f_lineno} in {frame.f_code.co_name}"
