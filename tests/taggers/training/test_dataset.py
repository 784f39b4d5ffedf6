"""Windows in torch: by name, the same for any number of workers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from taggers.training.public_files import PublicFiles
from taggers.training.sources import RandomAccess
from taggers.training.window_files import WindowFiles

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
from taggers.training.dataset import WindowDataset, window_loader  # noqa: E402 (needs torch)

SCALARS = ("label", "pt", "event", "n_vertices", "valid")


@pytest.fixture
def dataset(taus: Path) -> Any:
    return WindowDataset(WindowFiles(taus), ("HCAL", "ECAL"), SCALARS)


def test_a_batch_is_what_the_numpy_reader_draws(dataset: Any, taus: Path) -> None:
    batch = dataset.batch([5, 50])
    pictures = np.empty((2, 2, 125, 125), np.float32)
    columns = RandomAccess(WindowFiles(taus), ("HCAL", "ECAL"), SCALARS).read(np.array([5, 50]), pictures)
    assert set(batch) == {"pictures", *SCALARS}
    assert np.array_equal(batch["pictures"].numpy(), pictures)
    for name in SCALARS:
        assert np.array_equal(batch[name].numpy(), columns[name])
    assert batch["event"].dtype == torch.int64


def test_one_row_is_the_row_of_a_batch(dataset: Any) -> None:
    assert torch.equal(dataset[7]["pictures"], dataset.batch([7])["pictures"][0])
    assert dataset[7]["pt"].shape == ()


def test_a_tensor_of_the_user_is_drawn_into(dataset: Any) -> None:
    out = torch.full((3, 2, 125, 125), torch.nan)
    batch = dataset.batch([1, 2, 3], out)
    assert batch["pictures"] is out
    assert torch.equal(out, dataset.batch([1, 2, 3])["pictures"])


def test_an_epoch_has_every_row_once_in_another_order_each_time(dataset: Any) -> None:
    loader = window_loader(dataset, 32, seed=3, mix=2)
    epochs = []
    for epoch in range(2):
        loader.batch_sampler.set_epoch(epoch)
        epochs.append(torch.cat([batch["pt"] for batch in loader]))
    assert len(loader) == -(-len(dataset) // 32)
    assert torch.equal(epochs[0].sort().values, epochs[1].sort().values)
    assert not torch.equal(*epochs)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_give_the_same_batches(dataset: Any, start: str) -> None:
    alone = list(window_loader(dataset, 25, seed=3))
    shared = list(window_loader(dataset, 25, seed=3, workers=2, multiprocessing_context=start))
    assert len(alone) == len(shared) > 3
    for one, other in zip(alone, shared, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_public_files_feed_the_same_loader(
    make_public: Callable[..., Path], sparse_pictures: Callable[[int], Any]
) -> None:
    pictures = sparse_pictures(30)
    path = make_public("qg.parquet", pictures, y=np.arange(30) % 2, pt=np.arange(30.0))
    dataset = WindowDataset(PublicFiles(path, channels=["@qg3"]), ("ECAL",), ("y", "pt"))
    batch = next(iter(window_loader(dataset, 10)))
    assert np.array_equal(batch["pictures"].numpy(), pictures[:10, 1:2])
    assert batch["pt"].tolist() == list(range(10))


def test_no_rows_are_no_batches(taus: Path, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(taus)
    notes = pq.ParquetFile(taus).metadata.metadata
    pq.write_table(table.slice(0, 0).replace_schema_metadata(notes), tmp_path / "none.parquet")
    assert list(window_loader(WindowDataset(WindowFiles(tmp_path / "none.parquet")), 8)) == []
