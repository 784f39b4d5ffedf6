"""Files that the packaged simulation makes, each once."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job

Simulate: TypeAlias = Callable[..., Path]
Written: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]


@pytest.fixture(scope="session")
def simulate(tmp_path_factory: pytest.TempPathFactory) -> Simulate:
    """``simulate("process=ttbar", "maxEvents=3", settings=(...))``: the file that `simulate_cfg.py` writes."""
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    pytest.importorskip("fastjet", reason="fastjet is in the extra `sim`")
    folder = tmp_path_factory.mktemp("simulated")
    made: dict[Written, Path] = {}

    def file(*arguments: str, settings: tuple[str, ...] = ()) -> Path:
        key = arguments, settings
        if key not in made:
            made[key] = folder / f"{len(made)}.root"
            process = load_process("simulate_cfg.py", [*arguments, f"outputFile={made[key]}"])
            apply_settings(process, settings)
            Job(configure(process, Path())).run()
        return made[key]

    return file
