"""Archives of `torch.export.save`, looked at before torch reads them: none may run code on being read.

torch unpickles whatever an archive says is pickled. Refused are files of `torch.save` and TorchScript, pickled weights
and constants, objects of other kinds, and compiled libraries: what remains are raw weights and JSON. The example inputs
are always pickled; torch reads them in its safe mode, which `taggers.torch_backend` makes sure of.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from e2efw.errors import ConfigurationError

_KNOWN: Final = re.compile(
    r"[^/]+/(archive_format|archive_version|byteorder|version|\.data/\w+|models/\w+\.json|data/sample_inputs/\w+\.pt"
    r"|data/weights/(weight_\d+|\w+_config\.json)|data/constants/(tensor_\d+|\w+_config\.json))"
)
"""Members of an archive that holds a network and no more."""
_PICKLE: Final = b"\x80"
"""First byte of a pickle of protocol 2 and later."""
_MAKE: Final = "Save it anew: torch.export.save(torch.export.export(network, inputs), 'model.pt2')."


def refuse_unsafe_archive(who: str, content: bytes) -> None:
    """A ConfigurationError if reading the archive could run code, or if it is another kind of file.

    Args:
        who: begins every message.
        content: of the file.
    """
    if content.startswith(_PICKLE):
        raise ConfigurationError(f"{who}: this is a pickle, which could run any code. {_MAKE}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            configurations = {
                name: archive.read(name) for name in names if "/data/" in name and name.endswith("_config.json")
            }
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise ConfigurationError(f"{who}: this is no archive of torch.export.save: {error}. {_MAKE}") from error
    if any(name.endswith("/constants.pkl") for name in names):
        raise ConfigurationError(f"{who}: this is TorchScript, which torch no longer develops. {_MAKE}")
    if any(name.endswith(".pkl") for name in names):
        raise ConfigurationError(f"{who}: this was written by torch.save: a pickle, which could run any code. {_MAKE}")
    if not any("/models/" in name and name.endswith(".json") for name in names):
        raise ConfigurationError(f"{who}: this is no archive of torch.export.save: no network is in it. {_MAKE}")
    for name in names:
        if names.count(name) > 1 or not _KNOWN.fullmatch(name):
            raise ConfigurationError(f"{who}: '{name}' is nothing that a network needs; it could be code. {_MAKE}")
    for name, text in configurations.items():
        _refuse_pickles(who, name, text)


def _refuse_pickles(who: str, name: str, text: bytes) -> None:
    """A ConfigurationError if a configuration of weights or constants names one that is pickled."""
    try:
        entries = list(_payloads(json.loads(text)))
    except (ValueError, AttributeError, TypeError) as error:
        raise ConfigurationError(f"{who}: '{name}' is not understood: {error!r}. {_MAKE}") from error
    for weight, payload in entries:
        path = str(payload.get("path_name", ""))
        if payload.get("use_pickle", True) is not False or not path.startswith(("weight_", "tensor_")):
            raise ConfigurationError(f"{who}: '{weight}' is pickled, which could run any code. {_MAKE}")


def _payloads(content: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from content["config"].items()
