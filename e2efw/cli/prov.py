"""`e2efw prov`: how the products of a file were made."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import typer

from e2efw.cli.content import compiled
from e2efw.cli.lineage import Lineage
from e2efw.cli.printing import print_json
from e2efw.cli.prov_text import print_history, print_module, print_process, title
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.branches import BranchName
from e2efw.io.cms_provenance import cms_provenance
from e2efw.io.root_file import PARQUET, open_events, open_root


@dataclass(frozen=True)
class Wish:
    """What is to be shown.

    Args:
        match: patterns; only modules whose label, type, products or parameters match are shown.
        dependencies: what each product was made of directly.
        ancestors: all that each product was made of.
        descendants: all that was made of each product.
        all_modules: also those of whose products the file holds none.
        event_setup: modules of the EventSetup.
        top_level: the parameter sets of the processes themselves.
        history_id: that of the processing history.
        products: what each module made.
        ids_only: ids of parameter sets instead of parameters.
        by_label: sorted by label, not as they ran.
    """

    match: Sequence[str] = ()
    dependencies: bool = False
    ancestors: bool = False
    descendants: bool = False
    all_modules: bool = False
    event_setup: bool = True
    top_level: bool = False
    history_id: bool = False
    products: bool = True
    ids_only: bool = False
    by_label: bool = False
    as_json: bool = False


class Shown(NamedTuple):
    """A module that is shown, with its process and those of its products that are."""

    process: ProcessRecord
    module: ModuleRecord
    products: Sequence[ProductRecord]

    @property
    def of_event_setup(self) -> bool:
        """Whether it makes no products of events."""
        return self.module.kind.startswith("ES")


class Records(NamedTuple):
    """What a file tells of its making.

    Args:
        names: of the products it holds.
        ours: the record is ours, with parents; CMSSW's tells processes, modules and parameters.
    """

    provenance: Provenance
    names: Mapping[ProductKey, BranchName]
    ours: bool

    @property
    def history_id(self) -> str | None:
        """Id of the processing history, None if the file does not tell."""
        return self.provenance.history_id if self.ours else None


def print_provenance(file: str, wish: Wish) -> None:
    """Print processes, then modules with their products, parameters and parents.

    Raises:
        FileOpenError: there is no such file; names the nearest.
        FileReadError: its records are corrupt.
        CommandLineError: a pattern is no regular expression.
    """
    records = _records(file)
    lineage = Lineage(records.provenance)
    shown = list(_shown(records, wish))
    if wish.by_label:
        shown.sort(key=lambda one: one.module.label)
    if wish.as_json:
        print_json(_data(file, records, shown, lineage))
        return
    _print_processes(records, wish)
    _print_modules(shown, wish, lineage)
    unrecorded = _unrecorded(records) if wish.products and not wish.match else []
    if unrecorded:
        title("Products whose making is not on record")
    for name in unrecorded:
        typer.echo(f" {name.prefix}")


def _print_processes(records: Records, wish: Wish) -> None:
    print_history(records.provenance.processes, records.history_id if wish.history_id else None)
    if (wish.dependencies or wish.ancestors or wish.descendants) and not records.ours:
        typer.echo("  what products were made of is not read from files of CMSSW")
    if wish.top_level:
        title("Top-level parameter sets")
        for process in records.provenance.processes:
            print_process(process)


def _print_modules(shown: Sequence[Shown], wish: Wish, lineage: Lineage) -> None:
    title("Producers with data in file")
    relatives = {
        name: relatives
        for name, wanted, relatives in (
            ("parent", wish.dependencies, lineage.parents),
            ("ancestor", wish.ancestors, lineage.ancestors),
            ("descendant", wish.descendants, lineage.descendants),
        )
        if wanted
    }
    for process, module, products in (one for one in shown if not one.of_event_setup):
        print_module(process.name, module, products if wish.products else None, relatives, parameters=not wish.ids_only)
    of_event_setup = [one for one in shown if one.of_event_setup]
    if of_event_setup:
        title("EventSetup")
    for process, module, _ in of_event_setup:
        print_module(process.name, module, None, {}, parameters=not wish.ids_only)


def _records(file: str) -> Records:
    with open_events(file) as events:
        names = {key: stored.name for key, stored in events.index.products.items()}
        if events.provenance.processes or events.path.endswith(PARQUET):
            return Records(events.provenance, names, ours=True)
    with open_root(file) as root:
        return Records(cms_provenance(root.directory, names.values()), names, ours=False)


def _shown(records: Records, wish: Wish) -> Iterator[Shown]:
    """The modules that are shown, with those of their products that the file holds, or all of them."""
    patterns = [compiled(pattern) for pattern in wish.match]
    for process in records.provenance.processes:
        made = _by_maker(process)
        for module in process.modules:
            own = made.get(module.label, [])
            held = own if wish.all_modules else [record for record in own if record.key in records.names]
            one = Shown(process, module, held)
            if patterns and not any(pattern.search(text) for pattern in patterns for text in _texts(one)):
                continue
            if wish.event_setup if one.of_event_setup else held or wish.all_modules:
                yield one


def _texts(one: Shown) -> Iterator[str]:
    """What patterns are looked for in."""
    yield from (one.module.label, one.module.plugin)
    yield from (record.branch_name for record in one.products)
    yield from (f"{name} = {json.dumps(value)}" for name, value in one.module.parameters.items())


def _by_maker(process: ProcessRecord) -> dict[str, list[ProductRecord]]:
    """Products by label of the module that made them; what bears no module's label comes from the source."""
    labels = {module.label for module in process.modules}
    made: dict[str, list[ProductRecord]] = {}
    for record in process.products:
        made.setdefault(record.key.label if record.key.label in labels else "source", []).append(record)
    return made


def _unrecorded(records: Records) -> list[BranchName]:
    """Products that no module on record made."""
    made = {
        record.key
        for process in records.provenance.processes
        for label, products in _by_maker(process).items()
        for record in products
        if records.ours or any(module.label == label for module in process.modules)
    }
    return [name for key, name in records.names.items() if key not in made]


def _data(file: str, records: Records, shown: Sequence[Shown], lineage: Lineage) -> dict[str, Any]:
    history = [
        {
            "process": record.name,
            "release": record.release,
            "parameter_set_id": record.parameter_set_id,
            "accelerators": record.hardware,
            "paths": record.paths,
            "end_paths": record.end_paths,
            "events_chosen_by": record.select_events,
            "dataset": record.dataset,
        }
        for record in records.provenance.processes
    ]
    return {
        "file": file,
        "history": history,
        "history_id": records.history_id,
        "modules": [_module_data(one, lineage) for one in shown],
        "not_on_record": [name.prefix for name in _unrecorded(records)],
    }


def _module_data(one: Shown, lineage: Lineage) -> dict[str, Any]:
    module = one.module
    return {
        "process": one.process.name,
        "label": module.label,
        "type": module.plugin,
        "kind": module.kind,
        "parameter_set_id": module.parameter_set_id,
        "parameters": module.parameters,
        "types": module.types,
        "facts": module.facts,
        "products": [
            {
                "branch": record.branch_name,
                "branch_id": record.branch_id,
                "parents": list(map(str, record.parents)),
                "ancestors": list(map(str, lineage.ancestors(record.key))),
                "descendants": list(map(str, lineage.descendants(record.key))),
            }
            for record in one.products
        ],
    }
