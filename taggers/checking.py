"""`e2efw model check`: a bundle is run on windows of several kinds before anybody trusts it."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

import e2efw
from dataformats.geometry.picture import COLUMNS, ROWS
from e2efw.errors import E2EFWError, ProductNotFoundError
from e2efw.framework.files import find_file
from e2efw.framework.plugins import find_plugin
from e2efw.framework.schema import schema_of
from taggers.backends import OpenModel
from taggers.reference import N_WINDOWS, TOLERANCE, distance, largest_of, reference_windows

BATCHES: Final = (0, 1, N_WINDOWS)
"""Windows per run: none, one, several."""
_SAMPLE: Final = "data/simulated_ttbar.root"
_ROUNDING: Final = 1e-5
"""Relative difference that another batch size may make."""
_JET_WINDOW: Final = 125
_PHOTON_WINDOW: Final = (32, 32)


class Finding(NamedTuple):
    """What one check found.

    Args:
        check: what was looked at.
        result: "ok", "failed" or "skipped".
        detail: what was seen.
    """

    check: str
    result: str
    detail: str


def checked(model: OpenModel) -> list[Finding]:
    """Everything that can be checked of an open network."""
    wanted = model.bundle.card.input
    pixels, extra = reference_windows(wanted)
    return [
        _batches("windows of zeros", model, np.zeros_like(pixels), extra),
        _batches("reference windows", model, pixels, extra),
        _reference(model),
        _sample(model),
    ]


def _batches(check: str, model: OpenModel, pixels: NDArray[np.float32], extra: Mapping[str, NDArray[Any]]) -> Finding:
    """The network says finite numbers, the same for a window alone and among others."""
    several = len(pixels)
    sizes = sorted({several, *(min(size, several) for size in BATCHES)})
    said = {size: model.run(pixels[:size], {name: values[:size] for name, values in extra.items()}) for size in sizes}
    for name, values in said[several].items():
        if not np.isfinite(values).all():
            return Finding(check, "failed", f"'{name}' is NaN or infinite for {_first(~np.isfinite(values))}")
        for size in sizes:
            if not np.allclose(said[size][name], values[:size], rtol=_ROUNDING, atol=_ROUNDING * largest_of(values)):
                return Finding(check, "failed", f"'{name}' depends on the batch: {size} windows or {several} at once")
    spans = [f"{name} {values.min():.6g} to {values.max():.6g}" for name, values in said[several].items() if several]
    return Finding(check, "ok", f"batches of {', '.join(map(str, sizes))}: {'; '.join(spans)}")


def _reference(model: OpenModel) -> Finding:
    """The network says what its card has."""
    card = model.bundle.card
    if not card.reference:
        return Finding("answers in the card", "skipped", "the card has none")
    worst = distance(card, model.run(*reference_windows(card.input)))
    if math.isinf(worst):
        return Finding("answers in the card", "failed", f"the card has others: {', '.join(card.reference)}")
    result = "ok" if worst <= TOLERANCE else "failed"
    return Finding("answers in the card", result, f"largest difference {worst:.1e} of the largest answer")


def _sample(model: OpenModel) -> Finding:
    """The network runs on windows of the packaged sample, if these can have its channels."""
    check = "packaged sample"
    try:
        frames = sample_windows(model)
    except E2EFWError as error:
        return Finding(check, "skipped", str(error))
    pixels = frames.select(model.bundle.card.input.channels)
    if not len(pixels):
        return Finding(check, "skipped", "no object has a window")
    return _batches(f"{check}, {len(pixels)} windows", model, pixels, {"row": frames.row, "column": frames.column})


def sample_windows(model: OpenModel) -> Any:
    """Windows of the packaged sample as the network reads them: around photons, jets, or of whole events.

    Raises:
        E2EFWError: no producer can make them; says why.
    """
    wanted = model.bundle.card.input
    height, width = wanted.window
    parameters: dict[str, Any] = {"channels": wanted.channels, "granularity": max(1, height // _JET_WINDOW)}
    if height % ROWS == 0 and width == height // ROWS * COLUMNS:
        return _made("EventFrameProducer", channels=wanted.channels, granularity=height // ROWS).frames
    sized = {"height": height, "width": width}
    if wanted.window == _PHOTON_WINDOW:
        return _made("EGFrameProducer", channels=wanted.channels, **sized).frames
    return _made("JetFrameProducer", min_jet_pt=30.0, **parameters, **sized).frames


def _made(plugin: str, **parameters: Any) -> Any:
    """What a producer makes of the packaged sample."""
    module = find_plugin(plugin)(**parameters)
    schema = schema_of(type(module))
    needed = module.needed_products()
    with e2efw.open(find_file(_SAMPLE, Path())) as events:
        products: dict[str, Any] = {}
        for name, consumed in schema.consumes.items():
            tag = getattr(module, consumed.parameter)
            try:
                products[name] = events[str(tag)].product()
            except ProductNotFoundError:
                if not consumed.optional or consumed.parameter in needed:
                    raise
                products[name] = None
    return module.produce(**schema.arguments(products))


def _first(wrong: NDArray[np.bool_]) -> str:
    return f"window {int(np.argwhere(wrong)[0][0])}"
