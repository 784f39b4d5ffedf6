"""Model bundles: a network never travels without its card.

A bundle is a folder with two files: ``model.onnx``, the network, and ``model.yaml``, its card: channels by name,
window, unit, what each output means, where the weights come from, and the checksum that ties the card to the network.
``model.pt2``, the same network for torch, may lie beside them.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from e2efw.errors import ConfigurationError, FileInPathError, nearest
from taggers.card import EXTRA_INPUTS, SIGMA, Card, Checksums, ModelInput, ModelOutput, read_card, written_card
from taggers.onnx_header import has_external_data, opset_of
from taggers.torch_archive import refuse_unsafe_archive
from taggers.transforms import GRAPH_PREFIX

__all__ = [
    "CARD_FILE",
    "EXTRA_INPUTS",
    "MODEL_FILE",
    "PACKAGED",
    "SIGMA",
    "TORCH_FILE",
    "Bundle",
    "Card",
    "ModelInput",
    "ModelOutput",
    "find_bundle",
    "packaged_models",
    "write_bundle",
]

MODEL_FILE = "model.onnx"
CARD_FILE = "model.yaml"
TORCH_FILE = "model.pt2"
PACKAGED = Path(__file__).parent / "models"
"""Bundles that come with the project."""


@dataclass(frozen=True)
class Bundle:
    """A model that was checked.

    Args:
        folder: where it was read.
        card: what it needs and says.
        model: content of ``model.onnx``.
        sha256: checksum of `model`, in hexadecimal.
        torch_model: content of ``model.pt2``; empty if there is none.
    """

    folder: Path
    card: Card
    model: bytes
    sha256: str
    torch_model: bytes = b""

    @classmethod
    def load(cls, folder: Path) -> "Bundle":
        """Read and check a bundle.

        Raises:
            ConfigurationError: a file is missing, the card is wrong or of another model, weights lie elsewhere, or a
                file could run code when it is read.
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
        card, expected = read_card(f"{who}: {CARD_FILE}", content)
        found = _refuse_another(who, MODEL_FILE, model, expected.onnx, card)
        _compare_opsets(who, card, model)
        transform = card.input.transform
        if transform is not None and transform.applied_by == "backend" and GRAPH_PREFIX.encode() in model:
            raise ConfigurationError(
                f"{who}: {CARD_FILE}: the transform would be applied twice: {MODEL_FILE} begins with one already. "
                "Write applied_by: graph."
            )
        return cls(folder, card, model, found, _torch_model(who, folder, expected.torch, card))

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs, in the order of the graph."""
        return tuple(output.name for output in self.card.outputs)

    @property
    def checksums(self) -> Checksums:
        """Of both networks."""
        return Checksums(self.sha256, _sha256(self.torch_model) if self.torch_model else "")


def write_bundle(folder: Path, card: Card, model: bytes, torch_model: bytes = b"") -> Bundle:
    """Write the files and read them back.

    Args:
        folder: made if need be; files of an older bundle are replaced.
        card: what the model needs and says.
        model: serialised ONNX graph.
        torch_model: what `torch.export.save` makes of the same network; empty for none.
    """
    _refuse_external_data(f"model bundle {folder}", model)
    folder.mkdir(parents=True, exist_ok=True)
    sums = Checksums(_sha256(model), _sha256(torch_model) if torch_model else "")
    (folder / MODEL_FILE).write_bytes(model)
    (folder / TORCH_FILE).unlink(missing_ok=True)
    if torch_model:
        (folder / TORCH_FILE).write_bytes(torch_model)
    text = yaml.safe_dump(written_card(card, sums), sort_keys=False, default_flow_style=None, width=120)
    (folder / CARD_FILE).write_text(text, encoding="utf-8")
    return Bundle.load(folder)


def packaged_models() -> tuple[str, ...]:
    """Names of the bundles that come with the project."""
    return tuple(sorted(path.parent.name for path in PACKAGED.glob(f"*/{CARD_FILE}")))


def find_bundle(name: str, find_file: Callable[[str], Path]) -> Path:
    """Folder of a bundle.

    Args:
        name: of one that comes with the project, or a folder.
        find_file: where folders are looked for.

    Raises:
        FileInPathError: there is none; names those that come with the project, and how others are made.
    """
    if name in packaged_models():
        return PACKAGED / name
    try:
        return find_file(name)
    except FileInPathError as error:
        error.add_note(f"model bundles that come with the project: {', '.join(packaged_models())}")
        error.add_note(
            "others are trained: docs/training.md tells how; a bundle is then named by its folder, model='my_bundle'"
        )
        raise


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _refuse_another(who: str, file: str, content: bytes, expected: str, card: Card) -> str:
    """The checksum of a file, if it is the one that the card has."""
    found = _sha256(content)
    if found != expected:
        raise ConfigurationError(
            f"{who}: {file} is not the model its card speaks of: sha256 {found}, the card says {expected}. "
            f"Make the bundle again: {card.made_by}"
        )
    return found


def _refuse_external_data(who: str, model: bytes) -> None:
    if has_external_data(model):
        raise ConfigurationError(
            f"{who}: {MODEL_FILE} keeps weights in another file, which the checksum would not cover. "
            "Save it as one file: onnx.save_model(model, path, save_as_external_data=False)."
        )


def _compare_opsets(who: str, card: Card, model: bytes) -> None:
    found = opset_of(model)
    if found and found != card.opset:
        raise ConfigurationError(
            f"{who}: {MODEL_FILE} uses ONNX operator set {found}, the card says opset {card.opset}. "
            f"Make the bundle again: {card.made_by}"
        )


def _torch_model(who: str, folder: Path, expected: str, card: Card) -> bytes:
    """Content of the file for torch; empty if the card does not speak of one.

    Raises:
        ConfigurationError: it is missing, another one, or could run code when it is read.
    """
    file = folder / TORCH_FILE
    if not expected:
        if file.exists():
            raise ConfigurationError(
                f"{who}: the card does not speak of {TORCH_FILE}. Add its torch_sha256, or remove it."
            )
        return b""
    if not file.is_file():
        raise ConfigurationError(f"{who}: no file '{TORCH_FILE}', of which the card has the checksum.")
    content = file.read_bytes()
    _refuse_another(who, TORCH_FILE, content, expected, card)
    refuse_unsafe_archive(f"{who}: {TORCH_FILE}", content)
    return content
