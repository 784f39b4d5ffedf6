"""Options of `e2efw run` as cmsRun has them, `plugin-help`, `new-plugin`, completion."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from python_cfg.samples import SIMULATED_TTBAR
from tests.e2efw.cli.conftest import COPY, MAIN, Command


def test_the_job_report_tells_files_lumis_and_branches(command: Command, tmp_path: Path) -> None:
    assert command("run", MAIN, "maxEvents=6", "-j", "report.xml").code == 0
    root = ET.parse(tmp_path / "report.xml").getroot()
    assert root.tag == "FrameworkJobReport"
    assert root.findtext("InputFile/PFN") == SIMULATED_TTBAR
    assert root.findtext("InputFile/EventsRead") == "6"
    assert root.findtext("File/ModuleLabel") == "output"
    assert root.findtext("File/OutputModuleClass") == "PoolOutputModule"
    assert root.findtext("File/TotalEvents") == "6"
    lumi = root.find("File/Runs/Run/LumiSection")
    assert lumi is not None
    assert lumi.attrib == {"NEvents": "6", "ID": "1"}
    assert "e2eJetRegressions_ttbar_regressed_E2E." in [branch.text for branch in root.findall("File/Branches/Branch")]
    reads = {branch.get("Name"): branch.get("ReadCount") for branch in root.findall("ReadBranches/Branch")}
    assert reads["HBHERecHitsSorted_reducedHcalRecHits_hbhereco_SIM."] == "12"  # detFrames and jetFrames
    assert root.find("FrameworkError") is None


def test_the_twin_of_the_job_report_says_the_same(command: Command, tmp_path: Path) -> None:
    assert command("run", MAIN, "maxEvents=6", "-e").code == 0
    assert (tmp_path / "FrameworkJobReport.xml").exists()
    told = json.loads((tmp_path / "FrameworkJobReport.json").read_text())
    assert told["InputFile"][0]["EventsRead"] == told["File"][0]["TotalEvents"] == 6
    phases = told["PerformanceReport"]["StartUp"]
    assert set(phases) == {
        "read configuration",
        "check configuration",
        "open input",
        "begin modules and outputs",
    }
    assert all(seconds >= 0 for seconds in phases.values())


def test_outputs_that_are_no_root_files_are_in_the_job_report(command: Command, tmp_path: Path) -> None:
    parquet = """
