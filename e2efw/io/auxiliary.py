"""Run, luminosity block and event number of every event of a file, and whether a detector saw them."""

from typing import Any

import numpy as np
import uproot
from numpy.typing import NDArray

from e2efw.errors import FileReadError
from e2efw.framework.blocks import EventIDs
from e2efw.io.columns import read_column, unwrapped
from e2efw.io.root_file import EventFile, reading
from e2efw.io.serialized import described, numbers_in

LEAVES: dict[str, np.dtype[Any]] = {
    "run_": np.dtype(np.uint32),
    "luminosityBlock_": np.dtype(np.uint32),
    "event_": np.dtype(np.uint64),
}
"""Leaves of the EventAuxiliary that name an event."""
REAL_DATA = "isRealData_"
_CLASS = "EventAuxiliary"


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
        return bool(_records(file, 1).get(REAL_DATA, [False])[0])
    branch = file.index.auxiliary.get(REAL_DATA)
    return branch is not None and bool(read_column(branch, 0, 1, file.path).values[0])


def _unsplit(file: EventFile) -> bool:
    branch = file.index.auxiliary.get(_CLASS)
    return branch is not None and "EventAuxiliary" in str(branch.typename)


def _from_records(file: EventFile) -> EventIDs:
    """From a branch that holds one ``edm::EventAuxiliary`` after the other, as CMSSW writes it."""
    numbers = _records(file, file.n_events)
    lumi = "id_.luminosityBlock_" if "id_.luminosityBlock_" in numbers else "luminosityBlock_"  # CMSSW before 3
    names = {"run_": "id_.run_", "luminosityBlock_": lumi, "event_": "id_.event_"}
    if file.n_events and not numbers.keys() >= set(names.values()):
        raise FileReadError(f"File {file.path}: its EventAuxiliary has no {' or no '.join(names.values())}.")
    columns = {
        leaf: numbers[name].astype(LEAVES[leaf]) if file.n_events else np.empty(0, LEAVES[leaf])
        for leaf, name in names.items()
    }
    return EventIDs(columns["run_"], columns["luminosityBlock_"], columns["event_"], file.path)


def _records(file: EventFile, n_events: int) -> dict[str, NDArray[Any]]:
    """The numbers of the first events, by name."""
    branch = file.index.auxiliary[_CLASS]
    with reading(f"File {file.path}: branch '{_CLASS}'"):
        as_bytes = uproot.AsJagged(uproot.AsDtype("u1"))
        records = unwrapped(branch.array(as_bytes, entry_stop=n_events, library="ak", array_cache=None).layout)
        versions = described(branch.file, str(branch.typename))
        return numbers_in(records, versions, lambda name: described(branch.file, name))
