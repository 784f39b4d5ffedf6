"""Commands about plugins: how they are called; what they do is in modules of their own."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from e2efw.cli import complete

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


class Kind(StrEnum):
    """Kinds of modules that `new-plugin` writes."""

    PRODUCER = "producer"
    FILTER = "filter"
    ANALYZER = "analyzer"
    TAGGER = "tagger"


def plugin_help(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Class of the plugin, or 'options', 'maxEvents', ...; left out, all plugins are listed.",
            autocompletion=complete.plugins,
        ),
    ] = None,
    plugin: Annotated[
        str | None, typer.Option("--plugin", "-p", help="The same as the argument.", autocompletion=complete.plugins)
    ] = None,
    top_level: Annotated[
        str | None, typer.Option("--topLevel", "-t", metavar="PSET", help="'options', 'maxEvents', ...")
    ] = None,
    names_only: Annotated[bool, typer.Option("--printOnlyPlugins", "-q", help="Print names of plugins only.")] = False,
    everything: Annotated[bool, typer.Option("--all", "-a", help="Describe every plugin.")] = False,
    brief: Annotated[bool, typer.Option("--brief", "-b", help="Names, types and defaults only.")] = False,
    as_json: Json = False,
) -> None:
    """Show what a plugin reads, makes and can be told. CMSSW's edmPluginHelp."""
    from e2efw.cli.plugin_help import print_plugin_help  # noqa: PLC0415 (--help must not wait for numba)

    print_plugin_help(
        name or plugin or top_level, everything=everything, names_only=names_only, brief=brief, as_json=as_json
    )


def new_plugin(
    name: Annotated[str, typer.Argument(help="Class of the plugin, such as HcalSum.")],
    kind: Annotated[Kind, typer.Option("--kind", "-k", help="What it is.")] = Kind.PRODUCER,
    folder: Annotated[Path, typer.Option("--folder", "-d", help="Where to write.")] = Path(),
    as_json: Json = False,
) -> None:
    """Write a plugin that works, with its cfi, a cfg and a test that passes at once."""
    from e2efw.cli.new_plugin import write_plugin  # noqa: PLC0415 (--help must not wait)
    from e2efw.cli.printing import print_json  # noqa: PLC0415

    written = list(map(str, write_plugin(name, kind.value, folder)))
    if as_json:
        print_json({"plugin": name, "kind": kind.value, "files": written})
        return
    for path in written:
        typer.echo(path)
