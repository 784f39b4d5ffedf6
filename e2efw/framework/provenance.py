"""What made each product: processes, modules, parameters, and the products each one read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from e2efw.framework.tags import ProductKey


@dataclass
class ModuleRecord:
    """One module of one process.

    Args:
        plugin: class name.
        parameters: values of its tracked parameters, by cfg name.
        facts: what the module itself recorded: model checksum, inference provider.
    """

    label: str
    plugin: str
    kind: str
    parameters: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def parameter_set_id(self) -> str:
        """MD5 of the tracked parameters in canonical form: equal ids, equal configuration."""
        text = json.dumps({"plugin": self.plugin, "parameters": self.parameters}, sort_keys=True)
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass
class ProductRecord:
    """One product: its branch, the module it comes from, what it was made of, and what its columns do not tell."""

    key: ProductKey
    friendly_type: str
    parents: list[ProductKey]
    description: Mapping[str, Any]


@dataclass
class ProcessRecord:
    """One job that the events went through."""

    name: str
    release: str
    modules: list[ModuleRecord] = field(default_factory=list)
    products: list[ProductRecord] = field(default_factory=list)


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

    def to_json(self) -> str:
        """As text, for storing in a file."""
        processes = []
        for process in self.processes:
            record = asdict(process)
            for stored, module in zip(record["modules"], process.modules, strict=True):
                stored["parameter_set_id"] = module.parameter_set_id
            processes.append(record)
        return json.dumps({"processes": processes}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from `to_json`."""
        processes = []
        for process in json.loads(text)["processes"]:
            modules = [
                ModuleRecord(**{name: value for name, value in module.items() if name != "parameter_set_id"})
                for module in process["modules"]
            ]
            products = [
                ProductRecord(
                    ProductKey(**product["key"]),
                    product["friendly_type"],
                    [ProductKey(**parent) for parent in product["parents"]],
                    product["description"],
                )
                for product in process["products"]
            ]
            processes.append(ProcessRecord(process["name"], process["release"], modules, products))
        return cls(processes)
