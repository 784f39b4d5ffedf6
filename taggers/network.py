"""The engine behind all taggers and regressors: windows of a block through a network, answers back to their objects."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection
from dataformats.frames import Seeds, SeedStatus, Windows
from e2efw.errors import ConfigurationError, LogicError, nearest
from e2efw.framework.modules import InputTag, JobContext, param
from e2efw.framework.parameters import not_negative
from taggers.backends import Backend, OpenModel, open_model
from taggers.bundle import Bundle, find_bundle, packaged_models
from taggers.card import ModelOutput

_LOG = logging.getLogger("e2efw.taggers")

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """A network in a module, open for all streams.

    Args:
        model: the open network.
        label: of the module that uses it, for messages.
        objects: branch of the collection that the windows belong to; "" if it is not known.
    """

    model: OpenModel
    label: str
    objects: str = ""
    told: set[str] = field(default_factory=set, compare=False, repr=False)
    """Columns in which objects were found that the network knows nothing of; one warning each."""

    @property
    def outputs(self) -> dict[str, ModelOutput]:
        """What it says, by name."""
        return {output.name: output for output in self.model.bundle.card.outputs}

    def check_frames(self, description: Mapping[str, Any]) -> None:
        """Compare channels, by name, and window with what the network reads.

        Args:
            description: of the frames: "channels" and "window"; what is not known yet is left for later.

        Raises:
            ConfigurationError: a channel is missing or the window has another size.
        """
        card = self.model.bundle.card
        if "channels" in description:
            offered = description["channels"]
            for channel in card.input.channels:
                if channel not in offered:
                    raise ConfigurationError(
                        f"{self.label}: model '{card.name}' reads channel '{channel}', which the frames do not have. "
                        f"{nearest(channel, offered, 'The frames have')}"
                    )
        if "window" in description and tuple(description["window"]) != card.input.window:
            wanted, given = (" x ".join(map(str, window)) for window in (card.input.window, description["window"]))
            raise ConfigurationError(
                f"{self.label}: model '{card.name}' reads windows of {wanted} pixels, the frames have {given}."
            )

    def check_numbers(self, *names: str) -> None:
        """See that the network says these things, each as one number per window.

        Raises:
            ConfigurationError: it has no such output, or more numbers than one.
        """
        card = self.model.bundle.card
        for name in names:
            if name not in self.outputs:
                raise ConfigurationError(
                    f"{self.label}: model '{card.name}' has no output '{name}'. {nearest(name, self.outputs)}"
                )
            if self.model.shapes[name]:
                raise ConfigurationError(
                    f"{self.label}: output '{name}' of model '{card.name}' has {self.model.shapes[name]} numbers per "
                    "window; needed is one. Give every number an output of its own."
                )

    def check_objects(self, objects: Collection, seeds: Seeds) -> None:
        """Compare objects with seeds, and with what the network was trained on: it says nonsense of others.

        Raises:
            LogicError: the seeds are not in step with the objects.
        """
        refuse_other_objects(self.label, objects, seeds)
        card, seen = self.model.bundle.card, seeds.flat("status") == SeedStatus.OK
        for name, (low, high) in card.trained_on.items():
            if name in objects.leaves and name not in self.told:
                values = objects.flat(name)[seen]
                strange = int(np.count_nonzero((values < low) | (values > high)))
                if strange:
                    self.told.add(name)
                    _LOG.warning(
                        "%s: %d of %d objects with windows have %s outside %g to %g, which model '%s' was trained on: "
                        "what it says of them means nothing",
                        self.label, strange, len(values), name, low, high, card.name,
                    )  # fmt: skip

    def run(self, frames: Windows) -> dict[str, NDArray[np.float32]]:
        """(windows, ...) what the network says, by output."""
        return self.model.run(self.pixels(frames), {"row": frames.row, "column": frames.column})

    def pixels(self, frames: Windows) -> NDArray[np.float32]:
        """(windows, channels, rows, columns) in the order of the card."""
        self.check_frames(frames.description)
        return frames.select(self.model.bundle.card.input.channels)

    def about_objects(self, seeds: Seeds, frames: Windows) -> dict[str, NDArray[np.float32]]:
        """(objects,) what the network says of every object by output; NaN where it has no window.

        Args:
            seeds: in step with the objects.
            frames: the windows of those seeds that are OK.

        Raises:
            LogicError: the windows do not belong to these seeds.
        """
        positions = seeded(seeds, frames)
        return {name: spread(values, positions, seeds) for name, values in self.run(frames).items()}


@dataclass(frozen=True, kw_only=True)
class NetworkParameters:
    """The parameters that all modules with a network share; a second base for them."""

    seeds: InputTag = param("jetFrames:seeds", doc="centres of the windows, or why there is none; of the same producer")
    frames: InputTag = param("jetFrames:frames", doc="windows around the objects")
    model: str = param("", doc="model bundle: one that comes with the project by name, or a folder")
    backend: Backend = param(
        "auto",
        doc="what runs the network: ONNX Runtime on cpu, cuda or tensorrt, or torch; auto: the GPU if there is one",
        tracked=False,
    )
    max_batch: int = param(
        0,
        doc="windows per run of the network at most; 0: as many as fit by its card into 16 MB (GPU: 256 MB), or 16",
        tracked=False,
        check=not_negative,
    )

    def open_network(self, job: JobContext, objects: str = "") -> Network:
        """Open the network and compare it with what the frames will be.

        Args:
            job: of the module.
            objects: InputTag parameter of the collection that the windows belong to.

        Raises:
            ConfigurationError: no model is set, it is broken, or does not fit the frames.
            FileInPathError: there is no such model.
        """
        found = find_bundle(self._named(job.label), job.find_file)
        bundle = Bundle.load(found)
        model = open_model(
            bundle,
            job.label,
            backend=self.backend,
            accelerators=job.accelerators,
            threads=job.threads_per_stream,
            max_batch=self.max_batch,
        )
        network = Network(model, job.label, job.branch(objects) if objects else "")
        network.check_frames(job.description("frames"))
        job.record("model", f"{bundle.card.name} version {bundle.card.version}")
        job.record("model_sha256", bundle.sha256)
        job.record("provider", model.provider)
        _LOG.info(
            "%s: model '%s' version %s on %s, %d windows per run",
            job.label, bundle.card.name, bundle.card.version, model.provider, model.max_batch,
        )  # fmt: skip
        return network

    def _named(self, label: str) -> str:
        if not self.model:
            raise ConfigurationError(
                f"{label}: no 'model' is set. Give the name of one that comes with the project "
                f"({', '.join(packaged_models())}) or the folder of your own; docs/training.md tells how to train one."
            )
        return self.model


def seeded(seeds: Seeds, frames: Windows) -> Positions:
    """(windows,) position of every window's object in the flat columns of the objects.

    Raises:
        LogicError: the windows belong to other seeds.
    """
    ok = seeds.flat("status") == SeedStatus.OK
    positions = np.flatnonzero(ok)
    if len(frames) != len(seeds):
        raise LogicError(f"Windows of {len(frames)} events do not belong to seeds of {len(seeds)} events.")
    event = np.repeat(np.arange(len(seeds)), seeds.counts)[positions]
    counts = np.bincount(event, minlength=len(seeds))
    strange = np.diff(frames.offsets) != counts
    if not strange.any():
        owner = positions - seeds.offsets[event]
        strange = np.zeros(len(seeds), np.bool_)
        strange[event[owner != frames.owner]] = True
    if strange.any():
        first = int(strange.argmax())
        owners = frames.owner[frames.offsets[first] : frames.offsets[first + 1]].tolist()
        raise LogicError(
            f"Windows do not belong to these seeds: in event {first} of the block {counts[first]} of "
            f"{seeds.counts[first]} objects have a seed, windows are of objects {owners}. "
            "Are 'seeds' and 'frames' of one producer?"
        )
    return positions


def refuse_other_objects(label: str, objects: Collection, seeds: Seeds) -> None:
    """A LogicError if the seeds are not in step with the objects."""
    if not np.array_equal(objects.offsets, seeds.offsets):
        raise LogicError(
            f"{label}: {int(seeds.offsets[-1])} seeds in {len(seeds)} events do not belong to "
            f"{int(objects.offsets[-1])} {type(objects).__name__} in {len(objects)} events. "
            "Are these the objects that the frames were made for?"
        )


def spread(values: NDArray[np.float32], positions: Positions, seeds: Seeds) -> NDArray[np.float32]:
    """(objects, ...) with the values at their positions and NaN elsewhere."""
    column = np.full((int(seeds.offsets[-1]), *values.shape[1:]), np.nan, np.float32)
    column[positions] = values
    return column
