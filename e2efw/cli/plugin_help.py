"""`e2efw plugin-help`: a plugin as its declarations describe it."""

from typing import Any

from rich.console import Console
from rich.table import Table

from e2efw.framework.modules import HelpTable
from e2efw.framework.parameters import Parameter
from e2efw.framework.plugins import find_plugin, known_plugins
from e2efw.framework.schema import Schema, schema_of


def print_plugin_help(name: str | None) -> None:
    """Describe one plugin, or list all."""
    console = Console()
    if name is None:
        table = Table(box=None, pad_edge=False)
        table.add_column("plugin")
        table.add_column("kind")
        table.add_column("does")
        for known in known_plugins():
            plugin = find_plugin(known)
            table.add_row(known, plugin.kind, _first_line(plugin))
        console.print(table, highlight=False)
        return
    plugin = find_plugin(name)
    schema = schema_of(plugin)
    console.print(f"{plugin.kind} {name} ({plugin.__module__})", highlight=False, style="bold")
    console.print(plugin.__doc__ or "", highlight=False)
    _print_products(schema, console)
    _print_parameters(schema, console)
    if plugin.old_parameters():
        rows = tuple(plugin.old_parameters().items())
        _print_table(HelpTable("Parameters of earlier systems, translated", ("parameter", "stands for"), rows), console)
    for table in plugin.help_tables():
        _print_table(table, console)


def _first_line(plugin: type[Any]) -> str:
    return (plugin.__doc__ or "").strip().splitlines()[0]


def _print_products(schema: Schema, console: Console) -> None:
    for consumed in schema.consumes.values():
        present = " if present" if consumed.optional else ""
        console.print(f"reads {consumed.product_class.__name__} ({consumed.cfg_name}){present}", highlight=False)
    for instance, cls in schema.produces.items():
        console.print(f"makes {cls.__name__}{f' with instance label {instance}' if instance else ''}", highlight=False)


def _print_parameters(schema: Schema, console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("parameter", "type", "default", "meaning"):
        table.add_column(heading)
    for parameter in schema.parameters.values():
        cms_type = parameter.cms_type if parameter.tracked else f"untracked.{parameter.cms_type}"
        table.add_row(parameter.cfg_name, cms_type, _default(parameter), _meaning(parameter))
    console.print(table, highlight=False)


def _print_table(content: HelpTable, console: Console) -> None:
    console.print(f"\n{content.title}", highlight=False, style="bold")
    table = Table(box=None, pad_edge=False)
    for heading in content.headings:
        table.add_column(heading)
    for row in content.rows:
        table.add_row(*row)
    console.print(table, highlight=False)


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return "(required)"
    if isinstance(parameter.default, tuple):
        return ", ".join(map(str, parameter.default)) or "(empty)"
    return str(parameter.default) or '""'


def _meaning(parameter: Parameter) -> str:
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    choices = f" One of {', '.join(parameter.choices)}." if parameter.choices else ""
    return f"{parameter.doc}{unit}{choices}"
