"""What a job may compute with reaches its modules and its provenance."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.config.accelerators import UnavailableAcceleratorError
from e2efw.config.graphics import NvidiaAccelerator, hidden, n_gpus
from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer, JobContext
from e2efw.framework.provenance import ProcessRecord, Provenance
from e2efw.io.root_file import open_events

MakeJob = Callable[..., Job]


class AcceleratedProducer(EDProducer):
    """Remembers what it may compute with."""

    def begin_job(self, job: JobContext) -> tuple[str, ...]:
        job.record("seen", list(job.accelerators))
        return job.accelerators

    def produce(self, ids: EventIDs) -> EventFloat:
        return EventFloat(value=ids.event.astype(np.float32))


class FarmAccelerator(cms.ProcessAccelerator):
    """A host with two kinds of cards, of which it has one."""

    def labels(self) -> list[str]:
        return ["gpu-one", "gpu-two"]

    def enabledLabels(self) -> list[str]:
        return ["gpu-one"]


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


def build(patterns: list[str]) -> Callable[[Any], None]:
    def attach(process: Any) -> None:
        process.options.accelerators = patterns
        process.add_(FarmAccelerator())
        process.acc = cms.EDProducer("AcceleratedProducer")
        process.out = cms.OutputModule("RulesOutput", keep=["acc"])
        process.p, process.e = cms.Path(process.acc), cms.EndPath(process.out)

    return attach


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*"], ("gpu-one", "cpu")),
        (["cpu"], ("cpu",)),
        (["gpu-*"], ("gpu-one",)),
        (["c?u", "gpu-t*", "gpu-o*"], ("gpu-one", "cpu")),
    ],
)
def test_modules_are_told_what_was_chosen_gpus_first(
    make_job: MakeJob, patterns: list[str], expected: tuple[str, ...]
) -> None:
    assert make_job(build(patterns)).configuration.options.accelerators == expected


def test_a_module_reads_the_accelerators_and_the_file_tells_them(make_job: MakeJob, tmp_path: Path) -> None:
    def attach(process: Any) -> None:
        build(["*"])(process)
        process.file = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(tmp_path / "out.root")))
        process.e += process.file

    make_job(attach).run()
    with open_events(str(tmp_path / "out.root")) as events:
        (process,) = events.provenance.processes
    assert process.modules[0].facts == {"seen": ["gpu-one", "cpu"]}
    assert process.hardware == ["gpu-one", "cpu"]


def test_a_pattern_that_fits_nothing_names_what_there_is(make_job: MakeJob) -> None:
    known = r"'gpu-amd' fits no accelerator. .*cpu, gpu-nvidia, gpu-one, gpu-two"
    with pytest.raises(ConfigurationError, match=known):
        make_job(build(["gpu-amd"]))


def test_what_this_host_lacks_ends_the_job_with_its_own_code(make_job: MakeJob) -> None:
    with pytest.raises(UnavailableAcceleratorError, match="none of gpu-two is on this host; it has cpu, gpu-one"):
        make_job(build(["gpu-two"]))
    with pytest.raises(UnavailableAcceleratorError, match="the list is empty; this host has cpu, gpu-one"):
        make_job(build([]))
    assert UnavailableAcceleratorError.exit_code == 8035


def test_ids_do_not_depend_on_the_hardware() -> None:
    one, other = (Provenance([ProcessRecord("P", "r", hardware=hardware)]) for hardware in (["cpu"], ["gpu-one"]))
    assert one.history_id == other.history_id
    assert Provenance.from_json(one.to_json()).processes[0].hardware == ["cpu"]
    old = json.loads(one.to_json())
    del old["processes"][0]["hardware"]
    assert Provenance.from_json(json.dumps(old)).processes[0].hardware == []


@pytest.mark.parametrize(
    ("visible", "none"), [("", True), ("-1", True), ("-1,0", True), ("0", False), ("1,-1", False), ("GPU-8932", False)]
)
def test_the_environment_can_hide_gpus(monkeypatch: pytest.MonkeyPatch, visible: str, none: bool) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert hidden() is none
    assert NvidiaAccelerator().enabledLabels() == (["gpu-nvidia"] if n_gpus() and not none else [])
