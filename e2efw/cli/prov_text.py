"""How `e2efw prov` prints, in the layout of CMSSW's edmProvDump."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import typer

from e2efw.framework.parameter_text import parsed
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord
from e2efw.framework.tags import ProductKey
from e2efw.io.cms_provenance import StoredProcess

Relatives: TypeAlias = Mapping[str, Callable[[ProductKey], Sequence[ProductKey]]]
"""By what they are to a product, such as ``parent``."""


def title(text: str) -> None:
    """What a section begins with."""
    typer.echo(f"---------{text}---------")


def print_history(processes: Sequence[ProcessRecord], history_id: str | None) -> None:
    """The processes, oldest first.

    Args:
        history_id: None to leave it out.
    """
    typer.echo("Processing History:")
    for number, process in enumerate(processes, start=1):
        typer.echo(f"  {process.name} '{process.release}' [{number}]  ({process.parameter_set_id})")
        if process.paths or process.end_paths:
            paths, end_paths = (", ".join(names) or "-" for names in (process.paths, process.end_paths))
            typer.echo(f"    paths: {paths}; end paths: {end_paths}")
        if process.hardware:
            typer.echo(f"    accelerators: {', '.join(process.hardware)}")
        if process.dataset:
            typer.echo(f"    dataset: {', '.join(f'{name} = {value}' for name, value in process.dataset.items())}")
        if process.select_events:
            typer.echo(f"    events chosen by: {', '.join(process.select_events)}")
    if not processes:
        typer.echo("  none is on record")
    if history_id is not None:
        typer.echo(f"  ProcessHistoryID: {history_id}")


def print_process(process: ProcessRecord) -> None:
    """The parameter set of a process itself, in which each module stands by its id."""
    own = process.parameters if isinstance(process, StoredProcess) else parsed(process.text)
    typer.echo(f"Process: {process.name}")
    typer.echo(f" PSet id: {process.parameter_set_id}")
    _print_values("parameters", {name: (_kind(one.type, one.tracked), one.value) for name, one in own.items()})
    typer.echo("")


def print_module(
    process: str,
    module: ModuleRecord,
    products: Sequence[ProductRecord] | None,
    relatives: Relatives,
    *,
    parameters: bool,
) -> None:
    """One module.

    Args:
        process: its name.
        products: None to leave them out.
        relatives: what else is told of each product.
        parameters: whether they are told.
    """
    typer.echo(f"Module: {module.label} {process}")
    typer.echo(f" type: {module.plugin} ({module.kind})")
    typer.echo(f" PSet id: {module.parameter_set_id}")
    if products is not None:
        typer.echo(" products: {")
        for record in products:
            typer.echo(f"  {record.branch_name}  BranchID {record.branch_id}")
            for name, keys in relatives.items():
                for key in keys(record.key):
                    typer.echo(f"    {name}: {key}")
        typer.echo(" }")
    if parameters:
        _print_values("parameters", {name: (_type(module, name), value) for name, value in module.parameters.items()})
        _print_values("facts", {name: ("", value) for name, value in module.facts.items()})
    typer.echo("")


def _print_values(heading: str, values: Mapping[str, tuple[str, Any]]) -> None:
    if not values:
        return
    typer.echo(f" {heading}: {{")
    for name, (kind, value) in sorted(values.items()):
        typer.echo(f"  {name}{f': {kind}' if kind else ''} = {_written(value)}")
    typer.echo(" }")


def _type(module: ModuleRecord, name: str) -> str:
    kind = module.types.get(name, type(module.parameters[name]).__name__)
    return _kind(kind.removeprefix("untracked."), not kind.startswith("untracked."))


def _kind(kind: str, tracked: bool) -> str:
    return f"{kind} {'tracked' if tracked else 'untracked'}"


def _written(value: Any) -> str:
    if isinstance(value, list):
        return f"{{{','.join(map(_written, value))}}}"
    if isinstance(value, Mapping):
        return f"({'; '.join(f'{name} = {_written(one)}' for name, one in value.items())})"
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
