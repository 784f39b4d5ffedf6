"""The card of a model, `model.yaml`: what a network reads and says, and where it comes from."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import NoneType
from typing import Any, Final, NamedTuple

from e2efw.errors import ConfigurationError, nearest
from taggers.transforms import Transform

EXTRA_INPUTS: Final = ("row", "column")
"""What a network may read besides the pixels: stitched row and column of the window's centre, (windows,) int64."""

COLUMN_OF_EXTRA: Final = {"row": "seed_row", "column": "seed_column"}
"""Where files of windows have these."""

SIGMA: Final = "_sigma"
"""What the name of an output ends with that is the uncertainty of another: ``mass_sigma`` is that of ``mass``."""

DENSITIES: Final = ("normal", "exponential")
"""What an uncertainty, half of the width that holds 68.27 %, may be that of; exponential is on both sides."""

PAIR_MASS_SIGMA: Final = "pair_mass_sigma"
CALIBRATIONS: Final = (PAIR_MASS_SIGMA,)
"""What a card may have measured factors for: the uncertainty of the mass of two objects together."""

_RAW: Final = "none"
"""What a card says where a transform would stand, if the network reads pixels as they are."""


@dataclass(frozen=True)
class ModelInput:
    """What a network reads.

    Args:
        channels: names, in the order of the network's channel axis.
        window: height (rows) and width (columns) in pixels.
        unit: of the pixels.
        transform: what is done to the pixels first, and by whom; None for pixels as they are.
        extra: further inputs, of `EXTRA_INPUTS`.
    """

    channels: tuple[str, ...]
    window: tuple[int, int]
    unit: str
    transform: Transform | None = None
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelOutput:
    """One thing a network says of every window.

    Classifiers name their outputs after the classes and say probabilities; uncertainties end with `SIGMA`.

    Args:
        name: of the output.
        unit: of the number.
        meaning: one line.
        density: of an uncertainty, of `DENSITIES`, for those who add several up; "" if it is not known.
    """

    name: str
    unit: str
    meaning: str
    density: str = ""


