"""`e2efw prov`: how the products of a file were made."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from e2efw.cli.content import compiled
from e2efw.cli.printing import print_json
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.branches import BranchName
from e2efw.io.root_file import open_events


@dataclass(frozen=True)
class Wish:
    """What is to be shown.

    Args:
        match: patterns; only modules whose label, type or products match are shown.
        ancestors: all that each product was made of.
        descendants: all that was made of each product.
        all_modules: also those of whose products the file holds none.
        ids_only: ids of parameter sets instead of parameters.
    """

    match: Sequence[str] = ()
    ancestors: bool = False
    descendants: bool = False
    all_modules: bool = False
    history_id: bool = False
    ids_only: bool = False
    as_json: bool = False


def print_provenance(file: str, wish: Wish) -> None:
    """Print processes, then modules with their products, parameters and parents.

    Raises:
        FileOpenError: there is no such file; names the nearest.
        CommandLineError: a pattern is no regular expression.
    """
    with open_events(file) as events:
        provenance = events.provenance
        names = {key: stored.name for key, stored in events.index.products.items()}
    lineage = Lineage(provenance)
    shown = list(_shown(provenance, names, wish))
    if wish.as_json:
        modules = [_data(process, module, products, lineage) for process, module, products in shown]
        history = [
            {
                "process": record.name,
                "release": record.release,
                "parameter_set_id": record.parameter_set_id,
                "accelerators": record.hardware,
            }
            for record in provenance.processes
        ]
        print_json({"file": file, "history": history, "history_id": provenance.history_id, "modules": modules})
        return
    _print_history(provenance, wish)
    typer.echo("---------Producers with data in file---------")
    for process, module, products in shown:
        _print_module(process, module, products, wish, lineage)
    recorded = {record.key for process in provenance.processes for record in process.products}
    unrecorded = [name for key, name in names.items() if key not in recorded]
    if unrecorded and not wish.match:
        typer.echo("---------Products whose making is not on record---------")
        for name in unrecorded:
            typer.echo(f" {name.prefix}")


class Lineage:
    """Who was made of what, all the way.

    Args:
        provenance: of the file.
    """

    def __init__(self, provenance: Provenance) -> None:
        records = [record for process in provenance.processes for record in process.products]
        self._parents = {record.key: list(record.parents) for record in records}
        self._children: dict[ProductKey, list[ProductKey]] = {}
        for record in records:
            for parent in record.parents:
                self._children.setdefault(parent, []).append(record.key)

    def ancestors(self, key: ProductKey) -> list[ProductKey]:
        """Parents, their parents and so on, nearest first."""
        return _reached(key, lambda one: self._parents.get(one, []))

    def descendants(self, key: ProductKey) -> list[ProductKey]:
        """Children, their children and so on, nearest first."""
        return _reached(key, lambda one: self._children.get(one, []))


def _reached(start: ProductKey, following: Callable[[ProductKey], list[ProductKey]]) -> list[ProductKey]:
    found: dict[ProductKey, None] = {}
    waiting = following(start)[:]
    while waiting:
        key = waiting.pop(0)
        if key not in found:
            found[key] = None
            waiting += following(key)
    return list(found)


def _shown(
    provenance: Provenance, names: dict[ProductKey, BranchName], wish: Wish
) -> Iterator[tuple[ProcessRecord, ModuleRecord, list[ProductRecord]]]:
    """The modules that are shown, with those of their products that the file holds, or all of them."""
    patterns: list[re.Pattern[str]] = [compiled(pattern) for pattern in wish.match]
    for process in provenance.processes:
        for module in process.modules:
            own = [record for record in process.products if _maker(process, record) == module.label]
            held = own if wish.all_modules else [record for record in own if record.key in names]
            texts = [module.label, module.plugin, *(record.branch_name for record in held)]
            matches = not patterns or any(pattern.search(text) for pattern in patterns for text in texts)
            if matches and (held or wish.all_modules):
                yield process, module, held


def _maker(process: ProcessRecord, record: ProductRecord) -> str:
    """Label of the module that made a product; what bears no module's label comes from the source."""
    labels = {module.label for module in process.modules}
    return record.key.label if record.key.label in labels else "source"


def _print_history(provenance: Provenance, wish: Wish) -> None:
    typer.echo("Processing History:")
    for number, process in enumerate(provenance.processes, start=1):
        typer.echo(f"  {process.name} '{process.release}' [{number}]  ({process.parameter_set_id})")
        if process.paths or process.end_paths:
            paths, end_paths = (", ".join(names) or "-" for names in (process.paths, process.end_paths))
            typer.echo(f"    paths: {paths}; end paths: {end_paths}")
        if process.hardware:
            typer.echo(f"    accelerators: {', '.join(process.hardware)}")
        if process.select_events:
            typer.echo(f"    events chosen by: {', '.join(process.select_events)}")
    if not provenance.processes:
        typer.echo("  none is on record")
    if wish.history_id:
        typer.echo(f"  ProcessHistoryID: {provenance.history_id}")


def _print_module(
    process: ProcessRecord, module: ModuleRecord, products: Sequence[ProductRecord], wish: Wish, lineage: Lineage
) -> None:
    typer.echo(f"Module: {module.label} {process.name}")
    typer.echo(f" type: {module.plugin} ({module.kind})")
    typer.echo(f" PSet id: {module.parameter_set_id}")
    typer.echo(" products: {")
    for record in products:
        typer.echo(f"  {record.branch_name}  BranchID {record.branch_id}")
        for name, wanted, keys in (
            ("ancestor", wish.ancestors, lineage.ancestors),
            ("descendant", wish.descendants, lineage.descendants),
        ):
            for key in keys(record.key) if wanted else []:
                typer.echo(f"    {name}: {key}")
    typer.echo(" }")
    if not wish.ids_only:
        _print_values("parameters", {name: (_type(module, name), value) for name, value in module.parameters.items()})
        _print_values("facts", {name: ("", value) for name, value in module.facts.items()})
    typer.echo("")


def _print_values(title: str, values: dict[str, tuple[str, Any]]) -> None:
    if not values:
        return
    typer.echo(f" {title}: {{")
    for name, (kind, value) in sorted(values.items()):
        typer.echo(f"  {name}:{f' {kind} tracked' if kind else ''} = {_written(value)}")
    typer.echo(" }")


def _type(module: ModuleRecord, name: str) -> str:
    return module.types.get(name, type(module.parameters[name]).__name__)


def _written(value: Any) -> str:
    if isinstance(value, list):
        return f"{{{','.join(map(_written, value))}}}"
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _data(
    process: ProcessRecord, module: ModuleRecord, products: Sequence[ProductRecord], lineage: Lineage
) -> dict[str, Any]:
    return {
        "process": process.name,
        "label": module.label,
        "type": module.plugin,
        "kind": module.kind,
        "parameter_set_id": module.parameter_set_id,
        "parameters": module.parameters,
        "facts": module.facts,
        "products": [
            {
                "branch": record.branch_name,
                "branch_id": record.branch_id,
                "parents": list(map(str, record.parents)),
                "ancestors": list(map(str, lineage.ancestors(record.key))),
                "descendants": list(map(str, lineage.descendants(record.key))),
            }
            for record in products
        ],
    }
