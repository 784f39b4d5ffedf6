"""Processes, modules and parameters of files that CMSSW wrote: what their parameter sets tell.

Releases from 3.7 on are read, 15.1 being the newest tried; older ones keep their parameter sets in another way. The
tree ``ParameterSets`` has one branch, ``IdToParameterSetsBlobs``, of pairs (id, text). uproot cannot take these pairs
apart, but their bytes can be read: headers of objects, then two strings. The names of processes in order are found in
the same way in ``MetaData``; processes that it does not name are left out. Parents of products and releases are not
read.

Source of the layout: CMSSW's ``edm::ParameterSetBlob`` and ``edm::Hash``, ROOT's ``TBuffer``.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from e2efw.errors import FileReadError
from e2efw.framework.parameter_text import StoredParameter, parsed
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.io.branches import BranchName
from e2efw.io.root_file import reading

_HAS_COUNT: Final = 0x40000000
"""Marks the first word of an object, which else would be the length of a string."""
_LONG: Final = 0xFF
"""Instead of the length of a string that has at least as many bytes: the length follows in four."""
_RAW_ID: Final = 16
"""Bytes of an id that is not written in hexadecimal digits."""


@dataclass
class StoredModule(ModuleRecord):
    """A module whose id was read, not computed."""

    stored_id: str = ""

    @cached_property
    def parameter_set_id(self) -> str:
        """As the file says."""
        return self.stored_id


@dataclass
class StoredProcess(ProcessRecord):
    """A process whose id was read, not computed.

    Args:
        parameters: of the process itself; modules stand by their ids.
    """

    stored_id: str = ""
    parameters: Mapping[str, StoredParameter] = field(default_factory=dict)

    @property
    def parameter_set_id(self) -> str:
        """As the file says."""
        return self.stored_id


def cms_provenance(directory: Any, names: Iterable[BranchName]) -> Provenance:
    """What the parameter sets of a file tell, oldest process first; empty if it has none.

    Args:
        directory: of uproot.
        names: of the products in the file; each is put down to the module of its label and process.

    Raises:
        FileReadError: the sets are corrupt.
    """
    path = directory.file_path
    with reading(f"File {path}: its parameter sets"):
        texts = dict(_pairs(directory))
        history = b"".join(_entries(directory, "MetaData", "ProcessHistory"))
    sets = {identity: _parameters(path, identity, text) for identity, text in texts.items()}
    processes = [_process(identity, sets) for identity, one in sets.items() if "@process_name" in one]
    processes = _in_order(processes, history)
    for name in names:
        for process in processes:
            if process.name == name.key.process:
                process.products.append(ProductRecord(name.key, name.friendly_type, [], {}))
    return Provenance(list(processes))


def _pairs(directory: Any) -> Iterator[tuple[str, str]]:
    """Ids and texts."""
    for entry in _entries(directory, "ParameterSets", "IdToParameterSetsBlobs"):
        identity, text = _strings(entry)
        yield (identity.hex() if len(identity) == _RAW_ID else identity.decode()), text.decode(errors="replace")


def _in_order(processes: list[StoredProcess], history: bytes) -> list[StoredProcess]:
    """As the history names them; without those that it does not name, unless it names none."""
    places = {one.name: history.find(bytes([len(one.name)]) + one.name.encode()) for one in processes}
    named = [process for process in processes if places[process.name] >= 0] or processes
    return sorted(named, key=lambda process: places[process.name])


def _entries(directory: Any, tree: str, name: str) -> Iterator[bytes]:
    """The bytes of each entry of a branch, whatever they mean; none if there is no such tree or branch."""
    classes = {key.split(";")[0]: kind for key, kind in directory.classnames(recursive=False).items()}
    if classes.get(tree) != "TTree" or name not in directory[tree].keys():  # noqa: SIM118 (a tree is no dict)
        return
    branch = directory[tree][name]
    for number in range(branch.num_baskets):
        basket = branch.basket(number)
        data = basket.data.tobytes()
        offsets = [0, len(data)] if basket.byte_offsets is None else basket.byte_offsets.tolist()
        yield from (data[start:stop] for start, stop in pairwise(offsets))


def _strings(entry: bytes) -> tuple[bytes, bytes]:
    """The two strings of an entry, between headers of objects.

    Raises:
        ValueError: there are not two.
    """
    found, position = [], 0
    while position < len(entry):
        if len(entry) - position > 6:
            (count,) = struct.unpack_from(">I", entry, position)
            if count & _HAS_COUNT and (count & ~_HAS_COUNT) + 4 <= len(entry) - position:
                (version,) = struct.unpack_from(">H", entry, position + 4)
                position += 6 if version else 10  # a class without a version has a checksum
                continue
        length, position = entry[position], position + 1
        if length == _LONG:
            (length,) = struct.unpack_from(">I", entry, position)
            position += 4
        found.append(entry[position : position + length])
        position += length
    if len(found) != 2 or position != len(entry):
        raise ValueError(f"an entry of {len(entry)} bytes is no pair of an id and a text")
    return found[0], found[1]


def _parameters(path: str, identity: str, text: str) -> Mapping[str, StoredParameter]:
    try:
        return parsed(text)
    except ValueError as error:
        raise FileReadError(f"File {path}: parameter set {identity} is not understood: {error}.") from error


def _process(identity: str, sets: Mapping[str, Mapping[str, StoredParameter]]) -> StoredProcess:
    own = sets[identity]
    modules = []
    for name, parameter in own.items():
        module = sets.get(parameter.value) if isinstance(parameter.value, str) else None
        if module is not None and "@module_type" in module and not name.startswith("@"):
            modules.append(_module(name, parameter.value, module, sets))
    triggers = sets.get(str(_value(own, "@trigger_paths", "")), own)
    return StoredProcess(
        str(own["@process_name"].value),
        "",
        list(modules),
        [],
        list(_value(triggers, "@trigger_paths", _value(own, "@paths", []))),
        list(_value(own, "@end_paths", [])),
        stored_id=identity,
        parameters=own,
    )


def _module(
    label: str, identity: str, own: Mapping[str, StoredParameter], sets: Mapping[str, Mapping[str, StoredParameter]]
) -> StoredModule:
    shown = {name: one for name, one in own.items() if not name.startswith("@")}
    return StoredModule(
        label,
        str(own["@module_type"].value),
        str(_value(own, "@module_edm_type", "")),
        {name: _resolved(one.value, sets) for name, one in shown.items()},
        {},
        {name: one.type if one.tracked else f"untracked.{one.type}" for name, one in shown.items()},
        stored_id=identity,
    )


def _value(parameters: Mapping[str, StoredParameter], name: str, default: Any) -> Any:
    return parameters[name].value if name in parameters else default


def _resolved(value: Any, sets: Mapping[str, Mapping[str, StoredParameter]]) -> Any:
    """JSON data: nested sets in place of their ids."""
    if isinstance(value, list):
        return [_resolved(item, sets) for item in value]
    if isinstance(value, str) and value in sets:
        value = sets[value]
    if isinstance(value, Mapping):
        return {name: _resolved(one.value, sets) for name, one in value.items()}
    return value
