"""Parameters of RecoE2E's taggers, by their names there, translated to today's.

Its models are frozen TensorFlow graphs whose weights are random numbers: nothing can be read from them. Their names
stand for the bundles that do what they were meant to do.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, ClassVar, Final

from e2efw.errors import nearest
from taggers.bundle import packaged_models

MODELS: Final = {
    "e_vs_ph_model.pb": "eg_resnet15",
    "ResNet_4_channel_tf13.pb": "qg_resnet15",
    "ResNet_8_channel_tf13.pb": "top_resnet15",
}
"""Bundles by the file names of RecoE2E's cfgs."""

_OBJECTS: Final = {"photonCollection": "photons", "ak4PFJetCollection": "jets", "ak8PFJetCollection": "jets"}


class FromRecoE2E:
    """What makes a tagger understand the parameters of the one of RecoE2E that has its name."""

    recoe2e: ClassVar[tuple[str, str, str]]
    """Names there of the parameters for the windows, the model and the objects."""

    @classmethod
    def old_parameters(cls) -> dict[str, str]:
        """The parameters of RecoE2E."""
        return tagger_parameters(*cls.recoe2e)

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> dict[str, Any]:
        """The windows, objects and bundle that they stand for."""
        return translated_tagger(old)


def tagger_parameters(frames: str, model: str, objects: str) -> dict[str, str]:
    """Names that one of RecoE2E's taggers has, with a line of meaning each.

    Args:
        frames: name of its parameter for the windows.
        model: name of its parameter for the model.
        objects: name of its parameter for the objects.
    """
    return {
        frames: "now frames and seeds, of the same producer",
        model: "now model; frozen TensorFlow graphs stand for bundles",
        objects: f"now {_OBJECTS[objects]}",
    }


def translated_tagger(old: Mapping[str, Any]) -> dict[str, Any]:
    """Today's parameters.

    Args:
        old: values by name; names are those of `tagger_parameters`.

    Raises:
        ValueError: a TensorFlow graph that stands for no bundle.
    """
    found: dict[str, Any] = {}
    for name, value in old.items():
        if name.endswith("Frames"):
            label = str(value).partition(":")[0]
            found |= {"frames": f"{label}:frames", "seeds": f"{label}:seeds"}
        elif name.endswith("ModelName"):
            found["model"] = bundle_of(str(value))
        else:
            found[_OBJECTS[name]] = value
    return found


def bundle_of(name: str) -> str:
    """The bundle that a model of a RecoE2E cfg stands for; any other name is one already.

    Raises:
        ValueError: a TensorFlow graph that stands for no bundle.
    """
    file = PurePosixPath(name).name
    if file in MODELS:
        return MODELS[file]
    if file.endswith(".pb"):
        raise ValueError(
            f"'{name}' is a frozen TensorFlow graph, which is not read here; give a model bundle "
            f"({', '.join(packaged_models())}, or a folder). {nearest(file, MODELS, 'Graphs that stand for one')}"
        )
    return name
