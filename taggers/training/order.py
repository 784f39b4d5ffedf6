"""In which order rows are seen: shuffled, yet so that few groups are read at a time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError


def row_order(
    group_sizes: NDArray[np.int64],
    seed: int | None,
    epoch: int = 0,
    mix: int = 8,
    kinds: NDArray[np.float64] | None = None,
) -> NDArray[np.int64]:
    """Every row once.

    Groups come in random order; the rows of each `mix` of them are shuffled together. The same numbers give the same
    order, on every machine. Groups of different kinds are dealt out evenly: where signal and background lie in files of
    their own, chance would else shuffle groups of one class together, and a network that sees one forgets the other.

    Args:
        group_sizes: (groups,) rows of each.
        seed: None keeps the order of the files.
        epoch: another order for each.
        mix: groups whose rows are shuffled together, at most.
        kinds: (groups,) a number for each, such as the part of its rows that is signal; None if all are alike.

    Returns:
        (rows,) numbers over all groups.
    """
    if mix < 1:
        raise LogicError(f"mix is {mix}; at least the rows of one group are shuffled together.")
    if seed is None:
        return np.arange(int(group_sizes.sum()))
    random = np.random.default_rng([seed, epoch])
    starts = np.concatenate([[0], np.cumsum(group_sizes)])
    groups = random.permutation(group_sizes.size)
    if kinds is None:
        shuffled_together = [groups[first : first + mix] for first in range(0, groups.size, mix)]
    else:
        dealt = groups[np.lexsort((-group_sizes[groups], kinds[groups]))]
        n_hands = -(-groups.size // mix)
        turn, place = np.divmod(np.arange(groups.size), max(n_hands, 1))
        hand = np.where(turn % 2, n_hands - 1 - place, place)  # there and back again
        shuffled_together = [dealt[hand == one] for one in random.permutation(n_hands)]
    parts = [np.empty(0, np.int64)]
    for together in shuffled_together:
        rows = np.concatenate([np.arange(starts[g], starts[g + 1]) for g in together])
        parts.append(random.permutation(rows))
    return np.concatenate(parts)


class Batches:
    """Row numbers of the batches of an epoch; a batch sampler for torch.

    Args:
        group_sizes: (groups,) rows of each.
        size: rows of a batch.
        seed: None keeps the order of the files.
        mix: groups whose rows are shuffled together, at most.
        kinds: see `row_order`.
        drop_last: leave out a last batch that is smaller.
        rank: number of this process, from 0, where several share an epoch.
        processes: how many they are; each gets as many batches as the others.
    """

    def __init__(
        self,
        group_sizes: NDArray[np.int64],
        size: int,
        *,
        seed: int | None = None,
        mix: int = 8,
        kinds: NDArray[np.float64] | None = None,
        drop_last: bool = False,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        if size < 1:
            raise LogicError(f"a batch has at least one row, not {size}.")
        if not 0 <= rank < processes:
            raise LogicError(f"rank {rank} is not one of {processes} processes, counted from 0.")
        self.epoch = 0
        self._sizes = group_sizes
        self._size = size
        self._seed = seed
        self._mix = mix
        self._kinds = kinds
        self._drop_last = drop_last
        self._rank = rank
        self._processes = processes

    def set_epoch(self, epoch: int) -> None:
        """Take the order of this epoch from the next iteration on."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Batches of an epoch, in this process."""
        whole, rest = divmod(int(self._sizes.sum()), self._size)
        return (whole + (rest > 0 and not self._drop_last)) // self._processes

    def __iter__(self) -> Iterator[list[int]]:
        """The batches, as lists of row numbers."""
        order = row_order(self._sizes, self._seed, self.epoch, self._mix, self._kinds)
        for number in range(len(self)):
            first = (number * self._processes + self._rank) * self._size
            yield order[first : first + self._size].tolist()
