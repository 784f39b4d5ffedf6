"""Which products were made of which, from a provenance record."""

from collections.abc import Callable

from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey


class Lineage:
    """Who was made of what, all the way.

    Args:
        provenance: of the file.
    """

    def __init__(self, provenance: Provenance) -> None:
        records = [record for process in provenance.processes for record in process.products]
        self._parents = {record.key: list(record.parents) for record in records}
        self._children: dict[ProductKey, list[ProductKey]] = {}
        for record in records:
            for parent in record.parents:
                self._children.setdefault(parent, []).append(record.key)

    def parents(self, key: ProductKey) -> list[ProductKey]:
        """What a product was made of directly."""
        return self._parents.get(key, [])

    def children(self, key: ProductKey) -> list[ProductKey]:
        """What was made of a product directly."""
        return self._children.get(key, [])

    def ancestors(self, key: ProductKey) -> list[ProductKey]:
        """Parents, their parents and so on, nearest first."""
        return _reached(key, self.parents)

    def descendants(self, key: ProductKey) -> list[ProductKey]:
        """Children, their children and so on, nearest first."""
        return _reached(key, self.children)


def _reached(start: ProductKey, following: Callable[[ProductKey], list[ProductKey]]) -> list[ProductKey]:
    found: dict[ProductKey, None] = {}
    waiting = following(start)[:]
    while waiting:
        key = waiting.pop(0)
        if key not in found:
            found[key] = None
            waiting += following(key)
    return list(found)
