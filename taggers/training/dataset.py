"""Windows for torch: a data set by name, and the loader that feeds a training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import MissingDependencyError
from taggers.training.order import Batches
from taggers.training.sources import RandomAccess, Source

try:
    import torch
    from torch.utils.data import DataLoader
except ImportError as error:
    raise MissingDependencyError("training needs torch: pip install 'e2efw[train]'") from error


class WindowDataset:
    """Pictures and columns by name, for any torch DataLoader; a batch is read at once and drawn into its tensor.

    Works in worker processes, forked or spawned: files are opened where they are read.

    Args:
        source: WindowFiles or PublicFiles.
        channels: names; the order of the pictures. None for all of the file.
        scalars: names of the other columns wanted: label, target_mass, pt.
        keep_groups: groups kept in memory, in every worker.

    Raises:
        LogicError: a channel or column does not exist; names the nearest.
    """

    def __init__(
        self,
        source: Source,
        channels: Sequence[str] | None = None,
        scalars: Sequence[str] = ("label",),
        keep_groups: int = 9,
    ) -> None:
        self.rows = RandomAccess(source, channels, scalars, keep_groups)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels of the pictures."""
        return self.rows.channels

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def __getitem__(self, row: int) -> dict[str, torch.Tensor]:
        """One row: `pictures` (channels, height, width) and the columns."""
        return {name: values[0] for name, values in self.batch([row]).items()}

    def __getitems__(self, rows: Sequence[int]) -> dict[str, torch.Tensor]:
        """What torch calls for a batch."""
        return self.batch(rows)

    def batch(self, rows: Sequence[int], out: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """Some rows.

        Args:
            rows: numbers from 0, in any order.
            out: (rows, channels, height, width) float32 in the memory of the host, pinned or not, to draw into; None
                for a fresh one.

        Returns:
            `pictures` (rows, channels, height, width) float32, and (rows,) columns by name.
        """
        if out is None:  # numpy asks for large pages, which torch does not: new memory is several times faster
            out = torch.from_numpy(np.empty((len(rows), *self.rows.shape), np.float32))
        columns = self.rows.read(np.asarray(rows, np.int64), out.numpy())
        return {"pictures": out, **{name: torch.from_numpy(_signed(c)) for name, c in columns.items()}}


def window_loader(
    dataset: WindowDataset,
    batch_size: int,
    *,
    seed: int | None = None,
    mix: int = 8,
    even: str | None = None,
    drop_last: bool = False,
    rank: int = 0,
    processes: int = 1,
    workers: int = 0,
    **more: Any,
) -> "DataLoader[dict[str, torch.Tensor]]":
    """A torch DataLoader of batches by name; call `loader.batch_sampler.set_epoch(n)` before each epoch.

    The batches do not depend on the number of workers.

    Args:
        dataset: what to read.
        batch_size: rows of a batch.
        seed: None keeps the order of the files; a number shuffles, the same way every time.
        mix: groups whose rows are shuffled together, at most.
        even: name of a column, such as the label, whose mean is to be much the same in all that is shuffled together;
            None leaves it to chance.
        drop_last: leave out a last batch that is smaller.
        rank: number of this process, from 0, where several share an epoch.
        processes: how many they are.
        workers: processes that read; 0 reads in this one.
        more: other arguments of DataLoader, such as `pin_memory` or `multiprocessing_context`.
    """
    batches = Batches(
        dataset.rows.source.group_sizes,
        batch_size,
        seed=seed,
        mix=mix,
        kinds=None if even is None else _means(dataset.rows.source, even),
        drop_last=drop_last,
        rank=rank,
        processes=processes,
    )
    data: Any = dataset
    return DataLoader(data, batch_sampler=batches, collate_fn=_as_it_is, num_workers=workers, **more)


def _means(source: Source, column: str) -> NDArray[np.float64]:
    """(groups,) mean of a column, unknown numbers counted as 0; 0 where there are no rows."""
    sizes = source.group_sizes
    known = np.nan_to_num(source.columns([column])[column].astype(np.float64))
    sums = np.bincount(np.repeat(np.arange(sizes.size), sizes), known, sizes.size)
    return sums / np.maximum(sizes, 1)


def _as_it_is(batch: Mapping[str, torch.Tensor]) -> Mapping[str, torch.Tensor]:
    """A batch needs no collating; a function of the module, because workers pickle it."""
    return batch


def _signed(column: NDArray[Any]) -> NDArray[Any]:
    """Torch computes with signed integers only; our own, writable memory."""
    return column.astype(np.int64) if column.dtype.kind == "u" and column.itemsize > 1 else column
