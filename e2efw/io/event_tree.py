"""Products in a TTree: one branch per leaf, with CMSSW's names; the lists of a product share one counter."""

from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np

from e2efw.io.branches import PRESENT
from e2efw.io.output_columns import Layout, StoredColumns


def counter_name(counted: str) -> str:
    """The branch that counts: ``nrecoTracks_tracks__E2E.``."""
    return f"n{counted}"


def branch_types(layout: Layout) -> dict[str, Any]:
    """Names and types of the branches of a product, as uproot takes them."""
    if layout.empty:
        return {}
    prefix = layout.name.prefix
    types: dict[str, Any] = {f"{prefix}{PRESENT}": np.dtype(np.bool_)}
    if layout.ragged:
        kinds = [ak.types.NumpyType(dtype.name) for dtype in layout.ragged.values()]
        types[prefix] = ak.types.ListType(ak.types.RecordType(kinds, list(layout.ragged)))
    return types | {f"{prefix}{path}": dtype for path, dtype in layout.scalars.items()}


def branch_data(layout: Layout, stored: StoredColumns) -> Mapping[str, Any]:
    """Values of the branches of a product."""
    if layout.empty:
        return {}
    prefix = layout.name.prefix
    data: dict[str, Any] = {f"{prefix}{PRESENT}": stored.present}
    if layout.ragged:
        columns = [ak.contents.NumpyArray(column) for column in stored.ragged.values()]
        records = ak.contents.RecordArray(columns, list(stored.ragged))
        data[prefix] = ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(stored.offsets), records))
    return data | {f"{prefix}{path}": column for path, column in stored.scalars.items()}
