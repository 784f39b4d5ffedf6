"""Streams, runs, luminosity blocks, and constants with intervals of validity."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.errors import ConfigurationError, FileReadError, LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.eventsetup import ESProducer, ESSource, LumiID, Record
from e2efw.framework.job import Job
from e2efw.framework.modules import EDFilter, EDProducer, param
from e2efw.framework.transitions import RunID
from e2efw.io.constants_source import ConstantsESSource

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


@dataclass
class Told:
    """What a transition returned."""

    what: Any


@dataclass
class ToldStream(Told):
    """Of a stream."""


@dataclass
class ToldRun(Told):
    """Of a run."""


@dataclass
class ToldLumi(Told):
    """Of a luminosity block."""


class TransitionsCounter(EDProducer):
    """Writes down every transition."""

    log: ClassVar[list[str]] = []

    def begin_stream(self) -> ToldStream:
        self.log.append("stream begins")
        return ToldStream("stream")

    def end_stream(self, state: ToldStream) -> None:
        self.log.append(f"{state.what} ends")

    def begin_run(self, run: RunID) -> ToldRun:
        self.log.append(f"run {run.run} begins")
        return ToldRun(run.run)

    def end_run(self, state: ToldRun) -> None:
        self.log.append(f"run {state.what} ends")

    def begin_lumi(self, lumi: LumiID) -> ToldLumi:
        self.log.append(f"lumi {lumi.run}:{lumi.lumi} begins")
        return ToldLumi(lumi)

    def end_lumi(self, state: ToldLumi) -> None:
        self.log.append(f"lumi {state.what.run}:{state.what.lumi} ends")

    def produce(self, ids: EventIDs, stream: ToldStream, run: ToldRun, lumi: ToldLumi) -> EventFloat:
        assert set(ids.run.tolist()) == {run.what}
        assert set(ids.lumi.tolist()) == {lumi.what.lumi}
        self.log.append(f"{len(ids)} events")
        return EventFloat(value=np.full(len(ids), 100 * run.what + lumi.what.lumi, np.float32))


class TransitionsScale(Record):
    """A number that changes with time."""

    scale: float


class TransitionsTable(Record):
    """Numbers that change with time."""

    table: NDArray[np.float64]


class TransitionsTwice(Record):
    """Made of both."""

    value: float


class TransitionsScaleSource(ESSource):
    """Three intervals."""

    factor: float = param(1.0, doc="times this")

    def records(self, find_file: Callable[[str], Path]) -> Mapping[LumiID, TransitionsScale]:
        return {LumiID(1, lumi): TransitionsScale(scale=lumi * self.factor) for lumi in (1, 3, 4)}


class TransitionsTwiceProducer(ESProducer):
    """The sum of the two."""

    made: ClassVar[list[float]] = []

    def produce(self, scale: TransitionsScale, table: TransitionsTable) -> TransitionsTwice:
        self.made.append(scale.scale)
        return TransitionsTwice(value=scale.scale + float(table.table.sum()))


class TransitionsReader(EDProducer):
    """The constant of every event."""

    def produce(self, ids: EventIDs, scale: TransitionsScale) -> EventFloat:
        return EventFloat(value=np.full(len(ids), scale.scale, np.float32))


class TransitionsTwiceReader(EDProducer):
    """The derived constant of every event."""

    def produce(self, ids: EventIDs, twice: TransitionsTwice) -> EventFloat:
        return EventFloat(value=np.full(len(ids), twice.value, np.float32))


class TransitionsChooser(EDFilter):
    """Events whose constant is odd."""

    def filter(self, ids: EventIDs, scale: TransitionsScale) -> NDArray[np.bool_]:
        return np.full(len(ids), scale.scale % 2 == 1)


def cfg(reader: str, **setup: Any) -> Callable[[Any], None]:
    """Twelve events in two runs of luminosity blocks of two events each."""

    def build(process: Any) -> None:
        process.source.numberEventsInLuminosityBlock = cms.untracked.uint32(2)
        for label, module in setup.items():
            setattr(process, label, module)
        process.reader = cms.EDProducer(reader)
        process.p = cms.Path(process.reader)
        process.out = cms.OutputModule("RulesOutput", keep=["reader"])
        process.e = cms.EndPath(process.out)

    return build


def constants(written: Written) -> list[float]:
    return [float(products["reader"]) for products in written["out"].values()]


@pytest.mark.parametrize("per_block", [1, 3, 100])
def test_transitions_come_in_order_and_blocks_are_cut_at_them(
    make_job: MakeJob, written: Written, per_block: int
) -> None:
    TransitionsCounter.log.clear()

    def build(process: Any) -> None:
        cfg("TransitionsCounter")(process)
        process.source.numberEventsInRun = cms.untracked.uint32(4)

    make_job(build, events=6, per_block=per_block).run()
    events = Counter(line for line in TransitionsCounter.log if line.endswith("events"))
    assert sum(int(line.split()[0]) * times for line, times in events.items()) == 6
    assert written["out"][3] == {"reader": 102}  # events 1 and 2 are those of run 2: their numbers begin again
    assert written["out"][1] == {"reader": 201}
    assert [line for line in TransitionsCounter.log if not line.endswith("events")] == [
        "stream begins", "run 1 begins", "lumi 1:1 begins", "lumi 1:1 ends", "lumi 1:2 begins", "lumi 1:2 ends",
        "run 1 ends", "run 2 begins", "lumi 2:1 begins", "lumi 2:1 ends", "run 2 ends", "stream ends",
    ]  # fmt: skip


def test_every_stream_has_transitions_of_its_own_and_all_end(make_job: MakeJob) -> None:
    TransitionsCounter.log.clear()
    make_job(cfg("TransitionsCounter"), events=40, per_block=1, threads=3).run()
    counts = Counter(TransitionsCounter.log)
    assert counts["stream begins"] == counts["stream ends"] <= 3
    for lumi in range(1, 21):
        assert counts[f"lumi 1:{lumi} begins"] == counts[f"lumi 1:{lumi} ends"] >= 1


@pytest.mark.parametrize("per_block", [1, 5, 100])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_record_holds_until_the_next_begins(
    make_job: MakeJob, written: Written, per_block: int, threads: int
) -> None:
    build = cfg("TransitionsReader", scales=cms.ESSource("TransitionsScaleSource"))
    make_job(build, per_block=per_block, threads=threads).run()
    assert constants(written) == [1, 1, 1, 1, 3, 3, 4, 4, 4, 4]


def test_a_filter_reads_records_too(make_job: MakeJob, written: Written) -> None:
    def build(process: Any) -> None:
        cfg("TransitionsReader", scales=cms.ESSource("TransitionsScaleSource"))(process)
        process.chooser = cms.EDFilter("TransitionsChooser")
        process.p.insert(0, process.chooser)
        process.out.SelectEvents = cms.untracked.PSet(SelectEvents=cms.vstring("p"))

    make_job(build).run()
    assert list(written["out"]) == [1, 2, 3, 4, 5, 6]


FILES: dict[str, Callable[[Path], Any]] = {
    "t.yaml": lambda path: path.write_text(
        "- {since: '1:1', values: {table: [1, 2]}}\n- {since: '1:4', values: {table: [10, 20]}}\n"
    ),
    "t.npz": lambda path: np.savez(path, run=[1, 1], lumi=[1, 4], table=[[1, 2], [10, 20]]),
    "t.root": lambda path: write_tree(path, {"run": [1, 1], "lumi": [1, 4], "table": [[1, 2], [10, 20]]}),
}


def write_tree(path: Path, columns: dict[str, Any]) -> None:
    with uproot.recreate(path) as file:
        arrays = {name: np.asarray(column) for name, column in columns.items()}
        file.mktree("Records", {name: (array.dtype, array.shape[1:]) for name, array in arrays.items()}).extend(arrays)


@pytest.mark.parametrize("name", FILES)
def test_a_derived_record_is_made_once_for_each_interval(
    make_job: MakeJob, written: Written, tmp_path: Path, name: str
) -> None:
    FILES[name](tmp_path / name)
    TransitionsTwiceProducer.made.clear()
    tables = cms.ESSource(ConstantsESSource.__name__, record="TransitionsTable", file=str(tmp_path / name))
    scales = cms.ESSource("TransitionsScaleSource")
    twice = cms.ESProducer("TransitionsTwiceProducer")
    make_job(cfg("TransitionsTwiceReader", tables=tables, scales=scales, twice=twice), threads=3, per_block=1).run()
    assert constants(written) == [4, 4, 4, 4, 6, 6, 34, 34, 34, 34]
    assert sorted(TransitionsTwiceProducer.made) == [1, 3, 4]


def test_preference_decides_between_two(make_job: MakeJob, written: Written) -> None:
    one, two = cms.ESSource("TransitionsScaleSource"), cms.ESSource("TransitionsScaleSource", factor=2.0)
    build = cfg("TransitionsReader", one=one, two=two)
    with pytest.raises(ConfigurationError, match=r"TransitionsScale is delivered by one, two; process.prefer\('one'\)"):
        make_job(build).run()

    def decided(process: Any) -> None:
        build(process)
        process.prefer("two")

    make_job(decided, events=2).run()
    assert constants(written) == [2, 2]


def test_a_record_that_nobody_delivers_is_an_error_before_the_first_event(make_job: MakeJob) -> None:
    with pytest.raises(ConfigurationError, match=r"'reader': no ESSource or ESProducer delivers TransitionsScale"):
        make_job(cfg("TransitionsReader")).run()


def test_an_event_before_the_first_record_is_an_error(make_job: MakeJob, tmp_path: Path) -> None:
    file = tmp_path / "late.yaml"
    file.write_text("- {since: '1:3', values: {scale: 1}}\n")
    late = cms.ESSource(ConstantsESSource.__name__, record="TransitionsScale", file=str(file))
    with pytest.raises(LogicError, match="no record for 'scale' in run:lumi 1:1; the first is valid from 1:3"):
        make_job(cfg("TransitionsReader", late=late)).run()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {since: '1:1', values: {sale: 1}}", r"'sale' is no field\. Did you mean 'scale'"),
        ("- {values: {scale: 1}}", "'since'"),
        ("- {since: '1:1', values: {scale: much}}", "could not convert string to float"),
    ],
)
def test_files_that_hold_something_else_are_refused(make_job: MakeJob, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    bad = cms.ESSource(ConstantsESSource.__name__, record="TransitionsScale", file=str(tmp_path / "bad.yaml"))
    with pytest.raises(FileReadError, match=message):
        make_job(cfg("TransitionsReader", bad=bad)).run()
