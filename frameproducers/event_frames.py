"""Dense pictures of whole events, for networks: one window per event."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import Seeds, SeedStatus, Windows
from dataformats.geometry.picture import COLUMNS, ROWS
from dataformats.jit import announced
from e2efw.framework.modules import EDProducer, JobContext
from frameproducers.entries import Inputs
from frameproducers.layers import inputs_of, unused_inputs
from frameproducers.window_parameters import WindowParameters, load_window_kernels
from frameproducers.windows import View, draw, empty_windows, refuse_what_does_not_fit


class EventFrameProducts(NamedTuple):
    """What is made for events.

    Args:
        seeds: one per event, always OK.
        frames: one window per event, which begins at row and column 0 of the picture.
    """

    seeds: Seeds
    frames: Windows


class EventFrameProducer(EDProducer, WindowParameters):
    """The whole detector as one window per event: 280 x 360 pixels, times the granularity either way."""

    def __post_init__(self) -> None:
        """Also refuse windows that cannot be drawn."""
        super().__post_init__()
        refuse_what_does_not_fit("EventFrameProducer", self._view, "pad")

    def begin_job(self, job: JobContext) -> None:
        """Have the kernels ready before the first event."""
        del job
        with announced("e2efw.frameproducers"):
            load_window_kernels(self._view)

    def produce(self, inputs: Inputs) -> EventFrameProducts:
        """One seed and one window per event."""
        n_events = len(inputs.eb_hits)
        columns: dict[str, NDArray[Any]] = {
            "row": np.full(n_events, (ROWS - 1) // 2, np.uint16),
            "column": np.full(n_events, (COLUMNS - 1) // 2, np.uint16),
            "status": np.full(n_events, SeedStatus.OK, np.uint8),
        }
        seeds = Seeds.restored(np.arange(n_events + 1), columns, {})
        windows, corner = empty_windows(seeds, self._view), np.zeros(n_events, np.int64)
        draw(self._view, inputs, np.arange(n_events), corner, corner, windows.pixels)
        return EventFrameProducts(seeds, windows)

    def needed_products(self) -> frozenset[str]:
        """What the channels are made of."""
        return inputs_of(self.channels)

    def unused_products(self) -> frozenset[str]:
        """What makes no difference to the channels."""
        return unused_inputs(self.channels)

    def describe(self) -> dict[str, dict[str, Any]]:
        """Channels and size of the windows."""
        return {"frames": {"channels": list(self.channels), "window": list(self._view.shape)}}

    @property
    def _view(self) -> View:
        return self.view((ROWS * self.granularity, COLUMNS * self.granularity))
