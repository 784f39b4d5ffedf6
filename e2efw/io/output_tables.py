"""The small trees beside the events: runs, luminosity blocks, parameter sets, and what was made of what.

They hold for ROOT tools what the provenance record says (see `provenance`), which alone is read back, and one row per
luminosity block and run, also of those of whose events none was chosen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import EventIDs
from e2efw.framework.provenance import Provenance, branch_id
from e2efw.framework.tags import ProductKey
from e2efw.io.branches import BranchName

FILE_FORMAT: Final = 2
"""Version of the layout of our files: 1 had no trees but the events."""

Table: TypeAlias = Mapping[str, Any]
"""Columns by branch name."""


@dataclass
class LumiCounts:
    """How many events of each luminosity block a file holds, in the order in which they came."""

    counts: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """By run and luminosity block: entry of the first event in the file, number of events."""
    n_events: int = 0

    def add(self, ids: EventIDs, chosen: NDArray[np.bool_]) -> None:
        """Count events.

        Args:
            ids: who they are.
            chosen: (events,) True for those that are written.
        """
        changes = np.flatnonzero((np.diff(ids.run) != 0) | (np.diff(ids.lumi) != 0)) + 1
        starts = [0, *changes.tolist()] if len(ids) else []
        for start, stop in zip(starts, [*starts[1:], len(ids)], strict=True):
            count = self.counts.setdefault((int(ids.run[start]), int(ids.lumi[start])), [self.n_events, 0])
            n_chosen = int(np.count_nonzero(chosen[start:stop]))
            if not count[1]:
                count[0] = self.n_events
            count[1] += n_chosen
            self.n_events += n_chosen


@dataclass(frozen=True)
class Notes:
    """What a file says of itself when it is finished.

    Args:
        provenance: what made its products.
        lumis: where its events come from.
        names: of all products that its events ever held, also of those that nobody kept a record of.
    """

    provenance: Provenance
    lumis: LumiCounts
    names: Mapping[ProductKey, BranchName]


def tables(notes: Notes) -> dict[str, Table]:
    """The trees by name."""
    provenance = notes.provenance
    return {
        "LuminosityBlocks": _lumis(notes.lumis),
        "Runs": _runs(notes.lumis),
        "MetaData": {
            "FileFormatVersion": np.array([FILE_FORMAT], np.int32),
            "ProcessHistory": _strings([" ".join(process.name for process in provenance.processes)]),
            "ProcessHistoryID": _strings([provenance.history_id]),
        },
        "ParameterSets": _parameter_sets(provenance),
        "Parentage": _parentage(provenance, notes.names),
    }


def _lumis(lumis: LumiCounts) -> Table:
    ids = np.array(list(lumis.counts), np.uint32).reshape(-1, 2)
    counts = np.array(list(lumis.counts.values()), np.int64).reshape(-1, 2)
    return {
        "LuminosityBlockAuxiliary.id_.run_": ids[:, 0].copy(),
        "LuminosityBlockAuxiliary.id_.luminosityBlock_": ids[:, 1].copy(),
        "IndexIntoFile.firstEntry_": counts[:, 0].copy(),
        "IndexIntoFile.nEvents_": counts[:, 1].copy(),
    }


def _runs(lumis: LumiCounts) -> Table:
    events: dict[int, int] = {}
    for (run, _), (_, n_events) in lumis.counts.items():
        events[run] = events.get(run, 0) + n_events
    return {
        "RunAuxiliary.id_.run_": np.array(list(events), np.uint32),
        "IndexIntoFile.nEvents_": np.array(list(events.values()), np.int64),
    }


def _parameter_sets(provenance: Provenance) -> Table:
    sets = provenance.parameter_sets()
    return {
        "IdToParameterSetsBlobs.first": _strings(list(sets)),
        "IdToParameterSetsBlobs.second": _strings(list(sets.values())),
    }


def _parentage(provenance: Provenance, known: Mapping[ProductKey, BranchName]) -> Table:
    """One row per product that has a record; parents are BranchIDs."""
    records = [record for process in provenance.processes for record in process.products]
    branch_ids = {key: branch_id(name.prefix) for key, name in known.items()}
    branch_ids |= {record.key: record.branch_id for record in records}
    names, own, modules, parents = [], [], [], []
    for process in provenance.processes:
        made_by = {module.label: module.parameter_set_id for module in process.modules}
        for record in process.products:
            names.append(record.branch_name)
            own.append(record.branch_id)
            modules.append(made_by.get(record.key.label, ""))
            parents.append([branch_ids[key] for key in record.parents if key in branch_ids])
    offsets = ak.index.Index64(np.cumsum([0, *map(len, parents)]))
    flat = np.array([parent for row in parents for parent in row], np.uint32)
    return {
        "Description.branchName_": _strings(names),
        "Description.branchID_": np.array(own, np.uint32),
        "Description.parameterSetID_": _strings(modules),
        "Description.parents_": ak.Array(ak.contents.ListOffsetArray(offsets, ak.contents.NumpyArray(flat))),
    }


def _strings(texts: Sequence[str]) -> Any:
    """As awkward strings, also if there are none."""
    encoded = [text.encode() for text in texts]
    offsets = ak.index.Index64(np.cumsum([0, *map(len, encoded)]))
    characters = ak.contents.NumpyArray(np.frombuffer(b"".join(encoded), np.uint8), parameters={"__array__": "char"})
    return ak.Array(ak.contents.ListOffsetArray(offsets, characters, parameters={"__array__": "string"}))
