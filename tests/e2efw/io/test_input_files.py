"""Many files as one chain: patterns, servers, bad files, and what a job drops on input."""

import gc
import http.server
import importlib.util
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from dataformats.candidates import Jets
from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.errors import (
    ConfigurationError,
    FileOpenError,
    FileReadError,
    MismatchedInputFilesError,
    MissingDependencyError,
    ProductNotFoundError,
)
from e2efw.framework.blocks import Block, EventIDs
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.input_files import resolved
from e2efw.io.pool_source import PoolSource
from e2efw.io.root_file import count_events, open_events

Make = Callable[..., Any]

JETS = ProductKey("jets", "", "E2E")


class InputFilesOptionalJets(EDProducer):
    """Number of jets, -1 without."""

    jets: InputTag = param("jets", doc="jets")

    def produce(self, jets: Jets | None, ids: EventIDs) -> EventFloat:
        counts = np.full(len(ids), -1) if jets is None else jets.counts
        return EventFloat(value=counts.astype(np.float32))


class InputFilesNeededJets(EDProducer):
    """Number of jets."""

    jets: InputTag = param("jets", doc="jets")

    def produce(self, jets: Jets) -> EventFloat:
        return EventFloat(value=jets.counts.astype(np.float32))


def _files(make_block: Make, write_file: Make, *names: str) -> list[Path]:
    """Files of four events each, whose runs count up."""
    paths = []
    for number, name in enumerate(names):
        block = make_block(4)
        block.ids.run[:] = number + 1
        paths.append(write_file(block, name))
    return paths


def _runs(blocks: list[Block]) -> list[int]:
    return [int(block.ids.run[0]) for block in blocks]


def test_patterns_are_resolved_in_alphabetical_order_where_they_stand(
    make_block: Make, write_file: Make, tmp_path: Path
) -> None:
    a1, a2, b = _files(make_block, write_file, "a1.root", "a2.root", "b[1].root")
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    (folder / "a3.root").write_bytes(a1.read_bytes())
    assert resolved([str(b), f"file:{tmp_path}/a?.root"]) == [str(b), str(a1), str(a2)]
    assert resolved([f"{tmp_path}/**/a3.root"]) == [str(folder / "a3.root")]


def test_a_pattern_without_match_names_what_is_there(make_block: Make, write_file: Make, tmp_path: Path) -> None:
    _files(make_block, write_file, "sample.root")
    with pytest.raises(FileOpenError, match=r"sampel\*\.root: no file matches .*Did you mean 'sample\.root'") as caught:
        resolved([f"{tmp_path}/sampel*.root"])
    assert caught.value.exit_code == 8020
    with pytest.raises(FileOpenError, match=r"There is no folder .*nowhere\."):
        resolved([f"{tmp_path}/nowhere/*.root"])


def test_counting_needs_no_branches(make_block: Make, write_file: Make) -> None:
    for size in (0, 1, 300):
        for container in ("TTree", "RNTuple"):
            path = str(write_file(make_block(size), f"{size}.root", container=container))
            with open_events(path) as file:
                assert count_events(path) == file.n_events == size


def test_later_files_are_checked_before_the_first_event_but_opened_when_reached(
    make_block: Make, write_file: Make, tmp_path: Path
) -> None:
    first, second = _files(make_block, write_file, "a.root", "b.root")
    source = PoolSource(file_names=(str(first), str(second))).open()
    assert source.n_events == 8
    second.unlink()  # the job would notice only now
    blocks = source.blocks({}, 4, -1)
    assert len(next(blocks)) == 4
    with pytest.raises(FileOpenError, match=r"b\.root does not exist"):
        next(blocks)
    for content, message in ((first.read_bytes()[:500], "is truncated"), (b"x" * 99, "is not a ROOT file")):
        second.write_bytes(content)
        with pytest.raises(FileReadError, match=rf"b\.root {message}"):
            PoolSource(file_names=(str(first), str(second))).open()


