"""Batches for a training: transformed windows, read while the batch before is trained on."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from taggers.card import COLUMN_OF_EXTRA
from taggers.training.augmentation import Augmentation
from taggers.training.dataset import WindowDataset, window_loader
from taggers.training.networks.module import torch
from taggers.training.sources import Source
from taggers.transforms import Transform

_DEPTH = 2
"""Batches that are ready at most."""

Batch = dict[str, Any]


class Prepared(WindowDataset):
    """Windows as the network sees them: changed at random if asked for, then transformed.

    What happens to a batch depends on the seed, the epoch and its rows, not on who reads it.

    Args:
        source: the rows.
        channels: names; the order of the pictures.
        scalars: names of the other columns wanted.
        transform: what is done to the pixels; None for nothing.
        augmentation: random changes; None for none.
        seed: of these.
    """

    def __init__(
        self,
        source: Source,
        channels: Sequence[str],
        scalars: Sequence[str],
        transform: Transform | None,
        augmentation: Augmentation | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(source, channels, scalars)
        self.transform = transform
        self.augmentation = augmentation
        self.seed = seed
        self.epoch = 0

    def batch(self, rows: Sequence[int], out: torch.Tensor | None = None) -> Batch:
        """As for `WindowDataset`."""
        found = super().batch(rows, out)
        if self.augmentation is not None and len(rows):
            generator = torch.Generator().manual_seed(self._number(rows))
            extras = {extra: found[column] for extra, column in COLUMN_OF_EXTRA.items() if column in found}
            found["pictures"], moved = self.augmentation.with_extras(found["pictures"], extras, generator)
            found |= {COLUMN_OF_EXTRA[extra]: place for extra, place in moved.items()}
        if self.transform is not None:
            self.transform.apply(found["pictures"].numpy(), self.channels)
        return found

    def _number(self, rows: Sequence[int]) -> int:
        """Where the randomness of a batch begins."""
        words = np.random.SeedSequence([self.seed, self.epoch, *rows]).generate_state(1, np.uint64)
        return int(words[0] >> np.uint64(1))


class Ahead:
    """Batches of a loader, fetched by a thread while the caller works on those before.

    An error of the loader is raised where the batch is asked for.

    Args:
        loader: any iterable of batches with a length.
    """

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def __len__(self) -> int:
        """Batches of an epoch."""
        return len(self.loader)

    def __iter__(self) -> Iterator[Batch]:
        """The batches, in order."""
        loader = iter(self.loader)
        with ThreadPoolExecutor(1, "batches") as thread:
            waiting = deque(thread.submit(next, loader, None) for _ in range(_DEPTH))
            while (batch := waiting.popleft().result()) is not None:
                waiting.append(thread.submit(next, loader, None))
                yield batch


def batches(
    dataset: Prepared,
    batch_size: int,
    *,
    seed: int | None,
    epoch: int,
    rank: int,
    processes: int,
    workers: int,
    even: str | None = None,
) -> Any:
    """Batches of one epoch, with a length.

    Args:
        dataset: what to read.
        batch_size: objects of a batch.
        seed: None keeps the order of the files.
        epoch: another order for each.
        rank: number of this process.
        processes: that share the epoch.
        workers: processes that read; 0 reads in a thread of this one.
        even: see `window_loader`.
    """
    loader = window_loader(
        dataset, batch_size, seed=seed, rank=rank, processes=processes, workers=workers, even=even,
        pin_memory=workers > 0 and torch.cuda.is_available(),
    )  # fmt: skip
    loader.batch_sampler.set_epoch(epoch)
    dataset.epoch = epoch
    return loader if workers else Ahead(loader)
