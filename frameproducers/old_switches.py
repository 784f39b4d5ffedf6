"""The switches of RecoE2E's DetFrameProducer, which named layers one by one, translated to a list of layers."""

from collections.abc import Mapping
from typing import Any, Final

from e2efw.errors import nearest

ORDER: Final = "setChannelOrder"
"""Positions of channels, such as "1,0,2"; RecoE2E read it and never followed it."""

LAYERS_OF_SWITCH: Final[Mapping[str, tuple[str, ...]]] = {
    "doEBenergy": ("EBEnergy",),
    "doHBHEenergy": ("HCAL",),
    "doECALstitched": ("ECAL",),
    "doTracksAtECALstitchedPt": ("TracksPt", "TracksD0", "TracksDz"),
    "doTracksAtECALadjPt": ("TracksPt_3x3",),
    "doBPIX": ("BPIX1", "BPIX2", "BPIX3"),
    **{f"doBPIX{layer}": (f"BPIX{layer}",) for layer in range(1, 5)},
}
"""What each switch stands for, in the order in which RecoE2E filled its frames."""


def old_parameters() -> dict[str, str]:
    """The switches with their meaning, for `plugin-help`."""
    switches = {name: f"adds {', '.join(layers)}" for name, layers in LAYERS_OF_SWITCH.items()}
    return {**switches, ORDER: 'positions of these layers in their new order, such as "1,0,2"'}


def layers_of_switches(old: Mapping[str, Any]) -> tuple[str, ...]:
    """The layers that switches stand for.

    Args:
        old: values by name, of `old_parameters`.

    Raises:
        ValueError: they contradict each other; says how.
    """
    for name in old:
        if name != ORDER and not isinstance(old[name], bool):
            raise ValueError(f"'{name}' is a bool, not {old[name]!r}")
    on = [name for name in LAYERS_OF_SWITCH if old.get(name, False)]
    layers = tuple(dict.fromkeys(layer for name in on for layer in LAYERS_OF_SWITCH[name]))
    off = [name for name in LAYERS_OF_SWITCH if name in old and not old[name]]
    for name in off:
        for layer in LAYERS_OF_SWITCH[name]:
            if layer in layers:
                switch = next(other for other in on if layer in LAYERS_OF_SWITCH[other])
                raise ValueError(f"'{name}' says no to {layer}, '{switch}' says yes")
    if not layers:
        raise ValueError(f"no switch is on; set one of {', '.join(LAYERS_OF_SWITCH)}, or better 'layers'")
    return _in_order(layers, str(old[ORDER])) if ORDER in old else layers


def _in_order(layers: tuple[str, ...], order: str) -> tuple[str, ...]:
    """The layers at the positions that a text such as "1,0,2" names."""
    every = [str(position) for position in range(len(layers))]
    words = [word.strip() for word in order.split(",")]
    for word in words:
        if word not in every:
            positions = ", ".join(f"{number} {layer}" for number, layer in enumerate(layers))
            raise ValueError(f"'{ORDER}' has no channel '{word}'. {nearest(word, every)} They are {positions}")
    if sorted(words) != sorted(every):
        raise ValueError(f"'{ORDER}' must name each of the {len(layers)} channels once, not '{order}'")
    return tuple(layers[int(word)] for word in words)
