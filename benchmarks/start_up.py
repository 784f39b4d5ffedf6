"""How long a job takes from the command to its first event, in a process of its own.

The main job has the calorimetric baseline in the place of its network, whose size would count otherwise.
Kernels are in numba's cache and the bytecode of all modules is kept, as it is from the second run on. Until its first
event a job has one thread that works, so on a busy machine its CPU time tells more; the goal
is for the wall time of an idle one.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from benchmarks.first_event import WORD

ROOT: Final = Path(__file__).resolve().parents[1]
MAIN_JOB: Final = """
import benchmarks.first_event
from e2efw import config as cms
from python_cfg.ttbar_regression_cfg import process

process.add_(cms.Service("BenchmarkFirstEvent"))
"""
ARGUMENTS: Final = ("maxEvents=1", "model=calorimetric_baseline")
EMPTY_JOB: Final = """
import benchmarks.first_event
from e2efw import config as cms

process = cms.Process("FIRST")
process.source = cms.Source("EmptySource")
process.maxEvents.input = 1
process.p = cms.Path()
process.add_(cms.Service("BenchmarkFirstEvent"))
"""
ONLY_IMPORTS: Final = f"""
import sys, time
import uproot, awkward, numba, onnxruntime
sys.stderr.write(f"{WORD} {{time.time()}} {{time.process_time()}}")
"""


class Start(NamedTuple):
    """From the start of a process to a point in it, seconds, medians."""

    wall: float
    cpu: float


def start_ups(repeats: int) -> dict[str, Start]:
    """The main job and an empty one until their first event is through, and what the main job cannot do without.

    Args:
        repeats: rounds; every round has all of them, so what disturbs one disturbs the others.
    """
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "main job": _job(Path(folder), "main", MAIN_JOB, *ARGUMENTS, f"outputFile={folder}/out.root"),
            "empty job": _job(Path(folder), "empty", EMPTY_JOB),
            "four imports": [sys.executable, "-c", ONLY_IMPORTS],
        }
        for command in commands.values():
            _started(command)  # fills the caches
        rounds = [{what: _started(command) for what, command in commands.items()} for _ in range(repeats)]
    return {what: _median([starts[what] for starts in rounds]) for what in commands}


def _job(folder: Path, name: str, cfg: str, *arguments: str) -> Sequence[str]:
    """The command that runs a cfg."""
    file = folder / f"{name}_cfg.py"
    file.write_text(cfg, encoding="utf-8")
    return [sys.executable, "-m", "e2efw", "run", str(file), *arguments]


def _started(command: Sequence[str]) -> Start:
    """One run of a command that notes where it is.

    Raises:
        CalledProcessError: it failed.
        ValueError: it did not note anything.
    """
    began = time.time()
    done = subprocess.run(command, env=_environment(), check=True, capture_output=True, text=True)
    noted = [line for line in done.stderr.splitlines() if line.startswith(WORD)]
    if len(noted) != 1:
        raise ValueError(f"start_up: expected one line '{WORD} ...' of {command}, found {len(noted)}: {done.stderr}")
    at, cpu = (float(number) for number in noted[0].removeprefix(WORD).split())
    return Start(at - began, cpu)


def _environment() -> Mapping[str, str]:
    """Ours, but bytecode is kept and these benchmarks are found."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])}


def _median(starts: Sequence[Start]) -> Start:
    return Start(median(start.wall for start in starts), median(start.cpu for start in starts))