def test_bad_files_are_skipped_where_that_is_wanted(
    make_block: Make, write_file: Make, read_file: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = _files(make_block, write_file, "a.root", "b.root")
    (tmp_path / "cut.root").write_bytes(good[0].read_bytes()[:900])
    names = [tmp_path / "none.root", good[0], tmp_path / "cut.root", good[1]]
    assert _runs(read_file(names, {}, skip_bad_files=True)) == [1, 2]
    source = PoolSource(file_names=tuple(map(str, names)), skip_bad_files=True).open()
    assert source.n_events == 8
    missing, cut = source.report()
    assert "skipBadFiles" in missing
    assert "none.root does not exist" in missing
    assert "cut.root is truncated" in cut
    assert "Skipped a bad file (skipBadFiles)" in caplog.text
    with pytest.raises(FileOpenError, match=r"None of the 1 input files can be read: .*none\.root does not exist"):
        read_file(names[0], {}, skip_bad_files=True)


def test_a_corrupt_basket_ends_the_job_even_where_bad_files_are_skipped(
    make_block: Make, write_file: Make, read_file: Make
) -> None:
    path = write_file(make_block(200), events_per_cluster=100, compression_algorithm="ZLIB")
    with open_events(str(path)) as file:
        branch = next(iter(file.index.products[JETS].leaves.values()))
        seek, size = int(branch.member("fBasketSeek")[1]), int(branch.member("fBasketBytes")[1])
    content = bytearray(path.read_bytes())
    content[seek + size // 2] ^= 0xFF
    path.write_bytes(content)
    assert len(read_file(path, {JETS: Jets}, 100, 100)) == 1
    with pytest.raises(
        FileReadError, match=r"events\.root: branch 'recoPFJets_jets__E2E.*', entries \d+ to 199 cannot"
    ):
        read_file(path, {JETS: Jets}, 100, skip_bad_files=True)


def test_what_is_dropped_on_input_goes_with_its_descendants(
    make_block: Make, write_file: Make, tmp_path: Path, provenance: Provenance
) -> None:
    provenance.processes[:] = [
        ProcessRecord(
            "E2E",
            "",
            [ModuleRecord("frames", "DetFrameProducer", "EDProducer", {})],
            [
                ProductRecord(ProductKey("score", "value", "E2E"), "e2eFloat", [ProductKey("frames", "", "E2E")], {}),
                ProductRecord(
                    ProductKey("frames", "", "E2E"), "e2eSparseFrames", [ProductKey("eBRecHits", "", "E2E")], {}
                ),
            ],
        )
    ]
    path = str(write_file(make_block(3)))

    def labels(**parameters: Any) -> set[str]:
        content = PoolSource(file_names=(path,), **parameters).open().content
        return {key.label for key in content}

    every = labels()
    assert {"frames", "score", "eBRecHits", "jets"} <= every
    drop = ("keep *", "drop *_eBRecHits_*_*")
    assert labels(input_commands=drop) == every - {"eBRecHits", "frames", "score"}
    assert labels(input_commands=drop, drop_descendants_of_dropped_branches=False) == every - {"eBRecHits"}


def test_a_product_of_another_type_under_the_same_name_is_refused(write_raw: Make, read_file: Make) -> None:
    one = write_raw("a.root", {"recoPFJets_x__P.obj.a": [[1.0], []]})
    other = write_raw("b.root", {"recoTracks_x__P.obj.a": [[1.0], []]})
    with pytest.raises(
        MismatchedInputFilesError, match=r"b\.root: product x::P is of type recoTracks, but of type reco"
    ):
        read_file([one, other], {})


@pytest.mark.skipif(importlib.util.find_spec("fsspec_xrootd") is not None, reason="the library is there")
@pytest.mark.parametrize("name", ["root://server//store/a.root", "root://server//store/*.root"])
def test_files_of_an_xrootd_server_need_a_library_that_is_named(name: str) -> None:
    with pytest.raises(MissingDependencyError, match=r"pip install 'e2efw\[xrootd\]'") as caught:
        PoolSource(file_names=(name,)).open()
    assert caught.value.exit_code == 8035


def test_urls_that_nothing_reads_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"files of 'rooot://' cannot be read\. Did you mean 'root'\?"):
        PoolSource(file_names=("rooot://server//store/a.root",)).open()
    with pytest.raises(ConfigurationError, match="web servers do not list their files"):
        PoolSource(file_names=("https://server/*.root",)).open()


class _Ranges(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, with the ranges of bytes that the standard library's handler does not know."""

    asked: list[str]

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content, wanted = path.read_bytes(), re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if wanted:
            first, last = int(wanted[1]), min(int(wanted[2]), len(content) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            content = content[first : last + 1]
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A web server over the temporary folder."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: _Ranges(*given, directory=str(tmp_path)))
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # uproot leaves its connections to the collector
def test_files_of_a_web_server_are_like_local_ones(
    make_block: Make, write_file: Make, read_file: Make, same_products: Make, server: str
) -> None:
    paths = _files(make_block, write_file, "a.root", "b.root")
    urls = tuple(f"{server}/{path.name}" for path in paths)
    source = PoolSource(file_names=urls).open()
    assert source.n_events == -1  # the second one is not opened yet
    wanted = {JETS: Jets}
    for far, near in zip(source.blocks(wanted, 10, -1), read_file(paths, wanted), strict=True):
        same_products(far, near)
    assert PoolSource(file_names=urls[:1], skip_events=1).open().n_events == 3
    with pytest.raises(FileOpenError, match=r"/none\.root cannot be opened: .*404"):
        PoolSource(file_names=(f"{server}/none.root",)).open()
    del source
    gc.collect()


def test_a_server_that_does_not_answer_is_an_open_error() -> None:
    with pytest.raises(FileOpenError, match=r"http://127\.0\.0\.1:9/a\.root cannot be opened: .*refused"):
        PoolSource(file_names=("http://127.0.0.1:9/a.root",)).open()


def test_modules_do_without_optional_products_that_a_later_file_lacks(
    make_block: Make, write_file: Make, tmp_path: Path
) -> None:
    full, poor = make_block(4), make_block(3)
    poor.ids.run[:] = 8
    del poor.products[JETS]
    paths = [str(write_file(full, "full.root")), str(write_file(poor, "poor.root"))]

    def ran(plugin: str) -> list[float]:
        process = cms.Process("TEST")
        process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(paths))
        process.counted = cms.EDProducer(plugin)
        process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(tmp_path / "out.root")))
        process.p = cms.Path(process.counted)
        process.e = cms.EndPath(process.output)
        Job(configure(process, tmp_path)).run()
        with uproot.open(tmp_path / "out.root") as file:
            assert file["Events"]["recoPFJets_jets__E2E.present"].array().to_list() == [True] * 4 + [False] * 3
            return list(file["Events"]["float_counted__TEST.obj"].array())

    assert ran("InputFilesOptionalJets") == [*full.products[JETS].counts.tolist(), -1.0, -1.0, -1.0]
    with pytest.raises(ProductNotFoundError, match=r"no product jets::E2E in event 8:0:\d+ of .*poor\.root") as caught:
        ran("InputFilesNeededJets")
    assert caught.value.exit_code == 8006
