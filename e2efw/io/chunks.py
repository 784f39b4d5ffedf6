"""Chunks: as many events as are read at once, cut into blocks of any size.

A chunk ends, where it can, at a boundary that the baskets of all branches share, so that no basket is decompressed
twice however small the blocks are. Blocks are views of a chunk.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import Block, EventIDs
from e2efw.io.root_file import reading

_EVENTS = 1000
_MOST_EVENTS = 10_000
_MOST_BYTES = 64_000_000

T = TypeVar("T")


def chunk_limits(
    branches: Sequence[Any], start: int, stop: int, events_per_block: int, path: str
) -> Iterator[tuple[int, int]]:
    """First and last + 1 event of each chunk between two events of a file.

    Args:
        branches: uproot branches that will be read.
        start: first event.
        stop: last event + 1.
        events_per_block: a chunk holds at least one block.
        path: the file, for messages.

    Raises:
        FileReadError: the branches contradict themselves.
    """
    with reading(f"File {path}"):
        ends = [np.asarray(branch.entry_offsets) for branch in branches]
        boundaries = reduce(np.intersect1d, ends) if ends else np.empty(0, np.int64)
        size = sum(branch.uncompressed_bytes / max(branch.num_entries, 1) for branch in branches)
    most = max(min(_MOST_EVENTS, int(_MOST_BYTES / max(size, 1.0))), events_per_block)
    least = max(min(_EVENTS, most), events_per_block)
    while start < stop:
        inside = boundaries[(boundaries >= start + least) & (boundaries <= start + most)]
        end = min(int(inside[0]) if inside.size else start + most, stop)
        yield start, end
        start = end


def read_ahead(items: Generator[T, None, None]) -> Iterator[T]:
    """The same items, the next one made in one background thread while the current one is used.

    Errors reach the consumer; whoever stops early ends the thread and closes `items`.
    """
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="reader") as thread:
            ahead = thread.submit(next, items, None)
            while (item := ahead.result()) is not None:
                ahead = thread.submit(next, items, None)
                yield item
    finally:
        items.close()


def cut(chunks: Iterable[Block], events_per_block: int) -> Iterator[Block]:
    """Blocks of so many events; only the last one of a file may be smaller, and no block spans two files."""
    number = 0
    rest: Block | None = None
    for chunk in chunks:
        position = 0
        if rest is not None and rest.ids.file == chunk.ids.file:
            position = min(events_per_block - len(rest), len(chunk))
            rest = joined(rest, part(chunk, 0, position))
        if rest is not None and (position < len(chunk) or len(rest) == events_per_block):
            yield replace(rest, number=number)
            number, rest = number + 1, None
        while len(chunk) - position >= events_per_block:
            yield replace(part(chunk, position, position + events_per_block), number=number)
            number, position = number + 1, position + events_per_block
        if position < len(chunk):
            rest = part(chunk, position, len(chunk))
    if rest is not None:
        yield replace(rest, number=number)


def part(block: Block, start: int, stop: int) -> Block:
    """Some consecutive events of a block, as views."""
    cut_out = Block(block.number, block.ids.take(slice(start, stop)))
    for key, product in block.products.items():
        having = block.events.get(key)
        if having is None:
            cut_out.products[key] = product.take(slice(start, stop))
            continue
        first, last = np.searchsorted(having, [start, stop])
        cut_out.products[key] = product.take(slice(int(first), int(last)))
        if last - first < stop - start:
            cut_out.events[key] = having[first:last] - start
    return cut_out


def joined(first: Block, second: Block) -> Block:
    """The events of two blocks with the same products, one after the other."""
    columns = [
        np.concatenate([getattr(first.ids, name), getattr(second.ids, name)]) for name in ("run", "lumi", "event")
    ]
    both = Block(first.number, EventIDs(columns[0], columns[1], columns[2], first.ids.file))
    for key, product in first.products.items():
        both.products[key] = type(product).concatenate([product, second.products[key]])
        if key in first.events or key in second.events:
            both.events[key] = np.concatenate([_having(first, key), _having(second, key) + len(first)])
    return both


def rearranged(block: Block, order: NDArray[np.int64]) -> Block:
    """The events of a block in another order, or some of them."""
    other = Block(block.number, block.ids.take(order))
    for key, product in block.products.items():
        if key not in block.events:
            other.products[key] = product.take(order)
            continue
        place = np.full(len(block), -1)
        place[block.events[key]] = np.arange(block.events[key].size)
        having = np.flatnonzero(place[order] >= 0)
        other.products[key], other.events[key] = product.take(place[order][having]), having
    return other


def _having(block: Block, key: Any) -> NDArray[np.int64]:
    having = block.events.get(key)
    return np.arange(len(block)) if having is None else having