process.out = cms.OutputModule("ParquetOutputModule", fileName=cms.untracked.string("copy.parquet"))
"""
    assert command("run", "-c", COPY + parquet, "-j", "report.json").code == 0
    file = json.loads((tmp_path / "report.json").read_text())["File"][0]
    assert (file["PFN"], file["OutputModuleClass"], file["TotalEvents"]) == ("copy.parquet", "ParquetOutputModule", 5)
    assert file["Runs"] == [{"ID": 1, "LumiSection": [{"ID": 1, "NEvents": 5}]}]
    assert "recoPFJets_ak8PFJetsCHS__SIM." in file["Branches"]


def test_rows_for_training_count_the_events_they_come_from(command: Command, tmp_path: Path) -> None:
    ended = command("run", "export_top_cfg.py", "maxEvents=6", f"inputFiles={SIMULATED_TTBAR}", "-j", "report.xml")
    assert ended.code == 0, ended.err
    file = ET.parse(tmp_path / "report.xml").getroot().find("File")
    assert file is not None
    assert file.findtext("OutputModuleClass") == "ParquetFrameOutput"
    assert file.findtext("TotalEvents") == "6"
    assert "pt" in " ".join(branch.text or "" for branch in file.findall("Branches/Branch"))


def test_a_failed_job_has_a_report_with_its_exit_code(command: Command, tmp_path: Path) -> None:
    ended = command("run", MAIN, "inputFiles=missing.root", "-j", "report.xml")
    assert ended.code == 8020
    error = ET.parse(tmp_path / "report.xml").getroot().find("FrameworkError")
    assert error is not None
    assert error.attrib == {"ExitStatus": "8020", "Type": "FileOpenError"}
    assert "missing.root does not exist" in str(error.text)


def test_a_job_can_be_text(command: Command, tmp_path: Path) -> None:
    assert command("run", "-c", COPY).code == 0
    assert (tmp_path / "copy.root").exists()


def test_text_and_a_file_exclude_each_other(command: Command) -> None:
    ended = command("run", "-c", COPY, MAIN)
    assert ended.code == 7000
    assert "both a cfg file" in ended.err


def test_without_a_cfg_there_is_no_job(command: Command) -> None:
    ended = command("run")
    assert ended.code == 7001
    assert "no cfg file is given" in ended.err


def test_options_of_the_process_can_be_set(command: Command) -> None:
    assert command("run", MAIN, "maxEvents=2", "-o", "numberOfThreads=2", "-o", "wantSummary=False").code == 0


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("numberOfThread=2", "no option 'numberOfThread'. Did you mean 'numberOfThreads'?"),
        ("numberOfThreads", "wanted name=value. Did you mean 'numberOfThreads'?"),
        ("numberOfThreads=two", "'two' is no uint32"),
    ],
)
def test_a_wrong_option_is_a_wrong_command_line(command: Command, option: str, message: str) -> None:
    ended = command("run", MAIN, "-o", option)
    assert ended.code == 7000
    assert message in ended.err


def test_the_summary_can_be_json(command: Command) -> None:
    ended = command("run", MAIN, "maxEvents=3", "--json", "--strict")
    told = json.loads(ended.out)
    assert told["events"] == 3
    assert told["modules"]["ttbar"]["events"] == 3
    assert told["files"] == {"output": ["ttbar_regression.root"]}


def test_options_of_cmsrun_without_effect_are_taken_and_said(
    command: Command, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        assert command("run", "-c", COPY, "-m", "grid", "-s", "10240").code == 0
    assert "--mode grid has no effect: process.MessageLogger says" in caplog.text
    assert "process.options.sizeOfStackForThreadsInKB" in caplog.text
    assert "has no effect: Python takes care of stacks" in caplog.text


def test_a_cfg_with_a_message_logger_of_its_own_has_a_line_per_so_many_events(command: Command) -> None:
    ended = command("run", "-c", COPY + "process.MessageLogger.cerr.FwkReport.reportEvery = 2")
    assert ended.code == 0
    begun = [line.split()[3] for line in ended.err.splitlines() if line.startswith("Begin processing")]
    assert begun == ["1st", "3rd", "5th"]


INTERRUPTED = """
import os, signal
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDAnalyzer

class OptionsInterrupt(EDAnalyzer):
    def analyze(self, ids: EventIDs) -> None:
        if 1 in ids.event:  # a second signal would abort
            os.kill(os.getpid(), signal.SIGINT)

process.options.eventsPerBlock = 1
process.interrupt = cms.EDAnalyzer("OptionsInterrupt")
process.p = cms.Path(process.interrupt)
"""


def test_a_job_ended_by_a_signal_completes_its_files(command: Command, tmp_path: Path) -> None:
    ended = command("run", "-c", COPY + INTERRUPTED, "-j", "report.json")
    assert ended.code == 9000
    written = json.loads((tmp_path / "report.json").read_text())["File"][0]
    assert written["PFN"] == "copy.root"
    assert 0 < written["TotalEvents"] < 5


def test_events_that_failed_are_in_the_job_report(command: Command, tmp_path: Path) -> None:
    failing = """
from dataformats.candidates import Jets
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDAnalyzer

class OptionsFailing(EDAnalyzer):
    def analyze(self, ids: EventIDs) -> None:
        if 3 in ids.event:
            raise ValueError("three")

