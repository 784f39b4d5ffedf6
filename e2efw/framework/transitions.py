"""What surrounds events: streams, runs, luminosity blocks and intervals of validity, for modules that want to know.

A module may define ``begin_stream(self)``, ``begin_run(self, run: RunID)`` and ``begin_lumi(self, lumi: LumiID)``; what
they return goes to ``end_stream``, ``end_run`` and ``end_lumi``, and to an argument of the module's function that is
annotated with the same class. Only for such modules, and those that read records, a block is cut at the borders.

Every stream goes through its own runs and luminosity blocks: it begins one when the first of its events comes along,
and ends it when an event of another one does, or at the end of the job. So with several streams a luminosity block
begins once on each stream that sees events of it, and if streams take turns, or an error is searched for, more often.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.eventsetup import LumiID, Timeline
from e2efw.framework.modules import Module

Events = NDArray[np.int64]


class RunID(NamedTuple):
    """One run."""

    run: int


@dataclass
class _Stream:
    """Where one stream is, and what the module returned there."""

    at: dict[str, Any] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)


class Surroundings:
    """What one module is told of what surrounds its events.

    Args:
        module: it.
        states: which transition's state each argument gets.
        records: the record that each argument gets, over time.
    """

    def __init__(self, module: Module, states: Mapping[str, str], records: Mapping[str, Timeline]) -> None:
        self._module = module
        self._states = {name: transition for name, transition in states.items() if transition != "job"}
        self._records = records
        self._begins = {t: getattr(module, f"begin_{t}") for t in ("stream", "run", "lumi")}
        self._streams: list[_Stream] = []
        self._local = threading.local()

    @property
    def matter(self) -> bool:
        """False for a module that wants to know nothing."""
        return bool(self._records) or any(begin is not None for begin in self._begins.values())

    def pieces(self, ids: EventIDs, events: Events) -> Sequence[Events]:
        """Events cut where a run, luminosity block or interval that the module wants to know of ends."""
        keys = ids.run[events].astype(np.int64) << 32 | ids.lumi[events]
        columns = [line.interval(keys) for line in self._records.values()]
        if self._begins["lumi"] is not None:
            columns.append(keys)
        elif self._begins["run"] is not None:
            columns.append(keys >> 32)
        if not columns:
            return [events]
        changes = np.any([column[1:] != column[:-1] for column in columns], axis=0)
        return np.split(events, np.flatnonzero(changes) + 1)

    def arguments(self, ids: EventIDs, event: int) -> dict[str, Any]:
        """For a piece that begins with this event: what the function gets.

        Raises:
            LogicError: a record is not valid yet.
        """
        where = LumiID(int(ids.run[event]), int(ids.lumi[event]))
        stream = self._stream()
        self._move(stream, where)
        arguments = {name: stream.states[transition] for name, transition in self._states.items()}
        for name, line in self._records.items():
            try:
                arguments[name] = line.at(where.key)
            except LookupError:
                first = int(line.since[0])
                raise LogicError(
                    f"no record for '{name}' in run:lumi {where.run}:{where.lumi}; the first is valid from "
                    f"{first >> 32}:{first & 0xFFFFFFFF}."
                ) from None
        return arguments

    def close(self) -> None:
        """End what is still open on all streams."""
        for stream in self._streams:
            for transition in ("lumi", "run", "stream"):
                self._end(stream, transition)

    def _stream(self) -> _Stream:
        """That of the present thread."""
        stream: _Stream | None = getattr(self._local, "stream", None)
        if stream is None:
            stream = self._local.stream = _Stream()
            self._streams.append(stream)
            self._begin(stream, "stream", None)
        return stream

    def _move(self, stream: _Stream, where: LumiID) -> None:
        run = RunID(where.run)
        if stream.at.get("lumi") == where:
            return
        self._end(stream, "lumi")
        if stream.at.get("run") != run:
            self._end(stream, "run")
            self._begin(stream, "run", run)
        self._begin(stream, "lumi", where)

    def _begin(self, stream: _Stream, transition: str, at: Any) -> None:
        begin = self._begins[transition]
        stream.at[transition] = at
        if begin is not None:
            stream.states[transition] = begin() if at is None else begin(at)

    def _end(self, stream: _Stream, transition: str) -> None:
        if transition in stream.at and self._begins[transition] is not None:
            getattr(self._module, f"end_{transition}")(stream.states.pop(transition))
        stream.at.pop(transition, None)
