"""The commands that look into files, on the packaged sample, on our own output and on real data."""

import json
import zlib
from pathlib import Path

import pytest
import uproot

from python_cfg.samples import SIMULATED_TTBAR
from tests.e2efw.cli.conftest import Command

JETS = "recoPFJets_ak8PFJetsCHS__SIM."


@pytest.fixture
def output(command: Command, tmp_path: Path) -> Path:
    """What the main job writes for eight events."""
    assert command("run", "ttbar_regression_cfg.py", "maxEvents=8").code == 0
    return tmp_path / "ttbar_regression.root"


def test_content_is_a_table_of_type_module_label_and_process(command: Command) -> None:
    ended = command("content", SIMULATED_TTBAR)
    assert ended.code == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[0] == ["Type", "Module", "Label", "Process"]
    assert ["HBHERecHitsSorted", '"reducedHcalRecHits"', '"hbhereco"', '"SIM"'] in lines
    assert ["recoPFJets", '"ak8PFJetsCHS"', '""', '"SIM"'] in lines


def test_content_finds_by_pattern_in_any_case(command: Command) -> None:
    ended = command("content", SIMULATED_TTBAR, "--regex", "AK8pfjets", "--name")
    assert ended.out == f"{JETS}\n"


def test_content_shows_leaves(command: Command) -> None:
    ended = command("content", SIMULATED_TTBAR, "-r", "ak8PFJetsCHS", "--all")
    assert JETS in ended.out
    assert "obj.m_state.p4Polar_.fCoordinates.fPt" in ended.out


def test_content_as_json_counts_events(command: Command) -> None:
    told = json.loads(command("content", SIMULATED_TTBAR, "--json").out)
    assert told["events"] == 32
    assert [one["type"] for one in told["products"] if one["branch"] == JETS] == ["recoPFJets"]


def test_content_without_a_match_names_the_nearest_label(command: Command) -> None:
    ended = command("content", SIMULATED_TTBAR, "-r", "ak8PFJetCHS")
    assert ended.code == 7000
    assert "Did you mean 'ak8PFJetsCHS'?" in ended.err


def test_a_pattern_that_is_none_is_an_error(command: Command) -> None:
    ended = command("content", SIMULATED_TTBAR, "-r", "*")
    assert ended.code == 7000
    assert "'*' is no regular expression" in ended.err


@pytest.mark.parametrize("name", ["content", "prov", "file-util", "event-size"])
def test_a_missing_file_names_the_nearest(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / "events.root").touch()
    ended = command(name, "event.root")
    assert ended.code == 8020
    assert "Did you mean 'events.root'?" in ended.err


def test_file_util_counts(command: Command) -> None:
    n_bytes = Path(SIMULATED_TTBAR).stat().st_size
    ended = command("file-util", SIMULATED_TTBAR, "--eventsInLumis", "-e", "-P")
    assert ended.code == 0
    assert f"{SIMULATED_TTBAR} (1 runs, 1 lumis, 32 events, {n_bytes} bytes)" in ended.out
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["1", "1", "32"] in lines
    assert ["1", "1", "7", "6"] in lines
    assert any(line[0] == JETS.rstrip(".") for line in lines)


def test_file_util_sums_as_grid_tools_do(command: Command) -> None:
    checksum = f"{zlib.adler32(Path(SIMULATED_TTBAR).read_bytes()):08x}"
    assert f" bytes, adler32 {checksum})" in command("file-util", SIMULATED_TTBAR, "-a").out
    assert json.loads(command("file-util", SIMULATED_TTBAR, "-a", "-j").out)[0]["adler32"] == checksum


def test_file_util_of_real_data(command: Command, real_files: list[Path]) -> None:
    told = json.loads(command("file-util", *map(str, real_files), "--json", "-e").out)
    assert [one["events"] for one in told] == [25, 25, 25]
    for one, path in zip(told, real_files, strict=True):
        runs = uproot.open(path)["Events"].arrays(filter_name="*run_*", library="np")
        assert {run for run, _, _ in one["ids"]} == set(next(iter(runs.values())).tolist())
        assert sum(n for lumis in one["events_in_lumis"].values() for n in lumis.values()) == 25


def test_sizes_add_up_and_the_largest_comes_first(command: Command, output: Path) -> None:
    told = json.loads(command("event-size", str(output), "--json").out)
    sizes = [one["compressed"] for one in told["mean_bytes_per_event"]]
    assert sizes == sorted(sizes, reverse=True)
    tree = uproot.open(output)["Events"]
    products = [branch for branch in tree.branches if not branch.name.startswith("EventAuxiliary")]
    assert sum(sizes) * 8 == pytest.approx(sum(branch.compressed_bytes for branch in products))
    assert told["mean_bytes_per_event"][0]["name"] == "e2eSparseFrames_detFrames__E2E."


def test_sizes_of_leaves_by_name(command: Command, output: Path) -> None:
    lines = command("event-size", str(output), "-A", "--leaves").out.splitlines()
    assert lines[0] == f"File {output} Events 8"
    names = [line.split()[0] for line in lines[2:]]
    assert names == sorted(names)
    assert f"{JETS}obj.m_state.p4Polar_.fCoordinates.fPt" in names


