"""Several processes that share a training: what each of them looks at, and what is said if one is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from e2efw.errors import ConfigurationError, E2EFWError
from taggers.training.networks.module import nn, torch
from taggers.training.samples import Sample

_OF_CONNECTIONS: Final = ("gloo/transport", "TCPStore", "NCCL")
"""What the text of an error has when a process no longer hears from another one."""


def refuse_too_few(rows: int, batch_size: int, processes: int) -> None:
    """Every process needs a batch of its own.

    Args:
        rows: of the training sample.
        batch_size: rows of a batch.
        processes: that share an epoch.

    Raises:
        ConfigurationError: there are fewer batches than processes; names the largest batch size that is possible.
    """
    found = -(-rows // batch_size)
    if found >= processes:
        return
    largest = next((size for size in range(batch_size, 0, -1) if -(-rows // size) >= processes), 0)
    way_out = f"Take batch_size={largest}" if largest else f"Take devices={rows}"
    raise ConfigurationError(
        f"train: {rows} rows are {found} batch{'es' * (found > 1)} of {batch_size}, too few for {processes} processes. "
        f"{way_out} or less."
    )


def share_of(sample: Sample, rank: int, processes: int) -> Sample:
    """Consecutive rows for one process, so that all processes together have each row once.

    Where there are fewer rows than processes, every process has all of them: means do not change by that.
    """
    if len(sample) < processes:
        return sample
    return sample.some(np.array_split(np.arange(len(sample)), processes)[rank])


def take_over_buffers(network: nn.Module) -> None:
    """What layers such as batch normalisation have seen becomes what the first process saw, whose network is kept."""
    for buffer in network.buffers():
        torch.distributed.broadcast(buffer, 0)


@contextmanager
def told_plainly(processes: int) -> Iterator[None]:
    """While processes work together.

    Raises:
        E2EFWError: another one is gone, in place of what the library for connections says then.
    """
    try:
        yield
    except RuntimeError as error:
        if processes == 1 or not any(one in str(error) for one in _OF_CONNECTIONS):
            raise
        raise E2EFWError(
            f"train: one of {processes} processes failed or was killed, so the others end too; its own message is "
            "above, if it could still write one. Go on with --resume once its cause is gone."
        ) from error
