"""`check`, `dump-config`, `graph`: a job looked at without its events; JSON says what the text says."""

import json
from pathlib import Path

import pytest

from tests.e2efw.cli.conftest import COPY, MAIN, Command


def test_check_says_what_would_run_and_writes_nothing(command: Command, tmp_path: Path) -> None:
    ended = command("check", MAIN)
    assert ended.code == 0
    assert "process E2E is ready for at most 32 events" in ended.out
    assert list(tmp_path.iterdir()) == []
    told = json.loads(command("check", MAIN, "maxEvents=4", "--json").out)
    assert told["events"] == 4
    assert [module["label"] for module in told["modules"]] == [
        *("source", "detFrames", "jetFrames", "ttbar"),
        *("baseline", "topMassTruth", "topPair", "comparison", "output"),
    ]


def test_check_finds_what_would_end_the_job(command: Command) -> None:
    ended = command("check", MAIN, "--set", "jetFrames.channels=TracksPt")
    assert ended.code == 8009
    assert "model 'ttbar_resnet15' reads channel 'TracksD0'" in ended.err


def test_check_finds_all_mistakes_at_once(command: Command) -> None:
    settings = ("--set", "jetFrames.minJetPT=3", "--set", "detFrames.layer=ECAL", "--set", "ttbar.modle=x")
    ended = command("check", MAIN, *settings)
    assert ended.code == 8009
    assert "3 mistakes:" in ended.err
    for name in ("minJetPt", "layers", "model"):
        assert f"Did you mean '{name}'?" in ended.err


def test_dump_config_leaves_out_what_nothing_uses(command: Command, tmp_path: Path) -> None:
    (tmp_path / "copy_cfg.py").write_text(COPY + 'process.unused = cms.EDProducer("DetFrameProducer")\n')
    assert "unused" in command("dump-config", "copy_cfg.py").out
    pruned = command("dump-config", "copy_cfg.py", "--prune")
    assert pruned.code == 0
    assert "unused" not in pruned.out
    assert "process.out" in pruned.out
    told = command("dump-config", "copy_cfg.py", "--pruneVerbose")
    assert told.out == pruned.out
    assert told.err == "prune: EDProducer unused\n"


def test_a_configuration_in_pieces_is_the_same(command: Command) -> None:
    whole = command("dump-config", MAIN, "--hash").out
    assert len(whole.strip()) == 32
    written = command("dump-config", MAIN, "--split", "pieces").out.split()
    assert "pieces/cfg.py" in written
    assert "pieces/jetFrames_cfi.py" in written
    assert command("dump-config", "pieces/cfg.py", "--hash").out == whole
    assert command("dump-config", MAIN, "--hash", "maxEvents=3").out != whole


def test_the_graph_is_graphviz_text(command: Command) -> None:
    ended = command("graph", MAIN)
    assert ended.out.startswith('digraph "E2E" {')
    assert '"jetFrames" -> "ttbar" [tooltip="' in ended.out
    assert '"source" -> "detFrames"' in ended.out
    assert '"detFrames" -> "output"' in ended.out


def test_results_of_paths_that_somebody_reads_are_in_the_graph(command: Command, tmp_path: Path) -> None:
    chosen = """
process.p = cms.Path()
process.chosen = cms.EDFilter("TriggerResultsFilter", triggerConditions=cms.vstring("p"))
process.e.insert(0, process.chosen)
"""
    (tmp_path / "copy_cfg.py").write_text(COPY + chosen)
    assert command("graph", "copy_cfg.py", "-o", "job.svg").code == 0
    told = json.loads(command("graph", "copy_cfg.py", "--json").out)
    assert {"label": "TriggerResults", "type": "made of paths"} in told["modules"]
    assert {"from": "TriggerResults", "to": "chosen", "products": [""]} in told["edges"]


@pytest.mark.parametrize("name", ["job.png", "job.svg", "job.gv"])
def test_the_graph_is_a_picture(command: Command, tmp_path: Path, name: str) -> None:
    assert command("graph", MAIN, "-o", name).code == 0
    assert (tmp_path / name).stat().st_size > 500


def test_a_picture_of_another_kind_is_refused(command: Command) -> None:
    ended = command("graph", MAIN, "-o", "job.gif")
    assert ended.code == 7000
    assert ".png" in ended.err


def test_json_of_a_dump_has_hash_text_or_files(command: Command) -> None:
    told = json.loads(command("dump-config", MAIN, "--json").out)
    assert told["process"] == "E2E"
    assert told["configuration"] + "\n" == command("dump-config", MAIN).out
    assert json.loads(command("dump-config", MAIN, "--json", "--hash").out) == {"process": "E2E", "hash": told["hash"]}
    assert "pieces/cfg.py" in json.loads(command("dump-config", MAIN, "--json", "--split", "pieces").out)["files"]


def test_json_of_the_graph_has_its_edges(command: Command, tmp_path: Path) -> None:
    told = json.loads(command("graph", MAIN, "-o", "job.gv", "--json").out)
    assert told["file"] == "job.gv"
    text = (tmp_path / "job.gv").read_text()
    for edge in told["edges"]:
        assert f'"{edge["from"]}" -> "{edge["to"]}"' in text
    read = next(edge["products"] for edge in told["edges"] if edge["to"] == "detFrames")
    assert "reducedEcalRecHitsEB::SIM" in read
    assert told["paths"]["reconstruction"] == ["detFrames", "jetFrames", "ttbar"]
    assert told["modules"][0] == {"label": "source", "type": "PoolSource"}


def test_products_of_several_processes_are_told_apart_in_the_graph(command: Command, tmp_path: Path) -> None:
    (tmp_path / "copy_cfg.py").write_text(COPY)
    told = json.loads(command("graph", "copy_cfg.py", "--json").out)
    (edge,) = told["edges"]
    assert (edge["from"], edge["to"]) == ("source", "out")
    assert {"genParticles::GEN", "ak8PFJetsCHS::SIM"} <= set(edge["products"])
