"""Provenance in a file: JSON text beside the event tree.

Any ROOT tool shows it; in plain uproot it is ``file["E2EProvenance"]``.
"""

from collections.abc import Mapping
from typing import Any

from e2efw.errors import FileReadError
from e2efw.framework.provenance import ProcessRecord, ProductRecord, Provenance
from e2efw.io.branches import BranchName

NAME = "E2EProvenance"


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


def write(file: Any, provenance: Provenance, descriptions: Mapping[BranchName, Mapping[str, Any]]) -> None:
    """Store what made the products.

    Args:
        file: an uproot directory open for writing.
        provenance: left as it is.
        descriptions: of the products as they were written; they go before what was announced before the first event.
    """
    copy = Provenance.from_json(provenance.to_json())
    for name, description in descriptions.items():
        record = copy.product(name.key)
        if record is not None:
            record.description = description
        elif description:
            _process(copy, name.key.process).products.append(
                ProductRecord(name.key, name.friendly_type, [], description)
            )
    file[NAME] = copy.to_json()


def _process(provenance: Provenance, name: str) -> ProcessRecord:
    for process in provenance.processes:
        if process.name == name:
            return process
    provenance.processes.append(ProcessRecord(name, ""))
    return provenance.processes[-1]
