"""A job that makes graphs of the packaged sample, and the file it leaves."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.frames import Seeds
from dataformats.graphs import GraphNeighbours, GraphNodes, Graphs, GraphValues, PointClouds
from e2efw import config as cms
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_source import PoolSource
from python_cfg.samples import SIMULATED_TTBAR

PARTS = {"graphs": Graphs, "nodes": GraphNodes, "values": GraphValues, "neighbours": GraphNeighbours}


def read_back(path: Path) -> tuple[Seeds, PointClouds]:
    """What a user gets from the file."""
    wanted: dict[Any, Any] = {ProductKey("jetGraphs", name, "GRAPHS"): cls for name, cls in PARTS.items()}
    seeds = ProductKey("jetGraphs", "seeds", "GRAPHS")
    source = PoolSource(file_names=(str(path),)).open()
    (block,) = source.blocks({**wanted, seeds: Seeds}, 1000, -1)
    source.close()
    products: Any = block.products
    return products[seeds], PointClouds(*(products[key] for key in wanted))


def run(output: Path, threads: int, block: int) -> None:
    process = cms.Process("GRAPHS")
    process.options.numberOfThreads = threads
    process.options.eventsPerBlock = block
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.load("python_cfg.jetGraphs_cfi")
    process.path = cms.Path(process.jetGraphs)
    commands = cms.untracked.vstring("drop *", "keep *_jetGraphs_*_*")
    process.output = cms.OutputModule(
        "PoolOutputModule", fileName=cms.untracked.string(str(output)), outputCommands=commands
    )
    process.end = cms.EndPath(process.output)
    Job(configure(process, Path())).run()


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seeds, PointClouds]:
    path = tmp_path_factory.mktemp("graphs") / "reference.root"
    run(path, 1, 256)
    return read_back(path)


def test_graphs_come_back_from_the_file_ready_for_networks(reference: tuple[Seeds, PointClouds]) -> None:
    seeds, clouds = reference
    x, edge_index, batch = clouds.arrays()
    assert clouds.feature_names == ("row", "column", "TracksPt", "ECAL", "HCAL")
    n_nodes = clouds.graphs.flat("n_nodes")
    assert np.array_equal(n_nodes > 0, seeds.flat("status") == 0)
    assert np.count_nonzero(n_nodes) > 50
    assert x.shape == (n_nodes.sum(), 5)
    assert edge_index.shape == (2, 16 * len(x))
    assert np.array_equal(np.bincount(batch, minlength=n_nodes.size), n_nodes)
    assert np.array_equal(batch[edge_index[0]], batch[edge_index[1]])
    assert np.abs(x[:, :2]).max() == 1
    assert (x[:, 2:] > 0).any(axis=1).all()


@pytest.mark.parametrize(("threads", "block"), [(2, 7), (1, 1)])
def test_graphs_do_not_depend_on_threads_or_blocks(
    tmp_path: Path, reference: tuple[Seeds, PointClouds], threads: int, block: int
) -> None:
    run(tmp_path / "out.root", threads, block)
    _, clouds = read_back(tmp_path / "out.root")
    for mine, theirs in zip(clouds.arrays(), reference[1].arrays(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
