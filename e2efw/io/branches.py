"""Branch names: which branches of a tree make up which product."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from e2efw.errors import ConfigurationError
from e2efw.framework.tags import ProductKey

_LOG = logging.getLogger("e2efw.io")
_PRODUCT = re.compile(r"([^_./]+)_([^_./]+)_([^_./]*)_([^_./]+)\.")
AUXILIARY = "EventAuxiliary"
"""The product that says who an event is."""
_BASE = "edm::EDProduct"
"""A branch of old files for the base class of all products, which holds nothing."""
PRESENT = "present"
"""Leaf beside the product's own, as in ``edm::Wrapper``: per event a bool, False where it lacks the product."""


class BranchName(NamedTuple):
    """``<friendlyType>_<label>_<instance>_<process>``: the name of a product in a file."""

    friendly_type: str
    key: ProductKey

    @classmethod
    def parse(cls, branch: str) -> "BranchName | None":
        """From the name of a branch or of one of its leaves; None if it belongs to no product."""
        found = _PRODUCT.match(branch)
        return cls(found[1], ProductKey(found[2], found[3], found[4])) if found else None

    @classmethod
    def of(cls, friendly_type: str, key: ProductKey) -> "BranchName":
        """For a product that will be written.

        Raises:
            ConfigurationError: a field holds a character that would break the name apart again.
        """
        name = cls(friendly_type, key)
        if cls.parse(name.prefix) != name:
            raise ConfigurationError(
                f"Product {key} of type '{friendly_type}' cannot be written: type, label, instance and process may "
                "hold no underscore, dot or slash, and only the instance may be empty."
            )
        return name

    @property
    def prefix(self) -> str:
        """With the dot that its leaves follow."""
        return f"{self}."

    def __str__(self) -> str:
        return f"{self.friendly_type}_{self.key.label}_{self.key.instance}_{self.key.process}"


@dataclass
class StoredProduct:
    """The branches of one product.

    Args:
        leaves: branch of every leaf, by the leaf's path below the product.
        present: branch that says which events have it, None if all do.
        lists: of leaves below nested branches, the counter of the list they belong to; a product of CMSSW may hold
            several lists.
    """

    name: BranchName
    leaves: dict[str, Any] = field(default_factory=dict)
    present: Any = None
    lists: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TreeIndex:
    """The branches of an event tree, by product.

    Args:
        products: in the order of the tree.
        auxiliary: branches of the EventAuxiliary, by the last component of their names (``run_``).
    """

    products: Mapping[ProductKey, StoredProduct]
    auxiliary: Mapping[str, Any]

    @classmethod
    def of(cls, tree: Any) -> "TreeIndex":
        """Index a tree whose leaves are nested (``X./X.obj/X.obj.leaf``), flat (``X.obj.leaf``) or both."""
        named: dict[BranchName, StoredProduct] = {}
        auxiliary: dict[str, Any] = {}
        found = [(top, branch, branch.count_branch) for top in tree.branches for branch in _leaf_branches(top)]
        # of a split list uproot takes the first leaf for the counter, which is a list itself
        counts = {count.name: count for _, _, count in found if count is not None}
        counters = {name for name, count in counts.items() if count.count_branch is None}
        for top, branch, count in found:
            name = BranchName.parse(top.name)
            if branch.name in counters or branch.name.endswith(_BASE):
                continue
            if top.name.split(".")[0] == AUXILIARY:
                # CMSSW has a second, obsolete luminosityBlock_ after that of id_
                auxiliary.setdefault(branch.name.split(".")[-1], branch)
            elif name is not None:
                stored = named.setdefault(name, StoredProduct(name))
                leaf = branch.name.removeprefix(name.prefix)
                if leaf == PRESENT:
                    stored.present = branch
                else:
                    stored.leaves[leaf] = branch
                    if top is not branch:
                        stored.lists[leaf] = (branch if count is None else count).name
        return cls(_one_of_each_key(named.values()), auxiliary)


def _one_of_each_key(stored: Iterable[StoredProduct]) -> dict[ProductKey, StoredProduct]:
    """CMSSW tells products of one label, instance and process apart by types; here the one with most leaves counts."""
    products: dict[ProductKey, StoredProduct] = {}
    for product in stored:
        other = products.setdefault(product.name.key, product)
        if other is product:
            continue
        fewer, more = sorted((other, product), key=lambda each: len(each.leaves))
        products[product.name.key] = more
        _LOG.info("%s is not seen: %s has the same label, instance and process, and more leaves", fewer.name, more.name)
    return products


def _leaf_branches(branch: Any) -> Iterator[Any]:
    """The branches below that hold data, or the branch itself."""
    if not branch.branches:
        yield branch
    for inner in branch.branches:
        yield from _leaf_branches(inner)
