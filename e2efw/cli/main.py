"""Entry point: finds the command, turns errors into one message and the CMSSW exit code."""

import os
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Annotated

import typer

from e2efw import __version__
from e2efw.cli import file_commands, job_commands, plugin_commands
from e2efw.cli.failures import explain
from e2efw.framework.garbage import leave, uncollected

ENTRY_POINTS = "e2efw.commands"
"""Packages add commands in this entry-point group: ``display = "package.module:name"``, a function or a Typer app."""

app = typer.Typer(
    name="e2efw",
    help="End-to-end deep learning at CMS: RecHits in, pictures and networks, EDM-like ROOT files out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"e2efw {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Common options."""


_FOR_CFG = {"ignore_unknown_options": True}
"""What is no option of ours is an argument of the cfg."""

app.command(context_settings=_FOR_CFG)(uncollected()(job_commands.run))
app.command(no_args_is_help=True, context_settings=_FOR_CFG)(uncollected()(job_commands.check))
app.command("dump-config", no_args_is_help=True, context_settings=_FOR_CFG)(job_commands.dump_config)
app.command(no_args_is_help=True, context_settings=_FOR_CFG)(uncollected()(job_commands.graph))
app.command(no_args_is_help=True)(uncollected()(job_commands.merge))
app.command(no_args_is_help=True)(file_commands.content)
app.command(no_args_is_help=True)(file_commands.prov)
app.command("file-util", no_args_is_help=True)(file_commands.file_util)
app.command("event-size", no_args_is_help=True)(file_commands.event_size)
app.command("plugin-help")(plugin_commands.plugin_help)
app.command("new-plugin", no_args_is_help=True)(plugin_commands.new_plugin)


def _add_package_commands() -> None:
    """Commands of other rooms: functions become commands, Typer apps become groups."""
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            command = entry.load()
        except ImportError as error:
            typer.secho(f"e2efw: the command '{entry.name}' of {entry.value} is broken: {error}", fg="yellow", err=True)
            continue
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=entry.name)
        else:
            app.command(entry.name, no_args_is_help=True)(command)


_INTERRUPTED = 130
_USAGE_CODES: dict[object, int] = {2: 7000, _INTERRUPTED: 9000}
"""Exit codes of the command-line library, as CMSSW numbers them: bad usage, interrupted."""


def _leave_streams(status: int) -> None:
    """End the process at once if streams still work on a block: nobody waits for it any more."""
    if any(thread.name.startswith("stream") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status % 256)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the CMSSW exit code.

    The shell sees the code modulo 256: 8006 as 70.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    _add_package_commands()
    try:
        app(given)
    except SystemExit as end:
        status = _USAGE_CODES.get(end.code, end.code)
        if end.code == _INTERRUPTED:
            typer.secho("CaughtSignal: interrupted; outputs that were not complete are gone", fg="red", err=True)
            _leave_streams(_USAGE_CODES[_INTERRUPTED])
    except Exception as error:  # noqa: BLE001 (the one place that catches everything)
        status = explain(error, given)
    leave(process_ends=arguments is None)
    sys.exit(status)
