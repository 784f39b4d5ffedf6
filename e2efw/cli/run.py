"""`e2efw run`: a cfg file from reading it to the closing summary."""

import contextlib
import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from e2efw import config as cms
from e2efw.cli.failures import failure
from e2efw.cli.printing import log_to_terminal
from e2efw.config.loader import apply_settings, find_cfg, load_process
from e2efw.errors import CommandLineError, ConfigFileNotFoundError, nearest
from e2efw.framework.configured import JobConfiguration, configure
from e2efw.framework.job import Job
from e2efw.framework.report import JobReport
from e2efw.services.job_report import DEFAULT_NAME, JobReportService
from e2efw.services.message_logger import MessageLogger
from e2efw.services.progress import JobProgress
from e2efw.services.summary import print_summary

_LOG: Final = logging.getLogger("e2efw.cli")

CAUGHT_SIGNAL: Final = 9000
"""Exit code of a job that a signal ended early, with its files complete."""


@dataclass(frozen=True)
class RunOptions:
    """What `e2efw run` may be told beside the cfg.

    Args:
        options: ``name=value`` for ``process.options``.
        command: text of a cfg, in place of a file.
        report: file of the job report.
        enable_report: write one under its usual name.
        as_json: print the summary as JSON.
        mode: that of cmsRun, which has no effect; says so.
    """

    options: Sequence[str] = ()
    command: str | None = None
    report: Path | None = None
    enable_report: bool = False
    as_json: bool = False
    mode: str | None = None

    @property
    def report_file(self) -> Path | None:
        """Where the job report goes, None for nowhere."""
        return Path(DEFAULT_NAME) if self.report is None and self.enable_report else self.report


def configured_process(cfg: str, arguments: Sequence[str], settings: Sequence[str]) -> cms.Process:
    """Execute a cfg and apply ``--set``."""
    process = load_process(cfg, arguments)
    apply_settings(process, settings)
    return process


def run_job(
    cfg: str | None,
    arguments: Sequence[str],
    settings: Sequence[str],
    threads: int | None,
    run: RunOptions | None = None,
) -> None:
    """Run the job of a cfg.

    Args:
        cfg: path, or name of a packaged cfg.
        arguments: ``name=value`` for the cfg.
        settings: ``module.parameter=value``.
        threads: overrules `process.options.numberOfThreads`.
        run: the rest of the command line.
    """
    run = run or RunOptions()
    log_to_terminal()
    if run.mode is not None:
        _LOG.info("--mode %s has no effect: process.MessageLogger says what is printed where", run.mode)
    notes = JobReportService()
    try:
        report = _run(cfg, arguments, [*settings, *option_settings(run.options)], threads, run, notes)
    except (Exception, KeyboardInterrupt) as error:
        if run.report_file is not None:
            category, code, text = failure(error)
            notes.write(run.report_file, {"ExitStatus": code, "Type": category, "Description": text})
        raise
    if run.report_file is not None:
        notes.write(run.report_file)
    sys.stdout.flush()
    if run.as_json:
        told = {**asdict(report), "events_per_second": report.events_per_second}
        sys.stdout.write(json.dumps(told, indent=1, default=str) + "\n")
    else:
        print_summary(report, Console(soft_wrap=True))
    if report.signal:
        raise SystemExit(CAUGHT_SIGNAL)


def _run(
    cfg: str | None,
    arguments: Sequence[str],
    settings: Sequence[str],
    threads: int | None,
    run: RunOptions,
    notes: JobReportService,
) -> JobReport:
    started = time.perf_counter()
    with _cfg_file(cfg, run.command) as (file, folder):
        process = configured_process(file, arguments, settings)
    if threads is not None:
        process.options.numberOfThreads = threads
    notes.phases["read configuration"] = time.perf_counter() - started
    started = time.perf_counter()
    configuration = configure(process, folder)
    notes.phases["check configuration"] = time.perf_counter() - started
    job = Job(configuration, observers={} if run.report_file is None else {"JobReportService": notes})
    if run.as_json or _tells_itself(configuration):
        return job.run()
    with JobProgress(Console(soft_wrap=True)) as progress:
        return job.run(progress)


def _tells_itself(configuration: JobConfiguration) -> bool:
    """A MessageLogger that the cfg has changed writes a line per so many events: no other progress is shown."""
    return any(
        isinstance(service, MessageLogger) and not service.settings.as_born
        for service in configuration.services.values()
    )


@contextlib.contextmanager
def _cfg_file(cfg: str | None, command: str | None) -> Iterator[tuple[str, Path]]:
    """The cfg file, and the folder where files that it names are looked for first.

    Raises:
        CommandLineError: both a file and a command are given.
        ConfigFileNotFoundError: neither is.
    """
    if command is None and cfg is None:
        raise ConfigFileNotFoundError("run: no cfg file is given; 'e2efw run --help' shows how.")
    if command is None:
        yield str(cfg), find_cfg(str(cfg)).parent
        return
    if cfg is not None:
        raise CommandLineError(f"run: both a cfg file ({cfg}) and a command (-c) are given; one of them is the job.")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "command_cfg.py"
        file.write_text(command, encoding="utf-8")
        yield str(file), Path.cwd()


def option_settings(options: Sequence[str]) -> list[str]:
    """``-o name=value`` as ``--set options.name=value``.

    Raises:
        CommandLineError: there is no such option; names the nearest.
    """
    known = cms.Process("OPTIONS").options.parameterNames_()
    for option in options:
        name, equals, _ = option.partition("=")
        if not equals:
            raise CommandLineError(f"-o {option!r}: wanted name=value. {nearest(name, known, 'Options')}")
        if name not in known:
            raise CommandLineError(f"-o {option!r}: no option {name!r}. {nearest(name, known, 'Options')}")
    return [f"options.{option}" for option in options]
