"""Parameter sets of CMSSW's files: baskets built by hand in the documented encoding."""

import json
import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from e2efw.errors import FileReadError
from e2efw.io.cms_provenance import cms_provenance
from tests.e2efw.cli.conftest import Command

MODULE, TRACKER, GEOMETRY, NESTED, RECO, HLT, TRIGGERS = (f"{number:032x}" for number in range(0x10, 0x17))
MANY = ",".join(f"{name:02x}" * 4 for name in range(0x61, 0x61 + 26) for _ in range(3))
SETS = {
    RECO: f"<@all_modules=+s({{616b34}});@end_paths=+s({{6f7574}});@process_name=+S({b'RECO'.hex()});"
    f"@trigger_paths=+Q({TRIGGERS});ak4=+Q({MODULE});geo=+Q({GEOMETRY});hits=+Q({TRACKER})>",
    TRIGGERS: "<@trigger_paths=+s({7031})>",
    MODULE: f"<@module_edm_type=+S({b'EDProducer'.hex()});@module_label=+S(616b34);@module_type=+S({b'FastJet'.hex()});"
    f"cut=+Q({NESTED});jetPtMin=+D(3.0000000000000000e+00);names=+s({{{MANY}}});src=+t(particleFlow);verbose=-U(2)>",
    NESTED: "<maxDepth=+I(7)>",
    TRACKER: f"<@module_edm_type=+S({b'EDProducer'.hex()});@module_type=+S({b'HitMaker'.hex()})>",
    GEOMETRY: f"<@module_edm_type=+S({b'ESProducer'.hex()});@module_type=+S({b'GeometryMaker'.hex()})>",
    HLT: f"<@process_name=+S({b'HLT'.hex()})>",
}
JETS = "recoPFJets_ak4__RECO."


def string(content: bytes) -> bytes:
    """A std::string in a buffer of ROOT."""
    head = bytes([len(content)]) if len(content) < 255 else b"\xff" + struct.pack(">I", len(content))
    return head + content


def thing(content: bytes, version: int) -> bytes:
    """An object: number of bytes, version of its class, or 0 and a checksum."""
    content = struct.pack(">H", version) + (b"" if version else b"\x01\x02\x03\x04") + content
    return struct.pack(">I", 0x40000000 | len(content)) + content


def pair(identity: str, text: str, version: int, *, raw: bool) -> bytes:
    """An entry of IdToParameterSetsBlobs."""
    known = bytes.fromhex(identity) if raw else identity.encode()
    return thing(thing(string(known), version) + thing(string(text.encode()), version), version)


def write(path: Path, sets: Mapping[str, bytes], history: bytes) -> None:
    """A file with one product of events, parameter sets and a history."""
    with uproot.recreate(path) as file:
        ids = {"run_": np.uint32(1), "luminosityBlock_": np.uint32(1), "event_": np.uint64(1)}
        events = {f"EventAuxiliary.id_.{name}": np.array([one]) for name, one in ids.items()}
        pt = f"{JETS}obj.m_state.p4Polar_.fCoordinates.fPt"
        events |= {pt: ak.Array([[np.float32(50)]]), "ints_others__HLT.obj": np.array([1])}
        sets_and_history = {"IdToParameterSetsBlobs": list(sets.values())}, {"ProcessHistory": [history]}
        for name, columns in zip(("ParameterSets", "MetaData"), sets_and_history, strict=True):
            write_tree(file, name, {branch: _bytes(entries) for branch, entries in columns.items()})
        write_tree(file, "Events", events)


def write_tree(file: Any, name: str, columns: Mapping[str, Any]) -> None:
    """A TTree with one basket per branch."""
    tree = file.mktree(name, {branch: ak.Array(column).type.content for branch, column in columns.items()})
    tree.extend(columns)


def _bytes(entries: Sequence[bytes]) -> Any:
    """As a list of bytes per entry: its basket has nothing but them and where each entry begins."""
    return ak.unflatten(np.frombuffer(b"".join(entries), np.uint8), list(map(len, entries)))


HISTORY = thing(string(b"HLT") + string(b"0" * 32) + string(b"RECO") + string(b"CMSSW_5_3_7"), 3)


