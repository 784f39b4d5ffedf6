"""Products as nested records, which RNTuple and Parquet hold: ``obj.m_state.pdgId_`` is a field of a field of ``obj``.

A list stands as high as it can: at the first component below which every leaf is a list per event.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from e2efw.errors import FileWriteError
from e2efw.io.branches import AUXILIARY, PRESENT
from e2efw.io.event_writer import Cluster
from e2efw.io.output_columns import Layout, StoredColumns


def records(layouts: Sequence[Layout], cluster: Cluster) -> Any:
    """An awkward layout of all products, one record per event.

    A product's field is its branch name without the dot, which RNTuple does not allow.

    Raises:
        FileWriteError: a leaf is also a part of the path of another.
    """
    ids = [ak.contents.NumpyArray(column) for column in cluster.ids.values()]
    auxiliary = ak.contents.RecordArray([ak.contents.RecordArray(ids, list(cluster.ids))], ["id_"])
    products = {
        str(layout.name): _nested(layout, cluster.products[layout.name]) for layout in layouts if not layout.empty
    }
    return ak.contents.RecordArray([auxiliary, *products.values()], [AUXILIARY, *products])


def _nested(layout: Layout, stored: StoredColumns) -> Any:
    """One product."""
    tree: dict[str, Any] = {PRESENT: stored.present}
    for path in {**layout.ragged, **layout.scalars}:
        _put(tree, path, layout)
    return _record(tree, "", stored, inside_list=False)


def _put(tree: dict[str, Any], path: str, layout: Layout) -> None:
    *outer, last = path.split(".")
    node: Any = tree
    for component in outer:
        node = node.setdefault(component, {}) if isinstance(node, dict) else None
    if not isinstance(node, dict) or last in node:
        raise FileWriteError(
            f"{layout.owner}: {layout.name}: leaf '{path}' is also a part of the path of another leaf, which records "
            "cannot hold; write a TTree."
        )
    node[last] = None


def _record(tree: Mapping[str, Any], above: str, stored: StoredColumns, *, inside_list: bool) -> Any:
    """The record of a node of the tree of leaves; what is None there is a column."""
    contents = []
    for name, below in tree.items():
        path = f"{above}{name}"
        is_list = not inside_list and all(leaf in stored.ragged for leaf in _leaves(below, path))
        if isinstance(below, Mapping):
            content = _record(below, f"{path}.", stored, inside_list=inside_list or is_list)
        else:
            content = _numbers(below if below is not None else {**stored.ragged, **stored.scalars}[path])
        offsets = ak.index.Index64(stored.offsets)
        contents.append(ak.contents.ListOffsetArray(offsets, content) if is_list else content)
    size = len(stored) if not inside_list else int(stored.offsets[-1])
    return ak.contents.RecordArray(contents, list(tree), length=size)


def _leaves(below: Any, path: str) -> list[str]:
    if not isinstance(below, Mapping):
        return [path]
    return [leaf for name, inner in below.items() for leaf in _leaves(inner, f"{path}.{name}")]


def _numbers(column: NDArray[Any]) -> Any:
    return ak.contents.NumpyArray(np.ascontiguousarray(column))