process.options.TryToContinue = ["StdException"]
process.failing = cms.EDAnalyzer("OptionsFailing")
process.p = cms.Path(process.failing)
"""
    assert command("run", "-c", COPY + failing, "-j", "report.xml").code == 0
    event = ET.parse(tmp_path / "report.xml").getroot().find("EventFailure")
    assert event is not None
    assert (event.findtext("Event"), event.findtext("ModuleLabel")) == ("1:1:3", "failing")
    assert event.findtext("Description") == "three"


def test_plugin_help_as_json_and_in_brief(command: Command) -> None:
    told = json.loads(command("plugin-help", "JetFrameProducer", "--json").out)
    assert told["kind"] == "EDProducer"
    parameter = next(one for one in told["parameters"] if one["name"] == "minJetPt")
    assert parameter["type"] == "double"
    assert parameter["unit"] == "GeV"
    brief = command("plugin-help", "JetFrameProducer", "--brief").out
    assert "minJetPt" in brief
    assert parameter["doc"] not in brief


def test_plugin_help_knows_options(command: Command) -> None:
    ended = command("plugin-help", "options")
    assert "numberOfThreads" in ended.out
    assert "untracked.uint32" in ended.out
    assert "input" in command("plugin-help", "maxEvents").out


def test_plugin_help_has_the_options_of_its_model(command: Command) -> None:
    assert command("plugin-help", "-p", "Tracer").out == command("plugin-help", "Tracer").out
    assert command("plugin-help", "-t", "maxEvents").out == command("plugin-help", "maxEvents").out
    names = command("plugin-help", "-q").out.split()
    assert {"Tracer", "PoolSource"} <= set(names)
    assert json.loads(command("plugin-help", "-q", "--json").out) == names


def test_plugin_help_of_everything() -> None:
    def printed(*arguments: str) -> str:
        """From a process of its own: plugins of other tests may be broken on purpose."""
        line = [sys.executable, "-m", "e2efw", "plugin-help", *arguments]
        return subprocess.run(line, capture_output=True, text=True, check=True).stdout

    names = [one["plugin"] for one in json.loads(printed("--json"))]
    assert {"PoolSource", "MessageLogger", "TTbarRegressor"} <= set(names)
    everything = printed("-a", "-b")
    assert "minJetPt" in everything
    assert "fileNames" in everything


def test_new_plugins_pass_their_own_tests(command: Command, tmp_path: Path) -> None:
    kinds = ("producer", "filter", "analyzer", "tagger")
    for kind in kinds:
        ended = command("new-plugin", f"MyHCAL{kind.title()}", "--kind", kind)
        assert ended.code == 0
        module, label = f"my_hcal_{kind}", f"myHCAL{kind.title()}"
        assert ended.out.split() == [f"{module}.py", f"{label}_cfi.py", f"{label}_cfg.py", f"test_{module}.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-W", "error", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(done.stdout.count(f"test_my_hcal_{kind}.py::") == 2 for kind in kinds)
    assert "8 passed" in done.stdout


def test_json_of_a_new_plugin_names_its_files(command: Command, tmp_path: Path) -> None:
    told = json.loads(command("new-plugin", "Thing", "-k", "filter", "-d", "here", "--json").out)
    assert (told["plugin"], told["kind"]) == ("Thing", "filter")
    assert sorted(told["files"]) == sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "here").iterdir())


def test_a_new_plugin_overwrites_nothing(command: Command, tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text("mine")
    ended = command("new-plugin", "Thing")
    assert ended.code == 7000
    assert "thing.py is there already" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["thing.py"]
    assert command("new-plugin", "thing").code == 7000


def test_the_shell_completes_packaged_cfgs_and_plugins(tmp_path: Path) -> None:
    def completed(words: str) -> str:
        environment = os.environ | {"_E2EFW_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": words}
        code = "import sys; sys.argv[0] = 'e2efw'; from e2efw.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    assert MAIN in completed("e2efw run ttb")
    assert "JetFrameProducer" in completed("e2efw plugin-help JetF")
    assert "plugin-help" in completed("e2efw plug")
