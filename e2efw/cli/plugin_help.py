"""`e2efw plugin-help`: a plugin as its declarations describe it."""

from typing import Any

import typer

from e2efw.cli.printing import print_json, print_table
from e2efw.config.options import STEERING
from e2efw.framework.modules import HelpTable
from e2efw.framework.parameters import Parameter
from e2efw.framework.plugins import find_plugin, known_plugins
from e2efw.framework.schema import Schema, schema_of


def print_plugin_help(
    name: str | None,
    *,
    everything: bool = False,
    names_only: bool = False,
    brief: bool = False,
    as_json: bool = False,
) -> None:
    """Describe one plugin, all of them, or what ``process.options`` and its like may hold; without a name, list all.

    Args:
        everything: describe every plugin.
        names_only: print the names of all plugins.
        brief: leave meanings out.

    Raises:
        ConfigurationError: there is no such plugin; names the nearest.
    """
    if names_only:
        _print_names(as_json=as_json)
    elif name in STEERING:
        _print_options(name, brief=brief, as_json=as_json)
    elif everything or (as_json and name is None):
        plugins = [find_plugin(known) for known in known_plugins()]
        if as_json:
            print_json([_data(plugin) for plugin in plugins])
        for number, plugin in enumerate([] if as_json else plugins, start=1):
            typer.secho(f"\n{number}  ", bold=True, nl=False)
            _print_plugin(plugin, brief=brief)
    elif name is None:
        plugins = [find_plugin(known) for known in known_plugins()]
        rows = [(plugin.__name__, plugin.kind, _first_line(plugin)) for plugin in plugins]
        print_table(("plugin", "kind", "does"), rows)
    elif as_json:
        print_json(_data(find_plugin(name)))
    else:
        _print_plugin(find_plugin(name), brief=brief)


def _print_names(*, as_json: bool) -> None:
    if as_json:
        print_json(known_plugins())
        return
    for name in known_plugins():
        typer.echo(name)


def _print_plugin(plugin: type[Any], *, brief: bool) -> None:
    schema = schema_of(plugin)
    typer.secho(f"{plugin.kind} {plugin.__name__} ({plugin.__module__})", bold=True)
    if brief:
        rows = [(p.cfg_name, _cms_type(p), _default(p)) for p in schema.parameters.values()]
        print_table(("parameter", "type", "default"), rows)
        return
    typer.echo(plugin.__doc__ or "")
    _print_products(schema)
    _print_parameters(schema)
    if plugin.old_parameters():
        translated = tuple(plugin.old_parameters().items())
        _print_table(HelpTable("Parameters of earlier systems, translated", ("parameter", "stands for"), translated))
    for table in plugin.help_tables():
        _print_table(table)


def _print_options(name: str, *, brief: bool, as_json: bool) -> None:
    headings = ("name", "type", "default", "meaning")
    options = [(one.name, f"untracked.{one.kind.__name__}", one.default, one.meaning) for one in STEERING[name]]
    if as_json:
        print_json([dict(zip(headings, option, strict=True)) for option in options])
        return
    typer.secho(f"process.{name}", bold=True)
    shown = headings[: 3 if brief else 4]
    print_table(shown, [[str(field) for field in option[: len(shown)]] for option in options])


def _data(plugin: type[Any]) -> dict[str, Any]:
    schema = schema_of(plugin)
    return {
        "plugin": plugin.__name__,
        "kind": plugin.kind,
        "python": f"{plugin.__module__}.{plugin.__qualname__}",
        "doc": plugin.__doc__ or "",
        "consumes": [
            {"parameter": one.cfg_name, "type": one.product_class.__name__, "optional": one.optional}
            for one in schema.consumes.values()
        ],
        "produces": [{"instance": instance, "type": cls.__name__} for instance, cls in schema.produces.items()],
        "parameters": [
            {
                "name": parameter.cfg_name,
                "type": parameter.cms_type,
                "tracked": parameter.tracked,
                "required": parameter.required,
                "default": None if parameter.required else _default(parameter),
                "unit": parameter.unit,
                "choices": parameter.choices,
                "doc": parameter.doc,
            }
            for parameter in schema.parameters.values()
        ],
    }


def _first_line(plugin: type[Any]) -> str:
    return (plugin.__doc__ or "").strip().splitlines()[0]


def _print_products(schema: Schema) -> None:
    for consumed in schema.consumes.values():
        present = " if present" if consumed.optional else ""
        typer.echo(f"reads {consumed.product_class.__name__} ({consumed.cfg_name}){present}")
    for instance, cls in schema.produces.items():
        typer.echo(f"makes {cls.__name__}{f' with instance label {instance}' if instance else ''}")


def _print_parameters(schema: Schema) -> None:
    rows = [(p.cfg_name, _cms_type(p), _default(p), _meaning(p)) for p in schema.parameters.values()]
    print_table(("parameter", "type", "default", "meaning"), rows)


def _print_table(content: HelpTable) -> None:
    typer.secho(f"\n{content.title}", bold=True)
    print_table(content.headings, content.rows)


def _cms_type(parameter: Parameter) -> str:
    return parameter.cms_type if parameter.tracked else f"untracked.{parameter.cms_type}"


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
