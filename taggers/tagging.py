"""`OnnxTagger` and what all taggers share: the probability of every class, for every object."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Jets, Photons
from dataformats.collection import Collection
from dataformats.frames import Seeds, Windows
from dataformats.results import MOST_CLASSES, Scores, about, score_columns
from e2efw.errors import ConfigurationError
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from taggers.network import Network, NetworkParameters

_TOLERANCE: Final = 1e-3
"""How far a probability may lie outside of 0 to 1: networks in half precision round."""


@dataclass(frozen=True)
class AnyObjects:
    """The collection that windows belong to; all None for windows of whole events."""

    jets: Jets | None
    photons: Photons | None
    electrons: Electrons | None

    @property
    def chosen(self) -> Collection | None:
        """The one that there is."""
        return next((one for one in (self.jets, self.photons, self.electrons) if one is not None), None)


@dataclass(frozen=True, kw_only=True)
class AnyObjectParameters(NetworkParameters):
    """Which objects the windows belong to; a second base for modules that take any."""

    jets: InputTag = param("", doc="jets, if the windows belong to jets")
    photons: InputTag = param("", doc="photons, if the windows belong to photons")
    electrons: InputTag = param("", doc="electrons, if the windows belong to electrons")

    def objects_named(self) -> list[str]:
        """Which of the three are set; none for windows of whole events."""
        return [name for name in ("jets", "photons", "electrons") if getattr(self, name).label]

    def open_for_any(self, job: JobContext) -> Network:
        """Open the network.

        Raises:
            ConfigurationError: more than one collection is set.
        """
        named = self.objects_named()
        if len(named) > 1:
            raise ConfigurationError(
                f"{job.label}: windows belong to one collection, not to {' and '.join(named)}. Set one, or none for "
                "windows of whole events."
            )
        return self.open_network(job, *named)


class OnnxTagger(EDProducer, AnyObjectParameters):
    """Probability of every class that a network tells apart, for any objects with windows or for whole events."""

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return classifier(self.open_for_any(job))

    def produce(self, objects: AnyObjects, seeds: Seeds, frames: Windows, network: Network) -> Scores:
        """Objects without a window have NaN and the reason."""
        return scores(network, objects.chosen, seeds, frames)

    def needed_products(self) -> frozenset[str]:
        """The objects that are set."""
        return frozenset(self.objects_named())


def classifier(network: Network) -> Network:
    """The network, if all its outputs are the probability of a class.

    Raises:
        ConfigurationError: it says more numbers, or knows too many classes.
    """
    names = tuple(network.outputs)
    network.check_numbers(*names)
    if len(names) > MOST_CLASSES:
        raise ConfigurationError(
            f"{network.label}: model '{network.model.bundle.card.name}' knows {len(names)} classes; "
            f"{MOST_CLASSES} at most can be stored."
        )
    return network


def scores(network: Network, objects: Collection | None, seeds: Seeds, frames: Windows) -> Scores:
    """What a classifier says of every object.

    Args:
        network: see `classifier`.
        objects: that the windows belong to; None for windows of whole events.
        seeds: in step with the objects.
        frames: their windows.

    Raises:
        LogicError: objects, seeds and windows do not belong together.
        ConfigurationError: the network says something else than probabilities.
    """
    if objects is not None:
        network.check_objects(objects, seeds)
    said = network.about_objects(seeds, frames)
    for name, values in said.items():
        _refuse_other_than_probabilities(network, name, values)
    columns: dict[str, NDArray[Any]] = {column: said[name] for name, column in score_columns(tuple(said)).items()}
    described = about(network.objects, classes=list(said))
    return Scores(seeds.offsets, about=described, status=seeds.flat("status"), **columns)


def _refuse_other_than_probabilities(network: Network, name: str, values: NDArray[np.float32]) -> None:
    wrong = (values < -_TOLERANCE) | (values > 1 + _TOLERANCE)
    if wrong.any():
        raise ConfigurationError(
            f"{network.label}: output '{name}' of model '{network.model.bundle.card.name}' is {values[wrong][0]:g}, no "
            "probability. Taggers need one from 0 to 1: put sigmoid or softmax into the graph."
        )
