"""Model bundles: a network never travels without its card.

A bundle is a folder with two files: ``model.onnx``, the network, and ``model.yaml``, its card: channels by name,
window, unit, what each output means, where the weights come from, and the checksum that ties the card to the network.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any

import yaml

from e2efw.errors import ConfigurationError, nearest
from taggers.transforms import GRAPH_PREFIX, Transform

MODEL_FILE = "model.onnx"
CARD_FILE = "model.yaml"
PACKAGED = Path(__file__).parent / "models"
"""Bundles that come with the project."""

EXTRA_INPUTS = ("row", "column")
"""What a network may read besides the pixels: stitched row and column of the window's centre, (windows,) int64."""

_RAW = "none"
"""What a card says where a transform would stand, if the network reads pixels as they are."""

_EXTERNAL_DATA = b"\x0a\x08location\x12"
"""Start of an external-data entry of an ONNX tensor: field 1, eight bytes, "location", then field 2.

Source: onnx.proto, TensorProto.external_data and StringStringEntryProto.
"""


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
    """One thing a network says of every window."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Card:
    """Everything in ``model.yaml`` but the checksum.

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


@dataclass(frozen=True)
class Bundle:
    """A model that was checked.

    Args:
        folder: where it was read.
        card: what it needs and says.
        model: content of ``model.onnx``.
        sha256: checksum of `model`, in hexadecimal.
    """

    folder: Path
    card: Card
    model: bytes
    sha256: str

    @classmethod
    def load(cls, folder: Path) -> "Bundle":
        """Read and check a bundle.

        Raises:
            ConfigurationError: a file is missing, the card is wrong or of another model, or weights lie elsewhere.
        """
        who = f"model bundle {folder}"
        for name in (MODEL_FILE, CARD_FILE):
            if not (folder / name).is_file():
                there = [path.name for path in folder.glob("*")] if folder.is_dir() else []
                raise ConfigurationError(
                    f"{who}: no file '{name}'. {nearest(name, there, 'There')} A bundle is a folder with both."
                )
        try:
            content = yaml.safe_load((folder / CARD_FILE).read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{who}: {CARD_FILE} is no YAML: {error}") from error
        model = (folder / MODEL_FILE).read_bytes()
        _refuse_external_data(who, model)
        card, expected = _read_card(f"{who}: {CARD_FILE}", content)
        found = hashlib.sha256(model).hexdigest()
        if found != expected:
            raise ConfigurationError(
                f"{who}: {MODEL_FILE} is not the model its card speaks of: sha256 {found}, the card says {expected}. "
                f"Make the bundle again: {card.made_by}"
            )
        transform = card.input.transform
        if transform is not None and transform.applied_by == "backend" and GRAPH_PREFIX.encode() in model:
            raise ConfigurationError(
                f"{who}: {CARD_FILE}: the transform would be applied twice: {MODEL_FILE} begins with one already. "
                "Write applied_by: graph."
            )
        return cls(folder, card, model, found)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs, in the order of the graph."""
        return tuple(output.name for output in self.card.outputs)


def write_bundle(folder: Path, card: Card, model: bytes) -> Bundle:
    """Write both files and read them back.

    Args:
        folder: made if need be; files of an older bundle are replaced.
        card: what the model needs and says.
        model: serialised ONNX graph.
    """
    _refuse_external_data(f"model bundle {folder}", model)
    folder.mkdir(parents=True, exist_ok=True)
    content = {**_written(card), "sha256": hashlib.sha256(model).hexdigest()}
    (folder / MODEL_FILE).write_bytes(model)
    text = yaml.safe_dump(_plain(content), sort_keys=False, default_flow_style=None, width=120)
    (folder / CARD_FILE).write_text(text, encoding="utf-8")
    return Bundle.load(folder)


def _written(card: Card) -> dict[str, Any]:
    """The card as YAML has it."""
    transform = card.input.transform
    content = asdict(card)
    content["input"]["transform"] = _RAW if transform is None else transform.written()
    return content


def packaged_models() -> tuple[str, ...]:
    """Names of the bundles that come with the project."""
    return tuple(sorted(path.parent.name for path in PACKAGED.glob(f"*/{CARD_FILE}")))


def _plain(value: Any) -> Any:
    """Tuples as lists, for YAML."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _refuse_external_data(who: str, model: bytes) -> None:
    if _EXTERNAL_DATA in model:
        raise ConfigurationError(
            f"{who}: {MODEL_FILE} keeps weights in another file, which the checksum would not cover. "
            "Save it as one file: onnx.save_model(model, path, save_as_external_data=False)."
        )


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
_INPUT: dict[str, tuple[type, ...]] = {
    "channels": (list,),
    "window": (list,),
    "unit": (str,),
    "transform": (str, dict),
    "extra": (list,),
}
_OUTPUT: dict[str, tuple[type, ...]] = {"name": (str,), "unit": (str,), "meaning": (str,)}
_TYPE_NAMES = {
    str: "text",
    dict: "a mapping",
    list: "a list",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    NoneType: "nothing",
}


def _read_card(who: str, content: Any) -> tuple[Card, str]:
    """The card and its checksum."""
    values = _mapping(who, content, _CARD)
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
    outputs = tuple(
        ModelOutput(**_mapping(f"{who}: output {position}", output, _OUTPUT))
        for position, output in enumerate(values["outputs"])
    )
    if not channels or not outputs:
        raise ConfigurationError(f"{who}: a model has at least one channel and one output.")
    sha256 = values.pop("sha256")
    model_input = ModelInput(channels, (window[0], window[1]), given["unit"], transform, extra)
    return Card(**{**values, "input": model_input, "outputs": outputs}), sha256


def _read_transform(who: str, content: Any, channels: tuple[str, ...]) -> Transform | None:
    """The word `none` or a mapping, see `taggers.transforms`."""
    if isinstance(content, dict):
        return Transform.read(who, content, channels)
    if content != _RAW:
        raise ConfigurationError(
            f"{who} '{content}' is not known. Write {_RAW}, or a mapping with applied_by, source and channels."
        )
    return None


def _mapping(who: str, content: Any, keys: Mapping[str, tuple[type, ...]]) -> dict[str, Any]:
    """The content, if it has exactly these keys with values of these types."""
    if not isinstance(content, dict):
        raise ConfigurationError(f"{who}: should be a mapping with {', '.join(keys)}, is {_type_name(content)}.")
    for key in content:
        if key not in keys:
            raise ConfigurationError(f"{who}: no key '{key}'. {nearest(str(key), keys)}")
    for key, types in keys.items():
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


def _type_name(value: Any) -> str:
    return _TYPE_NAMES.get(type(value), type(value).__name__)
