"""A service that notes when the first event is through; `start_up` has it in a job of its own process."""

import os
import sys
import threading
import time

from e2efw.framework.blocks import Block
from e2efw.framework.modules import Service
from e2efw.framework.observer import Observer

WORD = "benchmark: first event"
"""Begins the line that is written."""


def note() -> None:
    """Write the time of day and the CPU time of this process, seconds, to standard error."""
    sys.stderr.write(f"{WORD} {time.time()} {time.process_time()}{os.linesep}")


class BenchmarkFirstEvent(Service):
    """Notes when all paths of the first block have run."""

    def open(self) -> Observer:
        """For one job."""
        return _FirstEvent()


class _FirstEvent(Observer):
    def __init__(self) -> None:
        self._once = threading.Lock()

    def end_block(self, block: Block, seconds: float) -> None:
        """The first one is told, however many streams there are."""
        del block, seconds
        if self._once.acquire(blocking=False):
            note()