@dataclass(frozen=True)
class Card:
    """Everything in ``model.yaml`` but the checksums.

    Args:
        name: of the model.
        version: of the model, as text.
        task: one line.
        input: what it reads.
        outputs: what it says, in the order of the graph's outputs.
        opset: ONNX operator set of the graph.
        made_by: command that makes the bundle again.
        training: where the weights come from.
        metrics: numbers measured with it.
        activation_bytes: memory that the inner layers take per window at most; 0 if it is not known.
        reference: what the network says of the windows of `taggers.reference`, by output; empty if that is not known.
        calibration: factors by name, of `CALIBRATIONS`, for what is made of the outputs; measured on objects that the
            network was not trained on.
    """

    name: str
    version: str
    task: str
    input: ModelInput
    outputs: tuple[ModelOutput, ...]
    opset: int
    made_by: str
    training: Mapping[str, Any] | str
    metrics: Mapping[str, Any] = field(default_factory=dict)
    activation_bytes: int = 0
    reference: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, float] = field(default_factory=dict)

    @property
    def trained_on(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest value by column that objects of the training had; empty if nothing is known of that.

        What the rows had (``data.trained_on`` of the training), within the limits that its recipe chose them by
        (``data.select``), but for columns with the truth; of an ensemble what all of its members know.
        """
        return _common(_ranges(self.training))


class Checksums(NamedTuple):
    """What ties a card to its networks, sha256 in hexadecimal.

    Args:
        onnx: of ``model.onnx``.
        torch: of ``model.pt2``; "" if the bundle has none.
    """

    onnx: str
    torch: str = ""


_TRUTH: Final = ("label", "valid", "target_")
"""Where names of columns begin that tell the truth: rows may be chosen by them, but no object has them."""
_CARD: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "version": (str,),
    "task": (str,),
    "input": (dict,),
    "outputs": (list,),
    "opset": (int,),
    "made_by": (str,),
    "training": (dict, str),
    "metrics": (dict,),
    "sha256": (str,),
}
_MAY_LACK: dict[str, tuple[type, ...]] = {
    "activation_bytes": (int,),
    "reference": (dict,),
    "calibration": (dict,),
    "torch_sha256": (str,),
}
_INPUT: dict[str, tuple[type, ...]] = {
    "channels": (list,),
    "window": (list,),
    "unit": (str,),
    "transform": (str, dict),
    "extra": (list,),
}
_OUTPUT: dict[str, tuple[type, ...]] = {"name": (str,), "unit": (str,), "meaning": (str,)}
_OUTPUT_MAY_LACK: dict[str, tuple[type, ...]] = {"density": (str,)}
_TYPE_NAMES = {
    str: "text",
    dict: "a mapping",
    list: "a list",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    NoneType: "nothing",
}


def written_card(card: Card, sums: Checksums) -> dict[str, Any]:
    """The card as YAML has it; what is not known is left out."""
    transform = card.input.transform
    content = asdict(card)
    content["input"]["transform"] = _RAW if transform is None else transform.written()
    for output in content["outputs"]:
        if not output["density"]:
            del output["density"]
    content |= {"sha256": sums.onnx, "torch_sha256": sums.torch}
    return {key: _plain(value) for key, value in content.items() if value or key not in _MAY_LACK}


def _plain(value: Any) -> Any:
    """Tuples as lists, for YAML."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def read_card(who: str, content: Any) -> tuple[Card, Checksums]:
    """The card and its checksums.

    Args:
        who: begins every message.
        content: of the YAML file.

    Raises:
        ConfigurationError: says what is wrong and what is legal.
    """
    values = _mapping(who, content, _CARD, _MAY_LACK)
    given = _mapping(f"{who}: input", values["input"], _INPUT)
    channels = _texts(f"{who}: input: channels", given["channels"])
    extra = _texts(f"{who}: input: extra", given["extra"])
    for name in extra:
        if name not in EXTRA_INPUTS:
            raise ConfigurationError(f"{who}: input: no extra input '{name}'. {nearest(name, EXTRA_INPUTS)}")
    window = given["window"]
    if not (len(window) == 2 and all(type(size) is int and size > 0 for size in window)):
        raise ConfigurationError(f"{who}: input: window {window} should be [rows, columns], such as [125, 125].")
    transform = _read_transform(f"{who}: input: transform", given["transform"], channels)
    outputs = tuple(_read_output(f"{who}: output {i}", output) for i, output in enumerate(values["outputs"]))
    if not channels or not outputs:
        raise ConfigurationError(f"{who}: a model has at least one channel and one output.")
    for name, factor in values.get("calibration", {}).items():
        if name not in CALIBRATIONS:
            raise ConfigurationError(f"{who}: calibration: no factor '{name}'. {nearest(str(name), CALIBRATIONS)}")
        if type(factor) not in {int, float} or not 0 < factor < math.inf:
            raise ConfigurationError(f"{who}: calibration: '{name}' should be a number above 0, is {factor!r}.")
    sums = Checksums(values.pop("sha256"), values.pop("torch_sha256", ""))
    model_input = ModelInput(channels, (window[0], window[1]), given["unit"], transform, extra)
    return Card(**{**values, "input": model_input, "outputs": outputs}), sums


def _read_output(who: str, content: Any) -> ModelOutput:
    """One of the things that are said."""
    output = ModelOutput(**_mapping(who, content, _OUTPUT, _OUTPUT_MAY_LACK))
    if output.density and output.density not in DENSITIES:
        raise ConfigurationError(f"{who}: no density '{output.density}'. {nearest(output.density, DENSITIES)}")
    return output


def _read_transform(who: str, content: Any, channels: tuple[str, ...]) -> Transform | None:
    """The word `none` or a mapping, see `taggers.transforms`."""
    if isinstance(content, dict):
        return Transform.read(who, content, channels)
    if content != _RAW:
        raise ConfigurationError(
            f"{who} '{content}' is not known. Write {_RAW}, or a mapping with applied_by, source and channels."
        )
    return None


def _mapping(
    who: str, content: Any, keys: Mapping[str, tuple[type, ...]], more: Mapping[str, tuple[type, ...]] | None = None
) -> dict[str, Any]:
    """The content, if it has these keys, and others only of `more`, with values of these types."""
    if not isinstance(content, dict):
        raise ConfigurationError(f"{who}: should be a mapping with {', '.join(keys)}, is {_type_name(content)}.")
    known = {**keys, **(more or {})}
    for key in content:
        if key not in known:
            raise ConfigurationError(f"{who}: no key '{key}'. {nearest(str(key), known)}")
    for key, types in known.items():
        if key not in content and key not in keys:
            continue
        if key not in content:
            raise ConfigurationError(f"{who}: key '{key}' is missing. Needed: {', '.join(keys)}.")
        if type(content[key]) not in types:
            allowed = " or ".join(_TYPE_NAMES[one] for one in types)
            raise ConfigurationError(f"{who}: '{key}' should be {allowed}, is {_type_name(content[key])}.")
    return content


def _texts(who: str, values: list[Any]) -> tuple[str, ...]:
    """A list of different texts."""
    if any(not isinstance(value, str) for value in values) or len(set(values)) < len(values):
        raise ConfigurationError(f"{who}: {values} should be different names.")
    return tuple(values)


def _ranges(training: Mapping[str, Any] | str) -> Iterator[Mapping[str, Sequence[float | None]]]:
    """Ranges by column of a training and of those of its members; None for no limit."""
    if not isinstance(training, Mapping):
        return
    yield training.get("data", {}).get("trained_on", {})
    recipe = training.get("recipe", {})
    if isinstance(recipe, Mapping):
        select = recipe.get("data", {}).get("select", {})
        yield {name: limits for name, limits in select.items() if not name.startswith(_TRUTH)}
    for member in training.get("members", ()):
        yield from _ranges(member.get("training", ""))


def _common(ranges: Iterable[Mapping[str, Sequence[float | None]]]) -> dict[str, tuple[float, float]]:
    """What lies within all of them."""
    found: dict[str, tuple[float, float]] = {}
    for one in ranges:
        for name, (low, high) in one.items():
            least, most = found.get(name, (-math.inf, math.inf))
            found[name] = max(least, -math.inf if low is None else low), min(most, math.inf if high is None else high)
    return found


def _type_name(value: Any) -> str:
    return _TYPE_NAMES.get(type(value), type(value).__name__)
