"""Entry point: finds the command, turns errors into one message and the CMSSW exit code."""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Annotated

import typer

from e2efw import __version__
from e2efw.errors import E2EFWError

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


@app.command(no_args_is_help=True, context_settings={"ignore_unknown_options": True})
def run(
    cfg: Annotated[
        str, typer.Argument(help="Configuration file; a bare name is also looked for among the packaged ones.")
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="name=value for the configuration, such as inputFiles=a.root.")
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="MODULE.PARAMETER=VALUE", help="Overrule a parameter.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", "-n", min=0, help="Threads; 0 takes all cores.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the Python traceback of an error.")] = False,
) -> None:
    """Run a job: read events, run its modules, write files."""
    from e2efw.cli.run import run_job  # noqa: PLC0415 (--help must not wait for numba)

    del debug  # read by main(), which prints errors
    run_job(cfg, arguments or [], setting or [], threads)


@app.command("dump-config", no_args_is_help=True, context_settings={"ignore_unknown_options": True})
def dump_config(
    cfg: Annotated[str, typer.Argument(help="Configuration file.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="name=value for the configuration.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="MODULE.PARAMETER=VALUE", help="Overrule a parameter.")
    ] = None,
) -> None:
    """Print a configuration in canonical form; the output is itself a configuration."""
    from e2efw.cli.run import configured_process  # noqa: PLC0415 (--help must not wait)

    typer.echo(configured_process(cfg, arguments or [], setting or []).dumpPython())


@app.command("plugin-help")
def plugin_help(
    name: Annotated[str | None, typer.Argument(help="Class of the plugin; left out, all plugins are listed.")] = None,
) -> None:
    """Show what a plugin reads, makes and can be told."""
    from e2efw.cli.plugin_help import print_plugin_help  # noqa: PLC0415 (--help must not wait for numba)

    print_plugin_help(name)


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
    except E2EFWError as error:
        status = _explain(error, error.category, error.exit_code, given)
    except Exception as error:  # noqa: BLE001 (the one place that catches everything)
        status = _explain(error, f"StdException ({type(error).__name__})", 8002, given)
    sys.exit(status)


def _explain(error: Exception, category: str, code: int, arguments: Sequence[str]) -> int:
    """Print one message; the traceback only on request."""
    if "--debug" in arguments or "E2EFW_DEBUG" in os.environ:
        traceback.print_exception(error)
    lines = [f"{category}: {error}", *(f"  {note}" for note in getattr(error, "__notes__", []))]
    if code == 8002 and "--debug" not in arguments:
        lines.append("  (--debug shows the traceback)")
    typer.secho("\n".join([*lines, f"  exit code {code}"]), fg="red", err=True)
    return code
