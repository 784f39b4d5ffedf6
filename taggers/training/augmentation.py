"""More pictures from the same ones: mirrored, turned and shifted, object by object at random.

Mirrored pictures are true ones as far as the detector is the same on both sides of its middle plane, and all around.
CMS nearly is; not so are cracks, dead channels, a beam beside the axis (layers that refer to (0, 0, 0)), and pairs of
endcap towers, which a mirror in phi may cut. Channels whose values have a direction change their sign. All this is for
pictures as they are read, before their transform.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from dataformats.geometry.picture import COLUMNS, ROWS
from dataformats.geometry.tracker_kernels import TRACKER_LAYERS
from dataformats.window_table import channel_names
from e2efw.errors import ConfigurationError, LogicError, nearest
from taggers.training.networks.module import torch

AUGMENTATIONS: Final = {
    "eta_flip": "half of the objects have their rows mirrored, and dz",
    "phi_flip": "half of the objects have their columns mirrored, and d0, dxy and charges",
    "phi_rotation": "whole pictures are turned by a multiple of 10 degrees; windows only in their column",
    "shifts": "moved by up to so many crystals, shifts(2), along either axis; zeros come in, or the other side in phi",
}
"""All that can be asked for, in the order in which it is done."""

STEP: Final = 10
"""Columns by which a detector can be turned into itself: the pairs of HCAL towers in the endcaps."""

_ETA_ODD: Final = ("TracksDz", "TracksDzSig")
_PHI_ODD: Final = (
    *("TracksD0", "TracksD0Sig", "TracksDxy", "TracksDxySig"),
    *("TracksQPt", "EndTracksQPt", "MuonsQPt"),  # the field stays as it is, so a mirrored track has the other charge
)
_EVEN: Final = (
    *("TracksN", "TracksPt", "EndTracksPt", "MuonsPt"),
    *("TracksIP2D", "TracksIP2DSig", "TracksIP3D", "TracksIP3DSig"),  # signed along the jet, which is mirrored too
    *("ECAL", "ECALEnergyT", "ECALEnergyZ", "HCAL", "EBEnergy", "EBTime", "HBHE_EB", "ECALatHCAL"),
    *TRACKER_LAYERS,
)
_VARIANT: Final = re.compile(
    r"(_sum|_max)?(_PV|_nPV|_fromPV)?(_atECAL|_atHCAL|_none|_fixIP|_noVertex)?(_3x3|_5x5|_EB)?"
)


class Signs(NamedTuple):
    """What becomes of a channel's values in a mirror, 1 or -1.

    Args:
        eta: mirror at the middle plane, z to -z.
        phi: mirror that holds the beam.
    """

    eta: int
    phi: int


def signs(channel: str) -> Signs:
    """Of one channel, by its name.

    Raises:
        ConfigurationError: no such channel is known to have a place in mirrored pictures; names the nearest.
    """
    known = (*_ETA_ODD, *_PHI_ODD, *_EVEN)
    for base in known:
        if channel.startswith(base) and _VARIANT.fullmatch(channel, len(base)):
            return Signs(-1 if base in _ETA_ODD else 1, -1 if base in _PHI_ODD else 1)
    raise ConfigurationError(f"augmentation: channel '{channel}' cannot be mirrored. {nearest(channel, known)}")


class Augmentation:
    """Random changes, in the order of AUGMENTATIONS, every object by itself.

    Args:
        names: of AUGMENTATIONS, in any order; ``shifts(2)`` moves by up to two crystals, ``shifts`` by one.
        channels: of the pictures, or sets of them (``@top8``).
        granularity: pixels per crystal along either axis.

    Raises:
        ConfigurationError: no such change, one named twice, or a channel that cannot be mirrored.
        LogicError: no such set of channels.
    """

    def __init__(self, names: Sequence[str], channels: Sequence[str], granularity: int = 1) -> None:
        self.granularity = granularity
        self.reach = 0
        found = [self._parsed(name) for name in names]
        if len(set(found)) < len(found):
            raise ConfigurationError(f"augmentation: {', '.join(names)} names a change twice.")
        self.names = tuple(name for name in AUGMENTATIONS if name in found)
        self.signs = tuple(signs(channel) for channel in channel_names(channels))

    def _parsed(self, name: str) -> str:
        shifts = re.fullmatch(r"shifts(?:\((\d+)\))?", name)
        if shifts:
            self.reach = int(shifts[1] or 1)
            return "shifts"
        if name not in AUGMENTATIONS:
            raise ConfigurationError(f"augmentation: no change '{name}'. {nearest(name, AUGMENTATIONS)}")
        return name

    def __call__(self, pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Changed pictures; those given stay as they are.

        Args:
            pictures: (objects, channels, height, width) float32.
            generator: where randomness comes from; the same state makes the same changes.

        Raises:
            LogicError: other channels, or a turn that nothing could show.
        """
        return self.with_extras(pictures, {}, generator)[0]

    def with_extras(
        self, pictures: torch.Tensor, extras: Mapping[str, torch.Tensor], generator: torch.Generator
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Changed pictures, and where their middle now is.

        Args:
            pictures: (objects, channels, height, width) float32.
            extras: ``row`` and ``column`` of the middle in the stitched picture, (objects,) int64, if they are known;
                others stay as they are.
            generator: as for a call.

        Raises:
            LogicError: as for a call.
        """
        if pictures.ndim != 4 or pictures.shape[1] != len(self.signs):
            raise LogicError(f"augmentation: {len(self.signs)} channels, but pictures of {tuple(pictures.shape)}.")
        seen = {"pictures": pictures, **extras}
        for name in self.names:
            getattr(self, f"_{name}")(seen, _Dice(pictures, generator))
        return seen.pop("pictures"), seen

    def _eta_flip(self, seen: dict[str, torch.Tensor], dice: "_Dice") -> None:
        self._flip(seen, dice.coins(), 2, "row", ROWS, [sign.eta for sign in self.signs])

    def _phi_flip(self, seen: dict[str, torch.Tensor], dice: "_Dice") -> None:
        self._flip(seen, dice.coins(), 3, "column", COLUMNS, [sign.phi for sign in self.signs])

    def _flip(
        self, seen: dict[str, torch.Tensor], chosen: torch.Tensor, axis: int, name: str, size: int, factors: list[int]
    ) -> None:
        pictures, which = seen["pictures"], chosen.nonzero().squeeze(1)
        mirrored = pictures[which].flip(axis)
        for channel, factor in enumerate(factors):
            if factor != 1:
                mirrored[:, channel] *= factor
        seen["pictures"] = pictures.index_copy(0, which, mirrored)
        if name in seen:
            seen[name] = torch.where(chosen, size - 1 - seen[name], seen[name])

    def _phi_rotation(self, seen: dict[str, torch.Tensor], dice: "_Dice") -> None:
        pictures = seen["pictures"]
        whole = pictures.shape[3] == COLUMNS * self.granularity
        if not whole and "column" not in seen:
            raise LogicError(
                "augmentation: 'phi_rotation' changes nothing of windows but their column, which is not read here."
            )
        by = STEP * dice.numbers(0, COLUMNS // STEP - 1)
        if whole:
            seen["pictures"] = _moved(pictures, 3, by * self.granularity, wraps=True)
        if "column" in seen:
            seen["column"] = (seen["column"] + by) % COLUMNS

    def _shifts(self, seen: dict[str, torch.Tensor], dice: "_Dice") -> None:
        pictures = seen["pictures"]
        down, right = (dice.numbers(-self.reach, self.reach) for _ in range(2))
        whole = pictures.shape[3] == COLUMNS * self.granularity
        moved = _moved(pictures, 2, down * self.granularity, wraps=False)
        seen["pictures"] = _moved(moved, 3, right * self.granularity, wraps=whole)
        if "row" in seen:
            seen["row"] = (seen["row"] - down).clamp(0, ROWS - 1)
        if "column" in seen:
            seen["column"] = (seen["column"] - right) % COLUMNS


class _Dice:
    """Random numbers, one per picture, on the device of the pictures."""

    def __init__(self, pictures: torch.Tensor, generator: torch.Generator) -> None:
        self.n, self.device, self.generator = pictures.shape[0], pictures.device, generator

    def numbers(self, first: int, last: int) -> torch.Tensor:
        """(objects,) int64, both ends included."""
        at = self.generator.device
        return torch.randint(first, last + 1, (self.n,), generator=self.generator, device=at).to(self.device)

    def coins(self) -> torch.Tensor:
        """(objects,) bool."""
        return self.numbers(0, 1).bool()


def _moved(pictures: torch.Tensor, axis: int, by: torch.Tensor, *, wraps: bool) -> torch.Tensor:
    """Each picture moved along an axis by its own number of pixels; zeros come in unless it wraps."""
    size = pictures.shape[axis]
    place = torch.arange(size, device=pictures.device) - by[:, None]
    shape = [pictures.shape[0], 1, 1, 1]
    shape[axis] = size
    inside = ((place >= 0) & (place < size)).reshape(shape)
    moved = pictures.gather(axis, (place % size).reshape(shape).expand(pictures.shape))
    return moved if wraps else torch.where(inside, moved, torch.zeros_like(moved))
