"""Running cfg files."""

import importlib
import sys
from pathlib import Path

import pytest

from e2efw import config as cms
from e2efw.config.loader import load_process, packaged_cfgs
from e2efw.config.varparsing import VarParsing
from e2efw.errors import CommandLineError, ConfigFileNotFoundError, ConfigFileReadError

HEAD = "import FWCore.ParameterSet.Config as cms\nprocess = cms.Process('T')\n"


def write(folder: Path, text: str, name: str = "my_cfg.py") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_cfg_leaves_its_process(tmp_path: Path) -> None:
    cfg = write(tmp_path, HEAD + "process.a = cms.EDProducer('A',\n  x = 1)\n")
    process = load_process(cfg)
    assert isinstance(process, cms.Process)
    assert process.a.origin_() == (str(cfg), 3)


def test_a_cfg_has_fragments_of_its_own(tmp_path: Path) -> None:
    ours = importlib.import_module("python_cfg.detFrames_cfi")
    untouched = ours.detFrames.dumpPython()
    ours.detFrames.layers = ["HCAL"]
    cfg = write(tmp_path, HEAD + "from python_cfg import detFrames_cfi\nprocess.load('python_cfg.detFrames_cfi')\n")
    process = load_process(cfg)
    assert process.detFrames.dumpPython() == untouched
    assert process.detFrames is not ours.detFrames
    assert importlib.import_module("python_cfg.detFrames_cfi") is ours
    assert sys.modules["python_cfg"].detFrames_cfi is ours
    del sys.modules["python_cfg.detFrames_cfi"], sys.modules["python_cfg"].detFrames_cfi


def test_fwcore_names_are_our_modules_while_the_cfg_runs(tmp_path: Path) -> None:
    text = """
from e2efw import config
import FWCore.ParameterSet.Config as cms
import FWCore.ParameterSet.VarParsing as V
from FWCore.ParameterSet.VarParsing import VarParsing
from e2efw.config import varparsing
assert cms is config and V is varparsing and VarParsing is varparsing.VarParsing
process = cms.Process("T")
"""
    finders = list(sys.meta_path)
    load_process(write(tmp_path, text))
    assert not [name for name in sys.modules if name.split(".")[0] == "FWCore"]
    assert sys.meta_path == finders
    assert cms.__name__ == "e2efw.config"
    assert VarParsing.__module__ == "e2efw.config.varparsing"


def test_other_parts_of_fwcore_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileReadError, match=r"FWCore\.Framework is not offered here.*FWCore\.MessageServ"):
        load_process(write(tmp_path, "import FWCore.Framework\n"))


def test_cfg_sees_its_arguments_and_folder_only_while_it_runs(tmp_path: Path) -> None:
    write(tmp_path, "from e2efw import config as cms\na = cms.EDProducer('A')\n", "near_cfi.py")
    cfg = write(tmp_path, HEAD + "import sys\nprocess.load('near_cfi')\nprocess.a.argv = cms.vstring(sys.argv)\n")
    argv, path, main = sys.argv, list(sys.path), sys.modules["__main__"]
    process = load_process(cfg, ["x=1"])
    assert process.a.argv == [str(cfg), "x=1"]
    assert (sys.argv, sys.path) == (argv, path)
    assert sys.modules["__main__"] is main
    assert "near_cfi" not in sys.modules


def test_two_runs_share_nothing(tmp_path: Path) -> None:
    write(tmp_path, "from e2efw import config as cms\na = cms.EDProducer('A', x = 1)\n", "shared_cfi.py")
    cfg = write(tmp_path, HEAD + "process.load('shared_cfi')\n")
    first = load_process(cfg)
    first.a.x = 2
    assert load_process(cfg).a.x == 1


def test_python_error_shows_the_users_lines_only(tmp_path: Path) -> None:
    cfg = write(tmp_path, HEAD + "def f():\n    process.a = cms.EDProducer('A', x = cms.int32('no'))\nf()\n")
    with pytest.raises(ConfigFileReadError, match=r"ValueError: cms\.int32: 'no' is not an integer") as caught:
        load_process(cfg)
    told = str(caught.value)
    assert f'"{cfg}", line 5' in told
    assert f'"{cfg}", line 4, in f' in told
    assert "scalars.py" not in told


def test_syntax_error_is_located(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileReadError, match=r"line 3(.|\n)*SyntaxError"):
        load_process(write(tmp_path, HEAD + "process.a = = 1\n"))


def test_own_errors_pass_unchanged(tmp_path: Path) -> None:
    with pytest.raises(CommandLineError, match="'maxEvent=1' is no argument"):
        load_process(write(tmp_path, HEAD + "cms.arguments(maxEvents=-1)\n"), ["maxEvent=1"])


def test_cfg_without_process_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileReadError, match=r"no variable 'process'.*write process = cms\.Process"):
        load_process(write(tmp_path, "x = 1\n"))
    with pytest.raises(ConfigFileReadError, match="it has 'p'; call it 'process'"):
        load_process(write(tmp_path, "from e2efw import config as cms\np = cms.Process('T')\n"))


def test_successful_exit_passes_and_others_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="0"):
        load_process(write(tmp_path, "raise SystemExit(0)\n"))
    with pytest.raises(ConfigFileReadError, match=r"ended with sys\.exit\(3\)"):
        load_process(write(tmp_path, "raise SystemExit(3)\n"))


def test_missing_cfg_names_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, HEAD)
    with pytest.raises(ConfigFileNotFoundError, match=r"no such cfg file .*Did you mean 'my_cfg\.py'"):
        load_process(tmp_path / "mi_cfg.py")
    with pytest.raises(ConfigFileNotFoundError, match=r"the folder .*nowhere does not exist"):
        load_process(tmp_path / "nowhere" / "my_cfg.py")


def test_bare_name_finds_packaged_cfgs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "modules", {k: v for k, v in sys.modules.items() if k.split(".")[0] != "python_cfg"})
    (tmp_path / "python_cfg").mkdir()
    (tmp_path / "python_cfg" / "__init__.py").write_text("")
    write(tmp_path / "python_cfg", HEAD, "packaged_cfg.py")
    monkeypatch.syspath_prepend(tmp_path)
    assert list(packaged_cfgs()) == ["packaged_cfg.py"]
    assert load_process("packaged_cfg").name_() == "T"
    assert load_process("packaged_cfg.py").name_() == "T"
    with pytest.raises(ConfigFileNotFoundError, match=r"Did you mean 'packaged_cfg\.py'"):
        load_process("packagd_cfg.py")
