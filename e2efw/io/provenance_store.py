"""Provenance in a file: JSON text beside the event tree.

Any ROOT tool shows it; in plain uproot it is ``file["E2EProvenance"]``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from e2efw.errors import FileReadError
from e2efw.framework.provenance import ProcessRecord, ProductRecord, Provenance
from e2efw.io.branches import BranchName

NAME = "E2EProvenance"

DropMetaData: TypeAlias = Literal["", "NONE", "DROPPED", "PRIOR", "ALL"]
"""CMSSW's words for how much parentage is forgotten; the empty one is NONE."""


def read(file: Any) -> Provenance:
    """What a file says of its products; an empty Provenance if it says nothing.

    Args:
        file: an open uproot directory.

    Raises:
        FileReadError: the text is not what `write` writes.
    """
    if NAME not in file:
        return Provenance()
    try:
        return Provenance.from_json(str(file[NAME]))
    except (ValueError, LookupError, TypeError) as error:
        raise FileReadError(f"File {file.file_path}: its provenance '{NAME}' is not understood: {error!r}") from error


def write(file: Any, provenance: Provenance) -> None:
    """Store what made the products.

    Args:
        file: an uproot directory open for writing.
        provenance: see `of_file`.
    """
    file[NAME] = provenance.to_json()


def of_file(
    provenance: Provenance,
    descriptions: Mapping[BranchName, Mapping[str, Any]],
    select_events: Sequence[str],
    dataset: Mapping[str, str],
    drop: DropMetaData,
) -> Provenance:
    """The provenance of one file.

    Args:
        provenance: of the job; left as it is.
        descriptions: of the products as they were written; they go before what was announced before the first event.
        select_events: how its events were chosen.
        dataset: what it is for those who keep the books.
        drop: whose parents are forgotten: those of products that are not in the file, of products of earlier
            processes, or of all.
    """
    copy = Provenance(
        [
            replace(process, products=[replace(product) for product in process.products])
            for process in provenance.processes
        ]
    )
    if copy.processes:
        copy.processes[-1].select_events = list(select_events)
        copy.processes[-1].dataset = dict(dataset)
    for name, description in descriptions.items():
        record = copy.product(name.key)
        if record is not None:
            record.description = description
        elif description:
            _process(copy, name.key.process).products.append(
                ProductRecord(name.key, name.friendly_type, [], description)
            )
    written = {name.key for name in descriptions}
    for number, process in enumerate(copy.processes, start=1):
        for record in process.products:
            prior = number < len(provenance.processes)
            if drop == "ALL" or (drop == "PRIOR" and prior) or (drop == "DROPPED" and record.key not in written):
                record.parents = []
    return copy


def _process(provenance: Provenance, name: str) -> ProcessRecord:
    for process in provenance.processes:
        if process.name == name:
            return process
    provenance.processes.append(ProcessRecord(name, ""))
    return provenance.processes[-1]
