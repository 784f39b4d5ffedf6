"""Windows that anybody can make again, and what a network says of them: they tell whether a model still works."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS, ROWS
from taggers.activations import activation_bytes
from taggers.backends import OpenModel, batch_for
from taggers.bundle import Bundle
from taggers.card import Card, ModelInput
from taggers.onnx_backend import OnnxSession

N_WINDOWS: Final = 7
"""Windows that a card has the answers for."""
TOLERANCE: Final = 1e-4
"""Relative difference that other hardware may make."""
_MOST_NUMBERS: Final = 16
"""Outputs with more numbers per window are not kept in cards."""
_OCCUPIED: Final = 0.2
"""Part of the pixels in the middle that hold something."""
_FALL: Final = 3.0
"""How much occupied and filled fall towards the border: by exp of this at the middle of a side."""
_LARGEST: Final = 0.125
"""What a pixel of the first window holds at most; of each of the next ones twice as much."""
_SPAN: Final = 1000.0
"""Largest over smallest content in the middle of a window."""
_DIGITS: Final = 9


def reference_windows(
    wanted: ModelInput, n_windows: int = N_WINDOWS
) -> tuple[NDArray[np.float32], dict[str, NDArray[Any]]]:
    """Windows that look like showers: most in the middle, few large pixels and many small ones; and their extra inputs.

    Contents have the logarithm evenly spread, and each window holds twice as much as the one before, to 8 in the
    seventh, after which it begins anew: whatever its transform, a network says different things of them. Pixels are
    hashes of their position, so that they depend on no generator of random numbers.

    Returns:
        (windows, channels, rows, columns), and (windows,) row and column of the centres.
    """
    shape = (n_windows, len(wanted.channels), *wanted.window)
    number = np.arange(np.prod(shape), dtype=np.uint64)
    chance, size = (_hashed(number, salt).reshape(shape) for salt in (1, 2))
    row, column = (np.abs(2 * np.arange(side) + 1 - side) / side for side in wanted.window)
    near = np.exp(-_FALL * np.hypot(row[:, np.newaxis], column))
    window = np.arange(n_windows)
    largest = _LARGEST * 2.0 ** (window % N_WINDOWS)[:, np.newaxis, np.newaxis, np.newaxis]
    pixels = np.where(chance < _OCCUPIED * near, largest * near * _SPAN ** (size - 1), 0).astype(np.float32)
    middle = (ROWS - 1) // 2
    return pixels, {"row": middle + 11 * (window % 7 - 3), "column": 53 * window % COLUMNS}


def _hashed(number: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    """Numbers from 0 to 1: the finaliser of SplitMix64."""
    z = number + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    hashed: NDArray[np.float64] = (z ^ (z >> np.uint64(31))) / 2.0**64
    return hashed


def reference_answers(model: OpenModel) -> dict[str, Any]:
    """What a network says of the windows, by output; outputs with many numbers are left out."""
    said = model.run(*reference_windows(model.bundle.card.input))
    few = {name: values for name, values in said.items() if values[0].size <= _MOST_NUMBERS}
    return {name: _rounded(values.tolist()) for name, values in few.items()}


def distance(card: Card, said: Mapping[str, NDArray[Any]]) -> float:
    """How far a network is from its card: largest difference between the answers, over the largest of the output.

    Args:
        card: of the network; one without answers has no distance, 0.
        said: of the reference windows, by output.

    Returns:
        Infinity if an output is missing or has another shape.
    """
    worst = 0.0
    for name, values in card.reference.items():
        expected = np.array(values, np.float32)
        if name not in said or expected.shape != said[name].shape:
            return math.inf
        apart = float(np.abs(said[name] - expected).max())
        worst = max(worst, apart / largest_of(expected))
    return worst


def largest_of(values: NDArray[Any]) -> float:
    """Largest size of a number; 1 if all are zero."""
    return float(np.abs(values).max(initial=0.0)) or 1.0


def _rounded(values: Any) -> Any:
    """To as many digits as float32 has."""
    return [_rounded(one) for one in values] if isinstance(values, list) else float(f"{values:.{_DIGITS}g}")


def finished(card: Card, model: bytes) -> Card:
    """The card with what can be measured of its network: memory per window, and answers to the reference windows.

    Args:
        card: of the network.
        model: serialised ONNX graph.

    Raises:
        ConfigurationError: the graph is not the one that the card describes.
        MissingDependencyError: onnx or ONNX Runtime is not installed.
    """
    measured = replace(card, activation_bytes=activation_bytes(model))
    bundle = Bundle(Path(card.name), measured, model, "")
    session = OnnxSession.open(bundle, threads=1, max_batch=batch_for(measured))
    return replace(measured, reference=reference_answers(session))
