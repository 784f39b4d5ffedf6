"""Run, luminosity block and event number of every event of a file, and whether a detector saw them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import uproot
from numpy.typing import NDArray

from e2efw.errors import FileReadError
from e2efw.framework.blocks import EventIDs
from e2efw.io.columns import Column, read_column, unwrapped
from e2efw.io.root_file import EventFile, reading

LEAVES: dict[str, np.dtype[Any]] = {
    "run_": np.dtype(np.uint32),
    "luminosityBlock_": np.dtype(np.uint32),
    "event_": np.dtype(np.uint64),
}
"""Leaves of the EventAuxiliary that name an event."""
REAL_DATA = "isRealData_"
_CLASS = "EventAuxiliary"
_LAYOUTS = tuple(np.dtype([("run", ">u4"), ("lumi", ">u4"), ("event", event)]) for event in (">u8", ">u4"))
"""How an ``edm::EventID`` lies in a file: that of today, and that of CMSSW before 7."""


def complaint(file: EventFile) -> str | None:
    """What keeps the events of a file from having numbers, None if nothing does."""
    found = file.index.auxiliary
    if not found:
        return "no EventAuxiliary, so its events have no run, lumi and event numbers"
    missing = [leaf for leaf in LEAVES if leaf not in found]
    if missing and not _unsplit(file):
        return f"its EventAuxiliary has no {missing[0]}, so its events have no numbers"
    return None


def event_ids(file: EventFile) -> EventIDs:
    """The numbers of all events.

    Raises:
        FileReadError: they cannot be read.
    """
    if _unsplit(file):
        return _from_records(file)
    columns = {
        leaf: read_column(file.index.auxiliary[leaf], 0, file.n_events, file.path).values.astype(dtype)
        for leaf, dtype in LEAVES.items()
    }
    return EventIDs(columns["run_"], columns["luminosityBlock_"], columns["event_"], file.path)


def real_data(file: EventFile) -> bool:
    """True if the first event is real data; files that do not say so count as simulated."""
    if file.n_events == 0:
        return False
    if _unsplit(file):
        return bool(_record(file.index.auxiliary[_CLASS], 0).member(REAL_DATA, none_if_missing=True))
    branch = file.index.auxiliary.get(REAL_DATA)
    return branch is not None and bool(read_column(branch, 0, 1, file.path).values[0])


def _unsplit(file: EventFile) -> bool:
    branch = file.index.auxiliary.get(_CLASS)
    return branch is not None and "EventAuxiliary" in str(branch.typename)


def _from_records(file: EventFile) -> EventIDs:
    """From a branch that holds one ``edm::EventAuxiliary`` after the other, as CMSSW writes it."""
    branch = file.index.auxiliary[_CLASS]
    with reading(f"File {file.path}: branch '{_CLASS}'"):
        as_bytes = uproot.AsJagged(uproot.AsDtype("u1"))
        records = unwrapped(branch.array(as_bytes, library="ak", array_cache=None).layout)

        def example(event: int) -> tuple[int, int, int]:
            number = _record(branch, event).member("id_")
            run, lumi, event_number = (number.member(leaf) for leaf in LEAVES)
            return int(run), int(lumi), int(event_number)

        run, lumi, event = numbers_in(records, example)
    return EventIDs(run, lumi, event, file.path)


def _record(branch: Any, event: int) -> Any:
    return branch.array(entry_start=event, entry_stop=event + 1, library="np", array_cache=None)[0]


def numbers_in(
    records: Column, example: Callable[[int], tuple[int, int, int]]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint64]]:
    """Run, lumi and event numbers out of serialised objects, without taking each of them apart.

    Records of equal length have equal layouts: what stands before the numbers are headers and strings. One of each
    length shows where they are, another one confirms it.

    Args:
        records: bytes of one object per event.
        example: the numbers of one event, the slow way.

    Raises:
        FileReadError: the numbers are not where they should be.
    """
    offsets = records.offsets if records.offsets is not None else np.arange(records.values.size + 1)
    lengths = np.diff(offsets)
    run, lumi = np.empty(lengths.size, np.uint32), np.empty(lengths.size, np.uint32)
    event = np.empty(lengths.size, np.uint64)
    for length in np.unique(lengths):
        events = np.flatnonzero(lengths == length)
        table = records.values[offsets[events][:, np.newaxis] + np.arange(length)].astype(np.uint8)
        start, layout = _place(table[0].tobytes(), example(int(events[0])))
        numbers = np.ascontiguousarray(table[:, start : start + layout.itemsize]).view(layout)[:, 0]
        if tuple(map(int, numbers[-1])) != example(int(events[-1])):
            raise FileReadError(f"event {events[-1]} has its numbers elsewhere than event {events[0]}.")
        run[events], lumi[events], event[events] = numbers["run"], numbers["lumi"], numbers["event"]
    return run, lumi, event


def _place(record: bytes, numbers: tuple[int, int, int]) -> tuple[int, np.dtype[Any]]:
    """Where the numbers lie in a record, and how.

    Raises:
        FileReadError: nowhere, or at two places.
    """
    for layout in _LAYOUTS:
        if numbers[2] > np.iinfo(layout["event"]).max:
            continue
        wanted = np.array([numbers], layout).tobytes()
        if record.count(wanted) == 1:
            return record.find(wanted), layout
    raise FileReadError(f"run {numbers[0]}, lumi {numbers[1]}, event {numbers[2]} are not found in its bytes.")
