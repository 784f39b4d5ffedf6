"""The house: who may import whom, what a run never loads, and how long a file may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("python_cfg", "taggers", "frameproducers", "simulation", "e2efw", "dataformats")
MAY_IMPORT = {
    "python_cfg": {"python_cfg", "e2efw.config"},
    "taggers": {"taggers", "dataformats", "e2efw"},
    "frameproducers": {"frameproducers", "dataformats", "e2efw"},
    "simulation": {"simulation", "dataformats", "e2efw"},
    "e2efw": {"e2efw"},
    "e2efw/io": {"e2efw", "dataformats"},
    "dataformats": {"dataformats", "e2efw.errors"},
}
"""Errors are the cellar: every room may raise them."""


def sources(room: str) -> Iterator[Path]:
    return (ROOT / room).rglob("*.py")


def imports(path: Path) -> Iterator[str]:
    """Names of the project's modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name for name in names if name.split(".")[0] in ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_down(room: str) -> None:
    for path in sources(room):
        allowed = MAY_IMPORT["e2efw/io" if "e2efw/io" in path.as_posix() else room]
        for name in imports(path):
            assert any(name == root or name.startswith(f"{root}.") for root in allowed), f"{path}: {name}"


@pytest.mark.parametrize("room", [*ROOMS, "benchmarks"])
def test_a_file_answers_one_question_in_under_300_lines(room: str) -> None:
    for path in sources(room):
        assert len(path.read_text().splitlines()) < 300, path


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter has after running some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_help_loads_nothing_heavy() -> None:
    code = "from e2efw.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert not loaded_by(code) & {"numpy", "numba", "awkward", "uproot", "onnxruntime", "torch", "matplotlib"}


def test_a_run_loads_neither_torch_nor_matplotlib(tmp_path: Path) -> None:
    arguments = ["run", "ttbar_regression_cfg.py", "maxEvents=2", f"outputFile={tmp_path / 'out.root'}"]
    code = f"from e2efw.cli.main import main\ntry: main({arguments!r})\nexcept SystemExit as end: assert end.code == 0"
    found = loaded_by(code)
    assert "numba" in found
    assert not found & {"torch", "matplotlib", "onnx", "dask", "pytest"}
