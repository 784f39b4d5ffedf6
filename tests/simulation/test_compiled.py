"""Modules with kernels work on an event with nothing in it before the first event, and say what took so long."""

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

from dataformats import jit
from dataformats.generator import GenParticles
from dataformats.simulated import SimTracks
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, Module, param
from e2efw.framework.plugins import find_plugin
from simulation.compiled import load_kernels

CALLS: list[tuple[Any, ...]] = []


class CompilingProducer(EDProducer):
    """Notes what it is asked to work on."""

    particles: InputTag = param("genParticles", doc="particles")
    pileup: InputTag = param("pileupParticles", doc="others")
    seconds: float = param(0.0, doc="how long it takes")

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, particles: GenParticles, pileup: SimTracks | None, ids: EventIDs) -> SimTracks:
        """Nothing."""
        CALLS.append((particles, pileup, ids))
        time.sleep(self.seconds)
        return SimTracks.empty(len(ids))


def begin(module: Module) -> None:
    assert module.begin_job is not None
    module.begin_job(None)


def test_a_module_works_on_one_event_with_nothing_in_it() -> None:
    CALLS.clear()
    begin(CompilingProducer())
    ((particles, pileup, ids),) = CALLS
    assert (len(particles), particles.offsets[-1]) == (1, 0)
    assert pileup is None
    assert len(ids) == 1
    assert (ids.run.dtype, ids.event.dtype) == (np.uint32, np.uint64)


def test_what_takes_long_is_said_and_what_does_not_is_not(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(CompilingProducer())
    assert not caplog.records
    monkeypatch.setattr(jit, "LONG", 0.01)
    with caplog.at_level(logging.INFO):
        begin(CompilingProducer(seconds=0.05))
    assert [record.getMessage() for record in caplog.records] == [
        "compiled kernels of CompilingProducer in 0 s; the next job finds them ready"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "DetectorSimProducer",
        "EBRecHitProducer",
        "EERecHitProducer",
        "HBHERecHitProducer",
        "PixelRecHitProducer",
        "StripRecHitProducer",
        "TrackProducer",
        "TrackVertexProducer",
        "EcalClusterProducer",
        "HcalClusterProducer",
        "ParticleFlowLikeProducer",
        "SuperClusterProducer",
        "PhotonProducer",
        "ElectronProducer",
    ],
)
def test_modules_with_kernels_work_on_nothing(name: str) -> None:
    begin(find_plugin(name)())
