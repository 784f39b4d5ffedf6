"""Dense pictures around jets, for networks."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dataformats.candidates import Jets
from dataformats.frames import Seeds, Windows
from dataformats.jit import announced
from e2efw.framework.modules import EDProducer, JobContext
from frameproducers.entries import Inputs
from frameproducers.jet_parameters import JetParameters
from frameproducers.layers import inputs_of, unused_inputs
from frameproducers.recoe2e import jet_parameters, translated_jets, translated_layers, translated_tags
from frameproducers.warm_up import event_without_hits
from frameproducers.window_parameters import WindowParameters, load_window_kernels
from frameproducers.windows import View, refuse_what_does_not_fit, windows_at


class JetFrameProducts(NamedTuple):
    """What is made for jets.

    Args:
        seeds: in step with the jets: the centre of each window, or why there is none.
        frames: the windows of those jets that have one.
    """

    seeds: Seeds
    frames: Windows


class JetFrameProducer(EDProducer, WindowParameters, JetParameters):
    """Windows around the hottest HCAL tower near each jet; the seeds tell which jets have none."""

    def __post_init__(self) -> None:
        """Also refuse windows that cannot be drawn."""
        super().__post_init__()
        refuse_what_does_not_fit("JetFrameProducer", self._view, self.border)

    def begin_job(self, job: JobContext) -> None:
        """Have the kernels ready before the first event."""
        del job
        with announced("e2efw.frameproducers"):
            self.seeds_of(Jets.empty(1), event_without_hits().hbhe_hits, self._view)
            load_window_kernels(self._view)

    def produce(self, jets: Jets, inputs: Inputs) -> JetFrameProducts:
        """A seed for every jet and a window for every seed that is OK."""
        seeds = self.seeds_of(jets, inputs.hbhe_hits, self._view)
        return JetFrameProducts(seeds, windows_at(seeds, self._view, inputs))

    def needed_products(self) -> frozenset[str]:
        """What the channels are made of."""
        return inputs_of(self.channels)

    def unused_products(self) -> frozenset[str]:
        """What makes no difference to the channels."""
        return unused_inputs(self.channels)

    @classmethod
    def old_parameters(cls) -> dict[str, str]:
        """The parameters of RecoE2E."""
        return jet_parameters()

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> dict[str, Any]:
        """The channels, jets and InputTags that they stand for."""
        layers = translated_layers(old)
        return {**translated_tags(old), **translated_jets(old), **({"channels": layers} if layers else {})}

    def describe(self) -> dict[str, dict[str, Any]]:
        """Channels and size of the windows."""
        return {"frames": {"channels": list(self.channels), "window": [self.height, self.width]}}

    @property
    def _view(self) -> View:
        return self.view((self.height, self.width))
