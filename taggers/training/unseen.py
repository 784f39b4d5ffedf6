"""Rows that a bundle did not learn from, by the files and samples in its card."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from taggers.training.samples import mixed_bits

FITTED: Final = "fitted"
"""Sample in the card of an ensemble that its combiner was fitted to."""


def first_half(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(rows,) True for the events that combiners are fitted to; the others judge them.

    Args:
        numbers: (rows,) see `samples.event_numbers`.
    """
    half: NDArray[np.bool_] = mixed_bits(numbers.view(np.uint64)) & np.uint64(1) == 0
    return half


def unseen(
    training: Mapping[str, Any] | str, sha256: str, name: str, numbers: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(rows,) True for rows of a file that neither a bundle, nor its members, nor what it started from learned from.

    Of a file of its training these are the rows of its test sample: those of the validation sample chose the weights.

    Args:
        training: of the card.
        sha256: of the file.
        name: of the file, without folders.
        numbers: (rows,) see `samples.event_numbers`.
    """
    keep = np.ones(numbers.shape, np.bool_)
    if not isinstance(training, Mapping):
        return keep
    data = training.get("data", {})
    for earlier in (*(member.get("training", "") for member in training.get("members", ())), data.get("start", "")):
        keep &= unseen(earlier, sha256, name, numbers)
    if all(file["sha256"] != sha256 for file in data.get("files", ())):
        return keep
    if "members" in training:
        return keep & ~first_half(numbers) if FITTED in data["samples"] else keep
    test = training["recipe"]["data"].get("test", 0.0)
    if isinstance(test, float | int):
        return keep & (numbers < test)
    return keep & (name in {Path(one).name for one in test})
