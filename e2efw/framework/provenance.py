"""What made each product: processes, modules, parameters, and the products each one read.

One record for programs and people: JSON text that any ROOT tool shows. Ids are CMSSW's: a BranchID is the CRC-32 of the
branch's name; the ids of parameter sets and of histories are the MD5 of their canonical text (see `canonical`), which
holds tracked parameters only. Ids follow from the record, so it is never read from them.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, Self

from e2efw.framework.canonical import canonical, md5
from e2efw.framework.tags import ProductKey


@dataclass
class ModuleRecord:
    """One module of one process.

    Args:
        plugin: class name.
        parameters: values of its tracked parameters, by cfg name.
        facts: what the module itself recorded: model checksum, inference provider.
        types: cfg types of the parameters; one that is missing follows from the value.
    """

    label: str
    plugin: str
    kind: str
    parameters: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """Its parameter set in canonical form; what it says does not change any more."""
        names = {"@module_label": self.label, "@module_type": self.plugin, "@module_edm_type": self.kind}
        return canonical({**names, **self.parameters}, self.types)

    @cached_property
    def parameter_set_id(self) -> str:
        """MD5 of `text`: equal ids, equal configuration."""
        return md5(self.text)


@dataclass
class ProductRecord:
    """One product: its branch, the module it comes from, what it was made of, and what its columns do not tell."""

    key: ProductKey
    friendly_type: str
    parents: list[ProductKey]
    description: Mapping[str, Any]

    @property
    def branch_name(self) -> str:
        """The branch's name in a file, with its dot."""
        return branch_name(self.friendly_type, self.key)

    @property
    def branch_id(self) -> int:
        """CRC-32 of `branch_name`."""
        return branch_id(self.branch_name)


@dataclass
class ProcessRecord:
    """One job that the events went through.

    Args:
        paths: names of its paths, in order: what each bit of its trigger results means.
        end_paths: names of its end paths.
        select_events: of the output module that wrote the file; empty if it wrote all events.
        hardware: labels of the accelerators it could use; no id depends on them.
        dataset: of the output module that wrote the file: ``dataTier`` and ``filterName``, as far as they are set.
    """

    name: str
    release: str
    modules: list[ModuleRecord] = field(default_factory=list)
    products: list[ProductRecord] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    end_paths: list[str] = field(default_factory=list)
    select_events: list[str] = field(default_factory=list)
    hardware: list[str] = field(default_factory=list)
    dataset: dict[str, str] = field(default_factory=dict)

    @property
    def trigger_paths(self) -> str:
        """The parameter set ``@trigger_paths`` in canonical form."""
        return canonical({"@trigger_paths": self.paths}, {"@trigger_paths": "vstring"})

    @property
    def text(self) -> str:
        """The parameter set of the process: its modules by id."""
        ids = {module.label: module.parameter_set_id for module in self.modules}
        names = {"@process_name": self.name, "@end_paths": self.end_paths, "@trigger_paths": md5(self.trigger_paths)}
        types = {**dict.fromkeys([*ids, "@trigger_paths"], "ParameterSetID"), "@end_paths": "vstring"}
        return canonical({**names, **ids}, types)

    @property
    def parameter_set_id(self) -> str:
        """MD5 of `text`."""
        return md5(self.text)


@dataclass
class Provenance:
    """All jobs the events went through, oldest first."""

    processes: list[ProcessRecord] = field(default_factory=list)

    def product(self, key: ProductKey) -> ProductRecord | None:
        """The record of one product, None if it was made before records were kept."""
        for process in self.processes:
            for product in process.products:
                if product.key == key:
                    return product
        return None

    def process(self, name: str) -> ProcessRecord | None:
        """The record of one process, None if it kept none."""
        return next((process for process in self.processes if process.name == name), None)

    @property
    def history_id(self) -> str:
        """MD5 of names, parameter sets and releases of all processes."""
        return md5(";".join(f"{record.name} {record.parameter_set_id} {record.release}" for record in self.processes))

    def parameter_sets(self) -> dict[str, str]:
        """All parameter sets of all processes in canonical form, by id."""
        found: dict[str, str] = {}
        for process in self.processes:
            found |= {md5(text): text for text in (process.text, process.trigger_paths)}
            found |= {module.parameter_set_id: module.text for module in process.modules}
        return found

    def to_json(self) -> str:
        """As text, for storing in a file."""
        processes = []
        for process in self.processes:
            record = asdict(process)
            record["parameter_set_id"] = process.parameter_set_id
            for stored, module in zip(record["modules"], process.modules, strict=True):
                stored["parameter_set_id"] = module.parameter_set_id
            for stored, product in zip(record["products"], process.products, strict=True):
                stored["branch_id"] = product.branch_id
            processes.append(record)
        return json.dumps({"processes": processes, "history_id": self.history_id}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from `to_json`."""
        processes = []
        for process in json.loads(text)["processes"]:
            modules = [ModuleRecord(**_own(ModuleRecord, module)) for module in process["modules"]]
            products = [
                ProductRecord(
                    ProductKey(**product["key"]),
                    product["friendly_type"],
                    [ProductKey(**parent) for parent in product["parents"]],
                    product["description"],
                )
                for product in process["products"]
            ]
            own = _own(ProcessRecord, process) | {"modules": modules, "products": products}
            processes.append(ProcessRecord(**own))
        return cls(processes)


def branch_name(friendly_type: str, key: ProductKey) -> str:
    """The branch's name in a file, with its dot."""
    return f"{friendly_type}_{key.label}_{key.instance}_{key.process}."


def branch_id(branch: str) -> int:
    """The BranchID of a branch by its name, with the dot."""
    return zlib.crc32(branch.encode())


def _own(record: type[Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a record is made of: ids are not, they follow from it."""
    names = {entry.name for entry in fields(record)}
    return {name: value for name, value in stored.items() if name in names}