@pytest.fixture(params=[(3, False), (0, True)], ids=["versions", "checksums"])
def cms_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Written both ways."""
    version, raw = request.param
    sets = {identity: pair(identity, text, version, raw=raw) for identity, text in SETS.items()}
    write(tmp_path / "cms.root", sets, HISTORY)
    return tmp_path / "cms.root"


def test_processes_modules_and_parameters_are_read(cms_file: Path) -> None:
    with uproot.open(cms_file) as file:
        hlt, reco = cms_provenance(file, []).processes
    assert (hlt.name, hlt.parameter_set_id, hlt.modules) == ("HLT", HLT, [])
    assert (reco.name, reco.parameter_set_id, reco.paths, reco.end_paths) == ("RECO", RECO, ["p1"], ["out"])
    jets, geometry, hits = reco.modules
    assert (jets.label, jets.plugin, jets.kind, jets.parameter_set_id) == ("ak4", "FastJet", "EDProducer", MODULE)
    assert jets.parameters["jetPtMin"] == 3
    assert jets.parameters["cut"] == {"maxDepth": 7}
    assert len(jets.parameters["names"]) == 78
    assert jets.types["verbose"] == "untracked.uint32"
    assert geometry.kind == "ESProducer"
    assert hits.parameters == {}


def test_prov_prints_them(command: Command, cms_file: Path) -> None:
    ended = command("prov", str(cms_file), "-t", "-d")
    assert ended.code == 0
    for line in (
        f"  RECO '' [2]  ({RECO})",
        "    paths: p1; end paths: out",
        "  what products were made of is not read from files of CMSSW",
        "Module: ak4 RECO",
        " type: FastJet (EDProducer)",
        f" PSet id: {MODULE}",
        "  jetPtMin: double tracked = 3.0",
        "  cut: PSet tracked = (maxDepth = 7)",
        "  src: InputTag tracked = 'particleFlow'",
        "  verbose: uint32 untracked = 2",
        f"  ak4: PSet tracked = '{MODULE}'",
        "---------EventSetup---------",
        "Module: geo RECO",
        " ints_others__HLT.",
    ):
        assert line in ended.out.splitlines()
    assert any(line.startswith(f"  {JETS}  BranchID") for line in ended.out.splitlines())
    assert "Module: hits" not in ended.out


def test_prov_leaves_out_what_is_not_wanted(command: Command, cms_file: Path) -> None:
    brief = command("prov", str(cms_file), "-e", "-p", "-i", "-a", "-s").out
    labels = [line.split()[1] for line in brief.splitlines() if line.startswith("Module: ")]
    assert labels == ["ak4", "hits"]
    assert "products" not in brief
    assert "jetPtMin" not in brief
    found = json.loads(command("prov", str(cms_file), "-f", "jetPtMin", "--json").out)
    assert [module["label"] for module in found["modules"]] == ["ak4"]
    assert found["history_id"] is None


def test_processes_without_a_place_in_the_history_are_left_out(tmp_path: Path) -> None:
    sets = {identity: pair(identity, text, 3, raw=True) for identity, text in SETS.items()}
    write(tmp_path / "cms.root", sets, thing(string(b"RECO"), 3))
    with uproot.open(tmp_path / "cms.root") as file:
        assert [process.name for process in cms_provenance(file, []).processes] == ["RECO"]


@pytest.mark.parametrize(
    ("name", "processes", "label", "plugin", "parameter"),
    [
        ("old_format_CMSSW_4_3_0", ["TEST"], "i", "IntProducer", ("ivalue", 4)),
        (
            "SchemaEvolutionTestOLD15_1_0_pre5_splitLevel0",
            ["PROD"],
            "writeSchemaEvolutionTest",
            "SchemaEvolutionTestWrite",
            ("testIntegralValues", list(range(11, 161, 10))),
        ),
        (
            "test_cmssw",
            ["LHC", "HLT", "RECO", "NtupleMaking"],
            "slimmedJetsAK8",
            "PATJetSlimmer",
            ("packedPFCandidates", "packedPFCandidates"),
        ),
    ],
)
def test_files_of_cmssw_tell_their_making(
    name: str, processes: list[str], label: str, plugin: str, parameter: tuple[str, Any]
) -> None:
    """Public files that are no part of this project: see `tests/e2efw/io/test_cmssw_files.py`."""
    path = Path(os.environ.get("E2EFW_CMSSW_FILES", "")) / f"{name}.root"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there: set E2EFW_CMSSW_FILES")
    with uproot.open(path) as file:
        found = cms_provenance(file, []).processes
    assert [process.name for process in found] == processes
    (module,) = [module for process in found for module in process.modules if module.label == label][:1]
    assert module.plugin == plugin
    assert module.parameters[parameter[0]] == parameter[1]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (b"\x05abc", "its parameter sets cannot be read, the file is corrupt: ValueError: an entry of 4 bytes"),
        (pair(RECO, "<no>", 3, raw=False), f"parameter set {RECO} is not understood: no parameter begins with 'no'"),
    ],
)
def test_sets_that_are_none_are_refused(tmp_path: Path, entry: bytes, message: str) -> None:
    write(tmp_path / "cms.root", {RECO: entry}, HISTORY)
    with uproot.open(tmp_path / "cms.root") as file, pytest.raises(FileReadError, match=message):
        cms_provenance(file, [])
