"""Blocks with every data format, and ways to put them into files."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import awkward as ak
import numpy as np
import pytest
import uproot

from dataformats.candidates import Jets, Photons
from dataformats.collection import Collection
from dataformats.frames import Layer, Seeds, SparseFrames
from dataformats.geometry.detids import pack_eb, pack_ee, pack_hcal
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.results import EventFloat, JetRegressions
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.blocks import Block, EventIDs, ProductInfo, Wanted
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import part
from e2efw.io.pool_output import PoolOutputModule
from e2efw.io.pool_source import PoolSource

MakeBlock: TypeAlias = Callable[[int], Block]
WriteFile: TypeAlias = Callable[..., Path]
WriteRaw: TypeAlias = Callable[[str, Mapping[str, Any]], Path]
ReadFile: TypeAlias = Callable[..., list[Block]]

DETIDS: Mapping[type[Collection], Any] = {
    EBRecHits: pack_eb(np.arange(1, 86), np.arange(1, 86)),
    EERecHits: pack_ee(np.arange(30, 71), 20, 1),
    HBHERecHits: pack_hcal(1, np.arange(1, 16), np.arange(1, 16), 1),
}


@pytest.fixture
def provenance() -> Provenance:
    """One job that made one product."""
    module = ModuleRecord("frames", "DetFrameProducer", "EDProducer", {"minEnergy": 0.5})
    product = ProductRecord(ProductKey("frames", "", "E2E"), "e2eSparseFrames", [ProductKey("ebHits", "", "E2E")], {})
    return Provenance([ProcessRecord("E2E", "e2efw 0", [module], [product])])


def _collection(cls: type[Collection], n_events: int, random: np.random.Generator) -> Collection:
    counts = random.integers(0, 6, n_events)
    size = int(counts.sum())
    columns: dict[str, Any] = {}
    for name, leaf in cls.leaves.items():
        columns[name] = (random.random(size) * 100 + 1).astype(leaf.dtype)
    if cls in DETIDS:
        columns["detid"] = random.choice(DETIDS[cls], size)
    return cls(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)


@pytest.fixture
def make_block() -> MakeBlock:
    """Events with every data format that is written; `score` exists for every third event only."""

    def make(n_events: int) -> Block:
        random = np.random.default_rng(5)
        number = np.arange(n_events)
        lumi, event = (number // 10).astype(np.uint32), (number + 2**40).astype(np.uint64)
        block = Block(0, EventIDs(np.full(n_events, 7, np.uint32), lumi, event, "made"))
        classes = [EBRecHits, EERecHits, HBHERecHits, Tracks, Vertices, Jets, Photons, Seeds, JetRegressions]
        for cls in classes:
            key = ProductKey(cls.__name__[:1].lower() + cls.__name__[1:], "", "E2E")
            block.products[key] = _collection(cls, n_events, random)
        counts = random.integers(0, 4, n_events)
        size = int(counts.sum())
        block.products[ProductKey("frames", "", "E2E")] = SparseFrames(
            (Layer("ECAL", 170, 360, "GeV"), Layer("HCAL", 56, 72, "GeV")),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            channel=random.integers(0, 2, size),
            cell=random.integers(0, 56 * 72, size),
            value=random.random(size).astype(np.float32),
        )
        some = number[::3]
        block.products[ProductKey("score", "value", "E2E")] = EventFloat(value=some.astype(np.float32) / 3)
        if some.size < n_events:
            block.events[ProductKey("score", "value", "E2E")] = some
        return block

    return make


@pytest.fixture
def write_file(tmp_path: Path, provenance: Provenance) -> WriteFile:
    """Write blocks, cut to a size, with the output module's parameters."""

    def write(block: Block, name: str = "events.root", *, size: int = 0, typed: bool = True, **parameters: Any) -> Path:
        path = tmp_path / name
        content = {
            key: ProductInfo(product.friendly_type, origin="test", product_class=type(product) if typed else None)
            for key, product in block.products.items()
        }
        writer = PoolOutputModule(file_name=str(path), **parameters).open(content, provenance)
        for start in range(0, len(block), size or max(len(block), 1)):
            writer.write(part(block, start, min(start + (size or len(block)), len(block))))
        writer.close()
        return path

    return write


@pytest.fixture
def read_file() -> ReadFile:
    """Read files as blocks; without classes the columns come as they are."""

    def read(
        paths: Path | Iterable[Path],
        wanted: Wanted | None = None,
        size: int = 100,
        max_events: int = -1,
        **parameters: Any,
    ) -> list[Block]:
        names = (str(paths),) if isinstance(paths, Path) else tuple(map(str, paths))
        source = PoolSource(file_names=names, **parameters).open()
        try:
            every: Wanted = dict.fromkeys(source.content)
            return list(source.blocks(every if wanted is None else wanted, size, max_events))
        finally:
            source.close()

    return read


@pytest.fixture
def write_raw(tmp_path: Path) -> WriteRaw:
    """A file as other programs write it: each list with its own counter, EventAuxiliary added where it is not given."""

    def write(name: str, branches: Mapping[str, Any]) -> Path:
        n_events = len(next(iter(branches.values())))
        number = np.arange(n_events)
        auxiliary = {
            "EventAuxiliary.id_.run_": np.ones(n_events, np.uint32),
            "EventAuxiliary.id_.luminosityBlock_": np.ones(n_events, np.uint32),
            "EventAuxiliary.id_.event_": (number + 1).astype(np.uint64),
        }
        own = {branch: ak.Array(values) if isinstance(values, list) else values for branch, values in branches.items()}
        with uproot.recreate(tmp_path / name) as file:
            if not any(branch.startswith("EventAuxiliary") for branch in own):
                own |= auxiliary
            file.mktree("Events", own)
        return tmp_path / name

    return write


def same_products(first: Block, second: Block) -> None:
    """Fail unless two blocks hold the same, bit for bit."""
    for name in ("run", "lumi", "event"):
        np.testing.assert_array_equal(getattr(first.ids, name), getattr(second.ids, name))
    assert first.products.keys() == second.products.keys()
    for key, product in first.products.items():
        other: Any = second.products[key]
        assert type(product) is type(other)
        assert len(product) == len(other)
        mine: Any = product
        columns, others = _columns(mine), _columns(other)
        assert columns.keys() == others.keys()
        for name, column in columns.items():
            assert column.dtype == others[name].dtype
            np.testing.assert_array_equal(column, others[name])
        everywhere = np.arange(len(first))
        np.testing.assert_array_equal(first.events.get(key, everywhere), second.events.get(key, everywhere))


def _columns(product: Any) -> dict[str, Any]:
    columns = getattr(product, "columns", None)
    found = dict(columns) if columns is not None else {**product.ragged, **product.scalars}
    return {**found, "offsets": product.offsets} if hasattr(product, "offsets") else found


@pytest.fixture(name="same_products")
def _same_products() -> Callable[[Block, Block], None]:
    """Fail unless two blocks hold the same."""
    return same_products
