"""One branch as numpy: flat values and event boundaries, in the type a leaf wants."""

from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import uproot
from numpy.typing import NDArray

from dataformats.collection import picked
from e2efw.errors import FileReadError
from e2efw.io.root_file import reading


@dataclass(frozen=True)
class Column:
    """Values of consecutive events.

    Args:
        values: flat over all events.
        offsets: (events + 1,) int64 boundaries starting at 0; None for one value per event.
    """

    values: NDArray[Any]
    offsets: NDArray[np.int64] | None

    def take(self, events: NDArray[np.int64]) -> "Column":
        """The values of some events, in any order."""
        if self.offsets is None:
            return Column(self.values[events], None)
        offsets, objects = picked(self.offsets, events)
        return Column(self.values[objects], offsets)


def is_numeric(branch: Any) -> bool:
    """True for a number, or a list of numbers, per event: what a column can hold."""
    interpretation = branch.interpretation
    if isinstance(interpretation, uproot.interpretation.identify.UnknownInterpretation):
        return False
    content = getattr(interpretation, "content", interpretation)
    dtype = getattr(content, "to_dtype", None)
    return isinstance(dtype, np.dtype) and dtype.names is None and dtype.shape == () and dtype.kind in "biuf"


def read_column(branch: Any, start: int, stop: int, path: str) -> Column:
    """Read events `start` to `stop` of a branch.

    Args:
        branch: an uproot branch.
        path: the file, for messages.

    Raises:
        FileReadError: it holds no numbers, or its bytes are corrupt.
    """
    what = f"File {path}: branch '{branch.name}', entries {start} to {stop - 1}"
    with reading(what):
        if not is_numeric(branch):
            raise FileReadError(
                f"File {path}: branch '{branch.name}' holds {branch.typename}, not numbers or lists of numbers."
            )
        layout = branch.array(entry_start=start, entry_stop=stop, library="ak", array_cache=None).layout
        column = unwrapped(layout)
    n_events = column.values.size if column.offsets is None else column.offsets.size - 1
    if n_events != stop - start:
        raise FileReadError(f"{what}: only {n_events} events can be read, the file is corrupt.")
    return column


def unwrapped(layout: Any) -> Column:
    """Values and boundaries of an awkward layout, checked: what follows trusts them.

    Raises:
        ValueError: boundaries fall or lie outside the values.
    """
    if isinstance(layout, ak.contents.NumpyArray):
        return Column(np.asarray(layout.data), None)
    raw = np.asarray(layout.to_ListOffsetArray64(start_at_zero=False).offsets.data)
    values = np.asarray(layout.content.data)
    if raw.size == 0 or raw[0] < 0 or raw[-1] > values.size or bool(np.any(np.diff(raw) < 0)):
        raise ValueError("the lists have impossible boundaries")
    return Column(values[raw[0] : raw[-1]], raw - raw[0])


def fitted(values: NDArray[Any], dtype: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Values in the type of a leaf, never wrapped around.

    Returns:
        the values, and a mask of those that the type cannot hold (they read 0), None if all fit.
    """
    if values.dtype == dtype:
        return values, None
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return values.astype(dtype), None
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    fits = (values >= low) & (values <= high)
    if values.dtype.kind == "f":
        fits &= values == np.floor(values)
    if fits.all():
        return values.astype(dtype), None
    return np.where(fits, values, 0).astype(dtype), ~fits
