"""Commands that read a cfg: how they are called; what they do is in modules of their own."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from e2efw.cli import complete

Cfg: TypeAlias = Annotated[
    str,
    typer.Argument(
        help="Configuration file; a bare name is also looked for among the packaged ones.",
        autocompletion=complete.cfg_files,
    ),
]
Arguments: TypeAlias = Annotated[
    list[str] | None, typer.Argument(help="name=value for the configuration, such as inputFiles=a.root.")
]
Settings: TypeAlias = Annotated[
    list[str] | None, typer.Option("--set", metavar="MODULE.PARAMETER=VALUE", help="Overrule a parameter.")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the Python traceback of an error.")]


def run(  # noqa: PLR0913, PLR0917 (the options of cmsRun are many)
    cfg: Annotated[
        str | None,
        typer.Argument(
            help="Configuration file; a bare name is also looked for among the packaged ones.",
            autocompletion=complete.cfg_files,
        ),
    ] = None,
    arguments: Arguments = None,
    setting: Settings = None,
    option: Annotated[
        list[str] | None, typer.Option("-o", metavar="NAME=VALUE", help="Overrule one of process.options.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", "--numThreads", "-n", min=0, help="Threads; 0 takes all cores.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--jobreport", "-j", metavar="FILE", help="Write a job report, and its twin in JSON."),
    ] = None,
    enable_report: Annotated[
        bool, typer.Option("--enablejobreport", "-e", help="Write FrameworkJobReport.xml, and its twin in JSON.")
    ] = False,
    command: Annotated[
        str | None, typer.Option("--command", "-c", metavar="CODE", help="Text of a configuration, instead of a file.")
    ] = None,
    stack: Annotated[
        int | None,
        typer.Option("--sizeOfStackForThreadsInKB", "-s", min=0, help="Sets the option of this name; no effect here."),
    ] = None,
    mode: Annotated[str | None, typer.Option("--mode", "-m", help="No effect: the MessageLogger has one mode.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="No effect, as in cmsRun.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Run a job: read events, run its modules, write files.

    Exit codes are CMSSW's, modulo 256 as the shell sees them: 7000 bad command line, 7001 no such cfg, 7002 the cfg
    raises an error, 8009 wrong configuration, 8020 an input cannot be opened, ...
    """
    from e2efw.cli.run import RunOptions, run_job  # noqa: PLC0415 (--help must not wait for numba)

    del debug, strict  # the first is read by main(), which prints errors
    given = arguments or []
    if command is not None and cfg is not None and "=" in cfg:  # there is no cfg: this is its first argument
        given = [cfg, *given]
        cfg = None
    options = [*(option or []), *([] if stack is None else [f"sizeOfStackForThreadsInKB={stack}"])]
    run_job(cfg, given, setting or [], threads, RunOptions(options, command, report, enable_report, as_json, mode))


def check(cfg: Cfg, arguments: Arguments = None, setting: Settings = None, as_json: Json = False) -> None:
    """Find everything that can be found without events: nothing is read but the first input's list of products."""
    from e2efw.cli.check import print_check  # noqa: PLC0415 (--help must not wait for numba)

    print_check(cfg, arguments or [], setting or [], as_json=as_json)


def dump_config(
    cfg: Cfg,
    arguments: Arguments = None,
    setting: Settings = None,
    prune: Annotated[bool, typer.Option("--prune", help="Leave out what nothing uses.")] = False,
    prune_verbose: Annotated[
        bool, typer.Option("--pruneVerbose", help="The same, and tell what on standard error.")
    ] = False,
    hash_only: Annotated[bool, typer.Option("--hash", help="Print the MD5 of the text instead.")] = False,
    split: Annotated[
        Path | None, typer.Option("--split", metavar="FOLDER", help="Write one file per object instead.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a configuration in canonical form; the output is itself a configuration."""
    from e2efw.cli.dump_config import Dump, dump  # noqa: PLC0415 (--help must not wait)

    dump(cfg, arguments or [], setting or [], Dump(prune, prune_verbose, hash_only, split, as_json))


def graph(
    cfg: Cfg,
    arguments: Arguments = None,
    setting: Settings = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Picture (.png, .pdf, .svg) or Graphviz text (.gv, .dot) to write."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who reads what from whom: Graphviz text, or a picture."""
    from e2efw.cli.check import checked  # noqa: PLC0415 (--help must not wait for numba)
    from e2efw.cli.printing import print_json  # noqa: PLC0415
    from e2efw.services.graph import as_data, draw, graphviz  # noqa: PLC0415

    view = checked(cfg, arguments or [], setting or [])
    if output is not None:
        draw(view, output)
    if as_json:
        print_json({"file": None if output is None else str(output), **as_data(view)})
    elif output is None:
        typer.echo(graphviz(view), nl=False)
    else:
        typer.echo(f"{output}: {len(view.modules)} modules of {view.process}")


def merge(
    files: Annotated[list[str], typer.Argument(help="Files of events, written one after the other.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path("merged.root"),
    events: Annotated[
        list[str] | None,
        typer.Option("--events", metavar="RANGE", help="Only these: 1:5, 1:2:5 or 1:200-1:300; may be repeated."),
    ] = None,
    lumis: Annotated[
        list[str] | None,
        typer.Option("--lumis", metavar="RANGE", help="Only these: 1:5 or 1:2-1:30; may be repeated."),
    ] = None,
    max_events: Annotated[int, typer.Option("--max-events", min=-1, help="Stop after so many; -1 for all.")] = -1,
    max_size: Annotated[
        int, typer.Option("--max-size", min=1, metavar="KB", help="Begin another file when one is larger.")
    ] = 0x7F000000,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Copy events of files into one, all of their products, with what is known of their provenance.

    CMSSW's edmCopyPickMerge: the job is the packaged `merge_cfg.py`. What was merged can be merged again: the history
    gets a step MERGE2.
    """
    from e2efw.cli.merge import free_process_name  # noqa: PLC0415
    from e2efw.cli.run import RunOptions, run_job  # noqa: PLC0415 (--help must not wait for numba)

    del debug
    arguments = [f"inputFiles={file}" for file in files]
    arguments += [f"outputFile={output}", f"maxEvents={max_events}", f"processName={free_process_name(files)}"]
    arguments += [f"eventsToProcess={one}" for one in events or []]
    arguments += [f"lumisToProcess={one}" for one in lumis or []]
    arguments.append(f"maxSize={max_size}")
    run_job("merge_cfg.py", arguments, [], None, RunOptions(as_json=as_json))
