"""Which events of a file are processed: chosen by run, luminosity block and event number, all events at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from e2efw.config.eventids import EventRange, LuminosityBlockRange
from e2efw.framework.blocks import EventIDs

_KEY = np.dtype([("run", ">u4"), ("lumi", ">u4"), ("event", ">u8")])
_NO_LIMIT = {"lumi": 2**32 - 1, "event": 2**64 - 1}


def event_keys(ids: EventIDs, fields: Sequence[str] = ("run", "lumi", "event")) -> NDArray[np.bytes_]:
    """(events,) 16 bytes each, whose order is that of run, lumi and event; fields left out count as 0."""
    table = np.zeros(len(ids), _KEY)
    for field in fields:
        table[field] = getattr(ids, field)
    return table.view("S16")


def _keys(numbers: Sequence[tuple[int, int, int]]) -> NDArray[np.bytes_]:
    return np.array(numbers, _KEY).view("S16")


@dataclass(frozen=True)
class EventSelection:
    """The choices of a source.

    Args:
        first_run: events of earlier runs are left out.
        first_lumi: in the first run, events of earlier luminosity blocks are left out; 0: none.
        first_event: in the first run, and the first luminosity block if there is one, earlier events are left out.
        lumis_to_process: if there are any, only their events.
        events_to_process: if there are any, only these.
    """

    first_run: int = 1
    first_lumi: int = 0
    first_event: int = 1
    lumis_to_skip: Sequence[LuminosityBlockRange] = ()
    lumis_to_process: Sequence[LuminosityBlockRange] = ()
    events_to_skip: Sequence[EventRange] = ()
    events_to_process: Sequence[EventRange] = ()

    @property
    def everything(self) -> bool:
        """True if nothing is left out."""
        return self == EventSelection()

    def chosen(self, ids: EventIDs) -> NDArray[np.bool_]:
        """(events,) True for those that are processed."""
        chosen = self._from_first(ids)
        if self.lumis_to_process:
            chosen &= _in_lumis(ids, self.lumis_to_process)
        if self.events_to_process:
            chosen &= _in_events(ids, self.events_to_process)
        return chosen & ~_in_lumis(ids, self.lumis_to_skip) & ~_in_events(ids, self.events_to_skip)

    def _from_first(self, ids: EventIDs) -> NDArray[np.bool_]:
        if self.first_run <= 1 and self.first_lumi == 0 and self.first_event <= 1:
            return np.ones(len(ids), np.bool_)
        fields = ("run", "lumi", "event") if self.first_lumi else ("run", "event")
        first = _keys([(self.first_run, self.first_lumi, self.first_event)])
        return np.asarray(event_keys(ids, fields) >= first[0], np.bool_)


def _in_lumis(ids: EventIDs, ranges: Sequence[LuminosityBlockRange]) -> NDArray[np.bool_]:
    """Events whose luminosity block is in one of the ranges."""
    starts = [(each.start(), each.startSub(), 0) for each in ranges]
    ends = [(each.end(), each.endSub() or _NO_LIMIT["lumi"], 0) for each in ranges]
    return _inside(event_keys(ids, ("run", "lumi")), starts, ends)


def _in_events(ids: EventIDs, ranges: Sequence[EventRange]) -> NDArray[np.bool_]:
    """Events in one of the ranges; those that name no luminosity block look at run and event only."""
    inside = np.zeros(len(ids), np.bool_)
    for fields, named in ((("run", "lumi", "event"), True), (("run", "event"), False)):
        some = [each for each in ranges if bool(each.startLumi()) is named]
        starts = [(each.start(), each.startLumi(), each.startSub()) for each in some]
        no_lumi = _NO_LIMIT["lumi"] if named else 0
        ends = [(each.end(), each.endLumi() or no_lumi, each.endSub() or _NO_LIMIT["event"]) for each in some]
        inside |= _inside(event_keys(ids, fields), starts, ends)
    return inside


def _inside(
    keys: NDArray[np.bytes_], starts: Sequence[tuple[int, int, int]], ends: Sequence[tuple[int, int, int]]
) -> NDArray[np.bool_]:
    """True where more ranges have begun than have ended; the ranges may overlap."""
    if not starts:
        return np.zeros(keys.size, np.bool_)
    begun = np.searchsorted(np.sort(_keys(starts)), keys, side="right")
    ended = np.searchsorted(np.sort(_keys(ends)), keys, side="left")
    return np.asarray(begun > ended, np.bool_)
