"""Kernels wait for no extension of numba and not for its compiler; all else that is compiled has them."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from dataformats.jit_loading import _unless_for_a_kernel, without_extensions

ADDING = """
from dataformats.jit import kernel

@kernel
def add(a: float, b: float) -> float:
    return a + b

@kernel
def twice(a: float) -> float:
    return add(a, a)
"""
BOTH = """
import numba
import adding
print("kernel", adding.add(1.0, 2.0))
print("other", numba.njit(lambda x: x + 1)(1.0))
print("kernel again", adding.add(1, 2))
"""


def test_extensions_are_called_for_the_first_function_that_is_no_kernel(tmp_path: Path) -> None:
    (tmp_path / "adding.py").write_text(ADDING)
    (tmp_path / "fake.py").write_text("def announce():\n    print('an extension')\n")
    package = tmp_path / "fake-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: fake\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[numba_extensions]\ninit = fake:announce\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    for _ in ("compiled", "from the cache"):
        done = subprocess.run([sys.executable, "-c", BOTH], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == ["kernel 3.0", "an extension", "other 2.0", "kernel again 3"]
    loaded = """
import sys
import adding
print(adding.add(1.0, 2.0), "numba.np.linalg" in sys.modules)
print(adding.twice(2.0), "numba.np.linalg" in sys.modules)
print(adding.add(1.5, 2.0), adding.add(1, 2j))
"""
    done = subprocess.run([sys.executable, "-c", loaded], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["3.0 False", "4.0 True", "3.5 (1+2j)"]


def test_other_threads_find_extensions_while_a_kernel_is_made_ready() -> None:
    told: list[str] = []
    call_extensions = _unless_for_a_kernel(lambda: told.append(threading.current_thread().name))

    def make_ready() -> None:
        call_extensions()
        without_extensions(call_extensions)()  # a kernel that this one calls
        call_extensions()
        other = threading.Thread(target=call_extensions, name="other")
        other.start()
        other.join()

    without_extensions(make_ready)()
    assert told == ["other"]
    call_extensions()
    assert told == ["other", threading.current_thread().name]
