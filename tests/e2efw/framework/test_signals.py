"""Signals to a real process: the first ends the job with complete files, the second leaves nothing half-written."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import uproot

PLUGIN = """
import time
from dataformats.results import EventFloat
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, param
import numpy as np

class SignalsSlow(EDProducer):
    '''Takes its time.'''

    seconds: float = param(0.1, doc="per block")

    def produce(self, ids: EventIDs) -> EventFloat:
        print("block", int(ids.event[0]), flush=True)
        time.sleep(self.seconds)
        return EventFloat(value=ids.event.astype(np.float32))
"""

CFG = """
import slow_plugin
from e2efw import config as cms
process = cms.Process("TEST")
process.options.eventsPerBlock = 1
process.options.numberOfThreads = 2
process.source = cms.Source("EmptySource")
process.maxEvents.input = 100000
process.slow = cms.EDProducer("SignalsSlow", seconds={seconds})
process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("out.root"))
process.p = cms.Path(process.slow)
process.e = cms.EndPath(process.out)
"""

RUN = "from e2efw.cli.main import main; main(['run', 'slow_cfg.py'])"


def started(folder: Path, seconds: float) -> subprocess.Popen[str]:
    """A job in the middle of its events."""
    (folder / "slow_plugin.py").write_text(PLUGIN)
    (folder / "slow_cfg.py").write_text(textwrap.dedent(CFG.format(seconds=seconds)))
    job = subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert job.stdout is not None
    for line in job.stdout:
        if line.startswith("block 3" if seconds < 1 else "block 1"):
            return job
    raise AssertionError(job.communicate())


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGUSR2"])
def test_the_first_signal_finishes_the_blocks_in_flight_and_closes_the_files(tmp_path: Path, name: str) -> None:
    job = started(tmp_path, seconds=0.1)
    job.send_signal(getattr(signal, name))
    printed, errors = job.communicate(timeout=60)
    assert job.returncode == 9000 % 256
    assert f"{name}: finishing the blocks in flight and closing files" in " ".join(errors.split())
    with uproot.open(tmp_path / "out.root") as file:
        written = file["Events"]["EventAuxiliary.id_.event_"].array().tolist()
    assert written == list(range(1, len(written) + 1))
    assert f"{len(written)} events in " in printed
    assert len(written) >= 3


def test_a_second_signal_aborts_at_once_and_leaves_no_file(tmp_path: Path) -> None:
    job = started(tmp_path, seconds=1000)
    job.send_signal(signal.SIGINT)
    assert job.stderr is not None
    assert "SIGINT: finishing the blocks in flight" in job.stderr.readline()
    begun = time.monotonic()
    job.send_signal(signal.SIGTERM)
    _, errors = job.communicate(timeout=60)
    assert time.monotonic() - begun < 30
    assert job.returncode == 9000 % 256
    assert "outputs that were not complete are gone" in errors
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != "") == ["slow_cfg.py", "slow_plugin.py"]