def test_provenance_tells_history_parameters_and_ancestors(command: Command, output: Path) -> None:
    ended = command("prov", str(output), "-f", "^jetFrames$", "-x", "-c", "--showHistoryID")
    assert ended.code == 0
    for fact in (
        "  SIM 'e2efw",
        "paths: reconstruction; end paths: compare, write",
        "Module: jetFrames E2E",
        "type: JetFrameProducer (EDProducer)",
        "minJetPt: double tracked = 400.0",
        "ancestor: genParticles::GEN",
        "ProcessHistoryID: ",
    ):
        assert fact in ended.out
    assert "Module: ttbar" not in ended.out


def test_provenance_follows_descendants(command: Command, output: Path) -> None:
    told = json.loads(command("prov", str(output), "--all-modules", "--json").out)
    assert [record["process"] for record in told["history"]] == ["GEN", "SIM", "E2E"]
    products = {one["branch"]: one for module in told["modules"] for one in module["products"]}
    assert "ttbar:regressed:E2E" in products["recoGenParticles_genParticles__GEN."]["descendants"]
    model = next(module for module in told["modules"] if module["label"] == "ttbar")
    assert len(model["facts"]["model_sha256"]) == 64
    assert told["history"][2]["paths"] == ["reconstruction"]
    assert told["not_on_record"] == []


def test_provenance_can_be_sorted_and_cut(command: Command, output: Path) -> None:
    whole = command("prov", str(output), "-s", "-d", "-t").out
    labels = [line.split()[1] for line in whole.splitlines() if line.startswith("Module: ")]
    assert labels == sorted(labels)
    assert "    parent: reducedEcalRecHitsEB::SIM" in whole.splitlines()
    assert "  jetFrames: PSet tracked = '" in whole
    assert "products: {" not in command("prov", str(output), "-p").out
    by_value = command("prov", str(output), "-f", 'model = "calorimetric_baseline"').out
    assert "Module: baseline E2E" in by_value
    assert "Module: jetFrames" not in by_value


def test_provenance_of_a_file_without_records_says_so(command: Command, real_files: list[Path]) -> None:
    ended = command("prov", str(real_files[0]))
    assert ended.code == 0
    assert "none is on record" in ended.out
    assert "Products whose making is not on record" in ended.out


def test_merge_copies_products_and_provenance(command: Command, output: Path, tmp_path: Path) -> None:
    output.rename(tmp_path / "a.root")
    assert command("run", "ttbar_regression_cfg.py", "--set", "source.skipEvents=20").code == 0
    output.rename(tmp_path / "b.root")
    assert command("merge", "a.root", "b.root", "-o", "all.root").code == 0
    told = json.loads(command("file-util", "all.root", "--json", "-e").out)[0]
    assert [event for _, _, event in told["ids"]] == [*range(1, 9), *range(21, 33)]
    history = json.loads(command("prov", "all.root", "--json").out)["history"]
    assert [record["process"] for record in history] == ["GEN", "SIM", "E2E", "MERGE"]


def test_files_are_checked_byte_by_byte(command: Command, output: Path) -> None:
    assert "  as written" in command("file-util", str(output), "--check").out.splitlines()
    assert json.loads(command("file-util", str(output), "--check", "--json").out)[0]["as_written"] is True
    content = bytearray(output.read_bytes())
    content[len(content) // 2] ^= 1
    output.write_bytes(content)
    ended = command("file-util", str(output), "--check")
    assert "is damaged" in ended.err
    assert ended.code == 8021


def test_what_was_merged_can_be_merged_again(command: Command) -> None:
    for source, target in ((SIMULATED_TTBAR, "once.root"), ("once.root", "twice.root"), ("twice.root", "thrice.root")):
        assert command("merge", source, "--max-events", "2", "-o", target).code == 0
    history = json.loads(command("prov", "thrice.root", "--json").out)["history"]
    assert [record["process"] for record in history] == ["GEN", "SIM", "MERGE", "MERGE2", "MERGE3"]
    assert "nothing.root does not exist" in command("merge", "nothing.root", "once.root", "-o", "none.root").err


def test_merge_picks_events(command: Command) -> None:
    summary = json.loads(command("merge", SIMULATED_TTBAR, "--events", "1:5", "--events", "1:10-1:12", "--json").out)
    assert summary["files"] == {"output": ["merged.root"]}
    told = json.loads(command("file-util", "merged.root", "--json", "-e").out)[0]
    assert [event for _, _, event in told["ids"]] == [5, 10, 11, 12]


def test_merge_picks_luminosity_blocks(command: Command, tmp_path: Path) -> None:
    assert command("merge", SIMULATED_TTBAR, "--max-events", "3", "--lumis", "1:1-1:2").code == 0
    (tmp_path / "merged.root").rename(tmp_path / "a.root")
    ended = command("merge", "a.root", SIMULATED_TTBAR, "--max-size", "1000000")
    assert ended.code == 0
    assert json.loads(command("file-util", "merged.root", "--json").out)[0]["events"] == 32  # three came twice
    none = command("merge", SIMULATED_TTBAR, "--lumis", "7:7", "-o", "none.root")
    assert "no event was processed" in none.out
