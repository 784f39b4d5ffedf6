"""Files read from an XRootD server that the test starts: needs its program, ``xrootd``, and fsspec-xrootd."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import e2efw
from e2efw.errors import FileOpenError
from e2efw.io.input_files import resolved
from e2efw.io.pool_source import PoolSource

Make = Callable[..., Any]

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("fsspec_xrootd") is None, reason="fsspec-xrootd is not installed"),
    pytest.mark.skipif(shutil.which("xrootd") is None, reason="there is no XRootD server to start"),
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The folder that the server shows, and its address."""
    folder = tmp_path_factory.mktemp("xrootd")
    for name in ("store", "run"):
        (folder / name).mkdir()
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    (folder / "x.cfg").write_text(
        f"xrd.port {port}\nall.export /store\noss.localroot {folder}\nall.adminpath {folder}/run\n"
        f"all.pidpath {folder}/run\nxrootd.fslib libXrdOfs.so\n"
    )
    for path in (folder, *folder.parents[:2], folder / "run", folder / "store"):
        path.chmod(0o777)
    user = ["-R", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen(["xrootd", "-c", str(folder / "x.cfg"), "-l", str(folder / "log"), *user]) as process:
        _wait_for(port)
        yield folder / "store", f"root://localhost:{port}//store"
        process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the XRootD server did not start")


def test_files_of_a_server_are_read_like_local_ones(
    server: tuple[Path, str], make_block: Make, write_file: Make, read_file: Make, same_products: Make
) -> None:
    folder, address = server
    local = write_file(make_block(40), events_per_cluster=10)
    shutil.copy(local, folder / "a.root")
    shutil.copy(local, folder / "b.root")
    assert e2efw.open(f"{address}/a.root")["jets"].pt.tolist() == e2efw.open(local)["jets"].pt.tolist()
    names = resolved([f"{address}/*.root"])
    assert names == [f"{address}/a.root", f"{address}/b.root"]
    source = PoolSource(file_names=(f"{address}/*.root",), duplicate_check_mode="noDuplicateCheck").open()
    assert source.n_events == -1
    far = list(source.blocks(dict.fromkeys(source.content), 40, -1))
    source.close()
    (near,) = read_file(local, size=40)
    for block in far:
        same_products(block, near)
    assert len(far) == 2


def test_what_a_server_does_not_have_is_named(server: tuple[Path, str]) -> None:
    _, address = server
    with pytest.raises(FileOpenError, match=rf"File {address}/none\.root cannot be opened: .*Unable to open"):
        e2efw.open(f"{address}/none.root")
    with pytest.raises(FileOpenError, match=r"none\*\.root: no file matches this pattern"):
        resolved([f"{address}/none*.root"])


def test_a_server_that_is_not_there_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import e2efw; e2efw.open('root://localhost:1//store/a.root')"
    monkeypatch.setenv("XRD_CONNECTIONRETRY", "1")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert "FileOpenError: File root://localhost:1//store/a.root cannot be opened: " in done.stderr
    assert "corrupt" not in done.stderr.splitlines()[-1]
