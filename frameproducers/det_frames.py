"""Pictures of the whole detector, as the cells that hold something."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from dataformats.channels import expanded_channels
from dataformats.frames import SparseFrames
from dataformats.jit import announced
from e2efw.framework.modules import EDProducer, HelpTable, JobContext, param
from frameproducers.channel_sets import channel_set_table
from frameproducers.entries import Inputs, layer_entries
from frameproducers.input_tags import LayerInputs
from frameproducers.kernels.cells import place_channel
from frameproducers.layer_table import layer_tables
from frameproducers.layers import DEFAULT_LAYERS, LAYERS, inputs_of, known_layers, unused_inputs
from frameproducers.recoe2e import frame_parameters, translated_layers, translated_tags
from frameproducers.warm_up import event_without_hits


class DetFrameProducer(EDProducer, LayerInputs):
    """Sparse pictures of every event: calorimeters, tracks, tracker hits, particles; the layers are listed below."""

    layers: tuple[str, ...] = param(
        DEFAULT_LAYERS,
        doc="channels of the frames, in this order; @name for a set of them",
        check=known_layers,
        expand=expanded_channels,
    )
    legacy_direction: bool = param(
        False,
        doc="draw tracks at the direction of their momentum at the calorimeter, as the public trainings did",
    )

    def begin_job(self, job: JobContext) -> None:
        """Have the kernels ready before the first event."""
        del job
        with announced("e2efw.frameproducers"):
            self.produce(event_without_hits())

    def produce(self, inputs: Inputs) -> SparseFrames:
        """Per event the occupied cells, sorted by channel and cell."""
        entries = layer_entries(self.layers, inputs, legacy_direction=self.legacy_direction)
        offsets = np.stack([entries[name].offsets for name in self.layers]).sum(axis=0)
        size = int(offsets[-1])
        channel, cell, value = np.empty(size, np.uint8), np.empty(size, np.uint32), np.empty(size, np.float32)
        cursor = offsets[:-1].copy()
        for number, name in enumerate(self.layers):
            place_channel(*entries[name], number, cursor, channel, cell, value)
        return SparseFrames.restored(offsets, {"channel": channel, "cell": cell, "value": value}, self.describe()[""])

    def needed_products(self) -> frozenset[str]:
        """What the layers are made of."""
        return inputs_of(self.layers)

    def unused_products(self) -> frozenset[str]:
        """What makes no difference to the layers."""
        return unused_inputs(self.layers)

    @classmethod
    def old_parameters(cls) -> dict[str, str]:
        """The parameters of RecoE2E."""
        return frame_parameters()

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> dict[str, Any]:
        """The layers and InputTags that they stand for."""
        layers = translated_layers(old)
        return {**translated_tags(old), **({"layers": layers} if layers else {})}

    @classmethod
    def help_tables(cls) -> list[HelpTable]:
        """All layers, the suffixes that choose variants of them, and sets of layers."""
        return [*layer_tables(), channel_set_table()]

    def describe(self) -> dict[str, dict[str, Any]]:
        """Names, shapes and units of the layers."""
        return {"": {"layers": [asdict(LAYERS[name].layer) for name in self.layers]}}
