"""Products that tell how events fared on paths, made of what the framework counted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.trigger import EndPathStatus, PathStatus, TriggerResults, packed
from e2efw.framework.blocks import ProductInfo


def results_info(paths: Sequence[str]) -> ProductInfo:
    """What is known of the trigger results before the first event."""
    description = {"paths": list(paths)}
    return ProductInfo(TriggerResults.friendly_type, description, True, "the framework", TriggerResults)


def status_info(kind: str) -> ProductInfo:
    """What is known of the status of a path before the first event."""
    cls = PathStatus if kind == "Path" else EndPathStatus
    return ProductInfo(cls.friendly_type, {}, False, "the framework", cls)


def make_results(paths: Sequence[str], state: NDArray[np.uint8], index: NDArray[np.int16]) -> TriggerResults:
    """The trigger results.

    Args:
        state: (events, paths).
        index: (events, paths) last module reached.
    """
    return TriggerResults.of(paths, packed(state, index))


def make_status(kind: str, state: NDArray[np.uint8], index: NDArray[np.int16]) -> PathStatus:
    """The status of one path, (events,) each."""
    return (PathStatus if kind == "Path" else EndPathStatus)(status=packed(state, index))


def states_of(results: Any) -> NDArray[np.uint8]:
    """(events, paths) states of trigger results."""
    return np.asarray(results.state, np.uint8)


RESULTS_CLASS = TriggerResults
