"""The parameters that all producers of windows share."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dataformats.channels import expanded_channels
from dataformats.frames import Seeds
from e2efw.framework.modules import param
from e2efw.framework.parameters import positive
from frameproducers.input_tags import LayerInputs
from frameproducers.layers import known_layers
from frameproducers.resampling import EEResampling
from frameproducers.warm_up import event_without_hits
from frameproducers.windows import Upsampling, View, windows_at


@dataclass(frozen=True, kw_only=True)
class WindowParameters(LayerInputs):
    """What windows are made of and what their pixels mean; a second base for producers."""

    channels: tuple[str, ...] = param(
        ("TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL"),
        doc="channels of the windows, in this order; @name for a set of them",
        check=known_layers,
        expand=expanded_channels,
    )
    granularity: int = param(1, doc="pixels along either side of a crystal; 3 for windows of 375 x 375", check=positive)
    hcal_upsampling: Upsampling = param(
        "share", doc="pixels of an HCAL tower get equal parts of its energy (share), or each all of it (tile)"
    )
    ee_resampling: EEResampling = param(
        "none", doc="2 x 2 pixels of ECAL endcaps share their energy (conserving), or a quarter of it (legacy)"
    )
    legacy_direction: bool = param(
        False,
        doc="draw tracks at the direction of their momentum at the ECAL, as the public trainings did",
    )

    def view(self, shape: tuple[int, int], **more: Any) -> View:
        """What windows of that many rows and columns of pixels show."""
        return View(
            self.channels,
            shape,
            self.granularity,
            self.hcal_upsampling,
            self.ee_resampling,
            self.legacy_direction,
            **more,
        )


def load_window_kernels(view: View) -> None:
    """Run every kernel that windows of this view need."""
    seeds = Seeds(np.array([0, 1]), row=np.array([140]), column=np.array([0]), status=np.zeros(1))
    small = View(view.channels, (1, 1), view.granularity, view.hcal_upsampling, view.ee_resampling)
    windows_at(seeds, small, event_without_hits())
