"""Samples for the physics checks: each is made once, by the packaged job, and read product by product."""

from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection
from dataformats.generator import GenParticles
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.io.open_pool import OpenPool
from e2efw.io.pool_source import PoolSource

CFG = "simulate_cfg.py"
C = TypeVar("C", bound=Collection)
Array = NDArray[np.float64]


class Events:
    """All events of some files; what is read once is kept.

    Args:
        files: with the same products.
    """

    def __init__(self, *files: Path) -> None:
        self.files = files
        self._pools: list[OpenPool] = [PoolSource(file_names=(str(file),)).open() for file in files]
        self._read: dict[tuple[type[Collection], str, str], Collection] = {}

    def get(self, cls: type[C], label: str, instance: str = "") -> C:
        """A product of all events."""
        key = (cls, label, instance)
        if key not in self._read:
            self._read[key] = cls.concatenate([part for pool in self._pools for part in _parts(pool, *key)])
        return cast("C", self._read[key])

    @property
    def particles(self) -> GenParticles:
        """What was generated."""
        return self.get(GenParticles, "genParticles")


def _parts(pool: OpenPool, cls: type[C], label: str, instance: str) -> list[C]:
    key = next(key for key in pool.content if (key.label, key.instance) == (label, instance))
    blocks = pool.blocks({key: cls}, pool.n_events, pool.n_events)
    parts = [cast("C", block.products[key]) for block in blocks]
    pool.close()
    return parts


class Samples:
    """Simulated samples in a folder.

    Args:
        folder: where the files go.
        scale: factor on every number of events.
    """

    def __init__(self, folder: Path, scale: float = 1.0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.scale = scale
        self._made: dict[tuple[str, ...], Events] = {}

    def get(self, process: str, events: int, **parameters: Any) -> Events:
        """Events of a process; the parameters are the arguments of the cfg."""
        given = {"process": process, "maxEvents": round(events * self.scale), "seed": 1, **parameters}
        arguments = tuple(f"{name}={value}" for name, value in given.items())
        if arguments not in self._made:
            file = self.folder / f"{len(self._made)}_{process}.root"
            Job(configure(load_process(CFG, [*arguments, f"outputFile={file}"]), Path())).run()
            self._made[arguments] = Events(file)
        return self._made[arguments]
