"""Whole jobs on a source that never ends, as a generator is one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray
from rich.console import Console

from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import Block, EventIDs, ProductInfo, SourceContent, Wanted
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer, InputTag, Source, param
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.framework.report import JobReport
from e2efw.framework.tags import ProductKey
from e2efw.services.progress import JobProgress
from e2efw.services.summary import print_summary

NUMBER = ProductKey("number", "", "SOURCE")


class JobEndlessSource(Source):
    """A number per event, as long as somebody asks."""

    seed: int = param(1, doc="another seed, other numbers")

    def open(self) -> "OpenEndless":
        return OpenEndless(self)


class OpenEndless:
    """Open, and already without end."""

    n_events: int | None = None

    def __init__(self, source: JobEndlessSource) -> None:
        self.source = source

    @property
    def content(self) -> SourceContent:
        return {NUMBER: ProductInfo(EventFloat.friendly_type, product_class=EventFloat)}

    @property
    def provenance(self) -> Provenance:
        record = ModuleRecord("source", "JobEndlessSource", "Source", {"seed": self.source.seed})
        return Provenance([ProcessRecord("SOURCE", "", [record], [ProductRecord(NUMBER, "float", [], {})])])

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        for number, first in enumerate(range(0, max_events, events_per_block)):
            event = np.arange(first, min(first + events_per_block, max_events), dtype=np.uint64)
            ones = np.ones(event.size, np.uint32)
            yield Block(number, EventIDs(ones, ones, event, "endless"), {NUMBER: self._numbers(event)})

    def report(self) -> list[str]:
        return []

    def close(self) -> None:
        pass

    def _numbers(self, event: NDArray[np.uint64]) -> EventFloat:
        return EventFloat(value=((event + 1) * np.uint64(2654435761 * self.source.seed) % 1000).astype(np.float32))


class JobSquare(EDProducer):
    """The square of the number."""

    number: InputTag = param("number", doc="what to square")

    def produce(self, number: EventFloat) -> EventFloat:
        return EventFloat(value=number.value**2)


def endless_job(output: Path, max_events: int = -1, *, seed: int = 1, threads: int = 1, per_block: int = 256) -> Job:
    process = cms.Process("TEST")
    process.maxEvents.input = max_events
    process.options.numberOfThreads = threads
    process.options.eventsPerBlock = per_block
    process.source = cms.Source("JobEndlessSource", seed=cms.int32(seed))
    process.square = cms.EDProducer("JobSquare")
    process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(output)))
    process.p = cms.Path(process.square)
    process.e = cms.EndPath(process.output)
    return Job(configure(process, Path()))


def test_a_source_that_never_ends_needs_a_number_of_events_before_anything_is_prepared(tmp_path: Path) -> None:
    message = r"JobEndlessSource never ends: set process\.maxEvents\.input to the number of events to make\."
    with pytest.raises(ConfigurationError, match=message) as caught:
        endless_job(tmp_path / "missing" / "out.root").run()  # an output that cannot be opened would complain
    assert "in module 'source' (JobEndlessSource)" in caught.value.__notes__[0]
    assert "test_job.py" in caught.value.__notes__[0]


def test_a_source_that_never_ends_stops_where_it_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = endless_job(tmp_path / "out.root", 600).run(lambda report, total: seen.append((report.events, total)))
    assert seen == [(256, 600), (512, 600), (600, 600)]
    assert report.events == report.modules["source"].events == 600
    with uproot.open(tmp_path / "out.root") as file:
        assert file["Events"]["EventAuxiliary.id_.event_"].array().tolist() == list(range(600))


def test_no_events_at_all_are_a_number_of_events_too(tmp_path: Path) -> None:
    assert endless_job(tmp_path / "out.root", 0).run().events == 0
    with uproot.open(tmp_path / "out.root") as file:
        assert file["Events"].num_entries == 0


def test_progress_and_summary_of_a_source_that_never_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(width=100)
    with JobProgress(console) as progress:
        report: JobReport = endless_job(tmp_path / "out.root", 2100).run(progress)
    print_summary(report, console)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1024 of 2100 events, ")
    assert lines[1].startswith("2048 of 2100 events, ")
    assert lines[2].startswith("2100 events in ")


def test_the_same_seed_gives_the_same_file_with_any_blocks_and_threads(tmp_path: Path) -> None:
    jobs = {
        "first": endless_job(tmp_path / "first", 2100),
        "again": endless_job(tmp_path / "again", 2100),
        "blocks": endless_job(tmp_path / "blocks", 2100, per_block=100),
        "threads": endless_job(tmp_path / "threads", 2100, threads=2, per_block=70),
        "other": endless_job(tmp_path / "other", 2100, seed=2),
    }
    for job in jobs.values():
        job.run()
    content = {name: (tmp_path / name).read_bytes() for name in jobs}
    assert content["first"] == content["again"] == content["blocks"] == content["threads"]
    assert content["first"] != content["other"]
