"""`e2efw run`: a cfg file from reading it to the closing summary."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler

from e2efw import config as cms
from e2efw.config.loader import apply_settings, find_cfg, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.services.progress import JobProgress
from e2efw.services.summary import print_summary


def configured_process(cfg: str, arguments: Sequence[str], settings: Sequence[str]) -> cms.Process:
    """Execute a cfg and apply ``--set``."""
    process = load_process(cfg, arguments)
    apply_settings(process, settings)
    return process


def run_job(cfg: str, arguments: Sequence[str], settings: Sequence[str], threads: int | None) -> None:
    """Run the job of a cfg.

    Args:
        cfg: path, or name of a packaged cfg.
        arguments: ``name=value`` for the cfg.
        settings: ``module.parameter=value``.
        threads: overrules `process.options.numberOfThreads`.
    """
    console = Console(soft_wrap=True)
    handler = RichHandler(console=Console(stderr=True, soft_wrap=True), show_time=False, show_path=False, markup=False)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    process = configured_process(cfg, arguments, settings)
    if threads is not None:
        process.options.numberOfThreads = threads
    job = Job(configure(process, Path(find_cfg(cfg)).parent))
    with JobProgress(console) as progress:
        report = job.run(progress)
    sys.stdout.flush()
    print_summary(report, console)
