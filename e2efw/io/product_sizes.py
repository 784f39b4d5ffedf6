"""How many bytes each product of a file takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from e2efw.io.branches import BranchName, StoredProduct
from e2efw.io.root_file import EventFile


@dataclass(frozen=True)
class ProductSize:
    """Bytes of one product, over all events.

    Args:
        uncompressed: in memory, headers of the file included.
        compressed: on disk.
        leaves: the same of each leaf, uncompressed before compressed.
    """

    name: BranchName
    uncompressed: int
    compressed: int
    leaves: Mapping[str, tuple[int, int]]


def product_sizes(file: EventFile) -> list[ProductSize]:
    """Sizes of all products, in the order of the tree."""
    return [_size(stored) for stored in file.index.products.values()]


def _size(stored: StoredProduct) -> ProductSize:
    leaves = {path: _bytes(branch) for path, branch in stored.leaves.items()}
    counts = [branch.count_branch for branch in stored.leaves.values()]
    names = {branch.name for branch in stored.leaves.values()}  # in files of CMSSW a leaf counts for uproot
    counters = {count.name: count for count in counts if count is not None and count.name not in names}
    beside = [*counters.values(), stored.present]
    all_bytes = [*leaves.values(), *(_bytes(branch) for branch in beside if branch is not None)]
    return ProductSize(stored.name, sum(size for size, _ in all_bytes), sum(size for _, size in all_bytes), leaves)


def _bytes(branch: Any) -> tuple[int, int]:
    return int(branch.uncompressed_bytes), int(branch.compressed_bytes)
