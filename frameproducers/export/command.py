"""`e2efw export`: windows and labels of a task to a Parquet file, for training."""

from pathlib import Path
from typing import Annotated

import typer

_PREFIX, _SUFFIX = "export_", "_cfg.py"


def export(
    files: Annotated[list[str], typer.Argument(help="EDM files with RecHits, objects and generated particles.")],
    task: Annotated[str, typer.Option("--task", "-t", help="What to label: top, topMass, quarkGluon, tau, ...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Parquet file to write.")],
    keep_all: Annotated[
        bool, typer.Option("--keep-all", help="Also objects without window or valid label, with nulls.")
    ] = False,
    max_events: Annotated[int, typer.Option("--max-events", min=-1, help="Events to read; -1 for all.")] = -1,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="MODULE.PARAMETER=VALUE", help="Overrule a parameter.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", "-n", min=0, help="Threads; 0 takes all cores.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the Python traceback of an error.")] = False,
) -> None:
    """Write one row per object, with its window as sparse cells, for training.

    The job is the packaged `export_TASK_cfg.py`; `e2efw dump-config` shows it, --set changes it.
    """
    from e2efw.cli.run import run_job  # noqa: PLC0415 (--help must not wait for numba)

    del debug  # read by main(), which prints errors
    arguments = [f"inputFiles={file}" for file in files]
    arguments += [f"outputFile={output}", f"maxEvents={max_events}", f"keepAll={keep_all}"]
    run_job(task_cfg(task), arguments, setting or [], threads)


def task_cfg(task: str) -> str:
    """Name of the packaged cfg of a task.

    Raises:
        CommandLineError: there is none; names the nearest task.
    """
    from e2efw.config.loader import packaged_cfgs  # noqa: PLC0415 (--help must not wait)
    from e2efw.errors import CommandLineError, nearest  # noqa: PLC0415

    cfgs = {
        name.removeprefix(_PREFIX).removesuffix(_SUFFIX): name for name in packaged_cfgs() if name.startswith(_PREFIX)
    }
    if task not in cfgs:
        raise CommandLineError(f"export: no task '{task}'. {nearest(task, cfgs, 'Tasks')}")
    return cfgs[task]
