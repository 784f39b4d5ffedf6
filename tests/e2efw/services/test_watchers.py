"""Services that watch a job, in jobs of the packaged sample."""

import logging
import re
from collections import Counter
from pathlib import Path
from typing import Any

import awkward as ak
import hist
import numpy as np
import pytest
import uproot

from dataformats.candidates import Jets
from e2efw import config as cms
from e2efw.errors import ConfigurationError, FileWriteError, LogicError
from e2efw.framework.blocks import Block, EventIDs
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import BookingContext, EDAnalyzer, InputTag, param
from e2efw.framework.observer import JobView
from e2efw.framework.report import JobReport
from e2efw.services.file_service import Booked, TFileService
from e2efw.services.memory_check import SimpleMemoryCheck, Size
from e2efw.services.timing import Timing
from python_cfg.samples import SIMULATED_TTBAR


class WatchersPt(EDAnalyzer):
    """Fills the transverse momentum of jets, or fails."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets")
    fail: bool = param(False, doc="raise")

    def begin_job(self, job: BookingContext) -> Booked:
        return job.histograms.book("pt", hist.axis.Regular(10, 0, 1000, name="pt"))  # type: ignore[no-any-return]

    def analyze(self, jets: Jets, booked: Booked) -> None:
        if self.fail:
            raise LogicError("fails on purpose")
        booked.fill(ak.to_numpy(ak.flatten(jets.pt)))


def run(*services: Any, streams: int = 1, fail: bool = False) -> JobReport:
    """A job with one analyzer, in four blocks of eight events."""
    process = cms.Process("WATCHED")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.options.eventsPerBlock = 8
    process.options.numberOfThreads = streams
    process.pt = cms.EDAnalyzer("WatchersPt", fail=fail)
    process.p = cms.Path(process.pt)
    for service in services:
        process.add_(service)
    return Job(configure(process, Path())).run()


def histograms(folder: Path) -> Any:
    return cms.Service("TFileService", fileName=cms.string(str(folder / "plots.root")))


def test_histograms_are_written_by_module(tmp_path: Path) -> None:
    report = run(histograms(tmp_path))
    with uproot.open(tmp_path / "plots.root") as plots, uproot.open(SIMULATED_TTBAR) as file:
        found = plots["pt/pt"].to_hist()
        pt = file["Events"]["recoPFJets_ak8PFJetsCHS__SIM.obj.m_state.p4Polar_.fCoordinates.fPt"].array()
    expected, _ = np.histogram(ak.to_numpy(ak.flatten(pt)), 10, (0, 1000))
    assert found.values().tolist() == expected.tolist()
    assert re.fullmatch(r"1 histograms, \d+ bytes in .*plots.root", report.outputs[-1])


def test_streams_fill_the_same_histogram(tmp_path: Path) -> None:
    counts = []
    for streams in (1, 4):
        run(histograms(tmp_path), streams=streams)
        counts.append(uproot.open(tmp_path / "plots.root")["pt/pt"].values().tolist())
    assert counts[0] == counts[1]


def test_histograms_without_a_file_for_them_are_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"'pt' books histograms.*process.TFileService = cms.Service"):
        run()


def test_a_failed_job_leaves_no_histograms(tmp_path: Path) -> None:
    with pytest.raises(LogicError, match="fails on purpose"):
        run(histograms(tmp_path), fail=True)
    assert list(tmp_path.iterdir()) == []


def test_a_histogram_file_that_cannot_be_written_is_found_before_the_first_event(tmp_path: Path) -> None:
    with pytest.raises(FileWriteError, match="TFileService: cannot write"):
        run(histograms(tmp_path / "missing"))


def test_names_of_histograms_are_unique_and_axes_are_few(tmp_path: Path) -> None:
    service: Any = TFileService(file_name=str(tmp_path / "plots.root")).open()
    folder, axis = service.folder("pt"), hist.axis.Regular(2, 0, 1)
    folder.book("x", axis)
    with pytest.raises(LogicError, match="'pt' books histogram 'x' twice"):
        folder.book("x", axis)
    with pytest.raises(LogicError, match="has 4 axes"):
        folder.book("y", axis, axis, axis, axis)
    service.close()


def test_timing_has_a_line_per_block_and_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = run(histograms(tmp_path), cms.Service("Timing"))
    words = [line.split() for line in capsys.readouterr().err.splitlines()]
    assert [line[1:4] for line in words if line[0] == "TimeEvent>"] == [[n, "1", "8"] for n in ("1", "9", "17", "25")]
    assert Counter(line[0] for line in words) == {"TimeEvent>": 4, "TimeModule>": 4}
    metrics = report.metrics["Timing"]
    assert 0 < metrics["MinEventTime"] <= metrics["AvgEventTime"] <= metrics["MaxEventTime"]
    assert metrics["TotalLoopTime"] <= metrics["TotalJobTime"]
    assert any("TimeReport> Time report complete" in line for line in report.notices)


def test_timing_may_be_brief(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = run(histograms(tmp_path), cms.Service("Timing", summaryOnly=True, useJobReport=False))
    assert capsys.readouterr().err == ""
    assert "Timing" not in report.metrics


def test_slow_modules_are_told(caplog: pytest.LogCaptureFixture) -> None:
    one = np.ones(2, np.uint32)
    block = Block(0, EventIDs(one, one, np.arange(2, dtype=np.uint64), "a.root"))
    clock = Timing(excessive_time_threshold=0.1, summary_only=True).open()
    clock.end_module("fast", block, np.arange(2), 0.19)
    clock.end_module("slow", block, np.arange(2), 0.21)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "'slow' took 0.105 s per event" in caplog.text


def test_memory_growth_is_told_and_the_peak_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = cms.Service("SimpleMemoryCheck", moduleMemorySummary=True, monitorPssAndPrivate=True, ignoreTotal=0)
    report = run(histograms(tmp_path), service)
    metrics = report.metrics["ApplicationMemory"]
    assert metrics["PeakValueVsize"] >= metrics["PeakValueRss"] >= metrics["Private"] * 0.5 > 10
    told = "\n".join(report.notices)
    assert "MemoryReport> Peak virtual size" in told
    assert "ModuleMemoryReport> n 4" in told
    assert re.search(r"RSS grew by -?\d+\.\d Mbytes while modules, their models and outputs were opened, by ", told)
    assert all(line.startswith("MemoryCheck: ") for line in capsys.readouterr().err.splitlines())


def test_a_growing_process_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    one = np.ones(1, np.uint32)
    block = Block(0, EventIDs(one, one, np.ones(1, np.uint64), "a.root"))
    watch = SimpleMemoryCheck(ignore_total=0).open()
    before = Size.now()
    watch.end_block(block, 0.1)
    capsys.readouterr()
    memory = np.ones(64 * 2**20, np.uint8)
    watch.end_module("eater", block, np.arange(1), 0.1)
    line = capsys.readouterr().err
    assert line.startswith("MemoryCheck: module :eater VSIZE")
    assert float(line.split()[-1]) > 60
    assert Size.now().rss - before.rss > 60
    del memory


def test_what_modules_take_before_the_first_event_is_not_the_source_s() -> None:
    watch: Any = SimpleMemoryCheck(module_memory_summary=True).open()
    memory = np.ones(64 * 2**20, np.uint8)
    watch.begin_job(JobView("X", 1, 1, 1, {"source": "EmptySource"}, {}, {}, []))
    one = np.ones(1, np.uint32)
    watch.begin_block(Block(0, EventIDs(one, one, np.ones(1, np.uint64), "a.root")))
    report = JobReport(events=1)
    watch.end_job(report)
    assert report.metrics["ApplicationMemory"]["BeginModulesRss"] > 60
    line = next(line for line in report.notices if line.startswith("ModuleMemoryReport>"))
    assert float(line.split()[6]) < 60
    del memory


def test_the_tracer_nests_job_file_block_and_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(histograms(tmp_path), cms.Service("Tracer", dumpPathsAndConsumes=True, dumpContextForLabels=["pt"]))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "++ starting: begin job WATCHED, 1 threads, 1 streams"
    assert lines[1] == "++++ path p: pt"
    assert f"++++ starting: input file {SIMULATED_TTBAR}" in lines
    assert "++++ starting: processing 8 events 1:1:9 to 1:1:16, stream = 0" in lines
    assert "++++++ starting: processing event for module: WatchersPt 'pt' 8 events 1:1:9 to 1:1:16, stream = 0" in lines
    assert lines.count("++++++++ pt consumes jets: ak8PFJetsCHS::SIM") == 5
    assert lines[-1] == "++ finished: end job, 32 events"


def test_the_tracer_tells_the_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(histograms(tmp_path), cms.Service("Tracer", printTimestamps=True, indention="--"))
    first = capsys.readouterr().err.splitlines()[0]
    assert re.match(r"\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d\.\d{6} -- starting: begin job", first)


def test_the_graph_of_a_job_is_written_when_it_begins(tmp_path: Path) -> None:
    target = tmp_path / "job.gv"
    run(
        histograms(tmp_path),
        cms.Service("DependencyGraph", fileName=cms.untracked.string(str(target)), highlightModules=["pt"]),
    )
    text = target.read_text()
    assert '"source" -> "pt"' in text
    assert 'label="pt\\nWatchersPt", style=filled' in text


def test_a_misspelt_parameter_of_a_service_names_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"Timing 'Timing': no parameter 'sumaryOnly' .*mean 'summaryOnly'"):
        run(cms.Service("Timing", sumaryOnly=True))


def test_parameters_of_cmssw_s_services_are_taken(tmp_path: Path) -> None:
    run(
        histograms(tmp_path),
        cms.Service("SimpleMemoryCheck", sampleEveryNSeconds=cms.untracked.int32(5), jobReportOutputOnly=True),
        cms.Service("Tracer", dumpNonModuleContext=True, useMessageLogger=cms.untracked.bool(True)),
    )


def test_a_misspelt_service_names_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"no plugin 'Trcer'. Did you mean 'Tracer'\?"):
        run(cms.Service("Trcer"))
