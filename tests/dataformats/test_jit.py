"""Compiled code belongs to one state of the sources."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from dataformats.jit import fingerprint, sources

ROOT = Path(__file__).resolve().parents[2]


def test_another_state_of_the_sources_has_another_fingerprint(tmp_path: Path) -> None:
    files = [tmp_path / "a.py", tmp_path / "b.py"]
    for file in files:
        file.write_text("1")
    before = fingerprint(files)
    assert fingerprint(reversed(files)) == before
    os.utime(files[1], (1, 1))
    assert fingerprint(files) != before


def test_the_state_covers_every_kernel_and_what_kernels_look_at() -> None:
    covered = set(sources(ROOT))
    rooms = ("dataformats", "frameproducers", "simulation", "taggers")  # the framework knows no kernel
    with_kernels = [
        file for room in rooms for file in (ROOT / room).rglob("*.py") if "@kernel" in file.read_text().splitlines()
    ]
    assert len(with_kernels) > 30
    assert covered.issuperset(with_kernels)
    for file in with_kernels:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in rooms:
                module = ROOT / node.module.replace(".", "/")
                looked_at = {module.with_suffix(".py"), *(module / f"{name.name}.py" for name in node.names)}
                assert looked_at & covered, f"{file}: {node.module}"


def cache_folder(**environment: str) -> str:
    """Where a fresh interpreter keeps compiled code."""
    code = "from dataformats.jit import config; print(config.CACHE_DIR)"
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_code_is_kept_in_the_users_cache_unless_told_otherwise(tmp_path: Path) -> None:
    assert Path(cache_folder(XDG_CACHE_HOME=str(tmp_path))).parent == tmp_path / "e2efw" / "kernels"
    assert cache_folder(NUMBA_CACHE_DIR=str(tmp_path)) == str(tmp_path)


def test_without_a_place_to_write_numba_decides(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert cache_folder(XDG_CACHE_HOME=str(tmp_path / "file")) == ""
