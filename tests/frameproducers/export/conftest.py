"""Jobs that write tables of windows from the packaged sample."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.report import JobReport

Export: TypeAlias = Callable[..., JobReport]


@pytest.fixture
def export() -> Export:
    """``export(path, "top", "keepAll=True", settings=(...))``: runs the packaged cfg of a task."""
    pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")

    def run(output: Path, task: str, *arguments: str, settings: tuple[str, ...] = ()) -> JobReport:
        process = load_process(f"export_{task}_cfg.py", [f"outputFile={output}", *arguments])
        apply_settings(process, settings)
        return Job(configure(process, Path())).run()

    return run
