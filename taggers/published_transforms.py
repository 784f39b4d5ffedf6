"""Transforms of the public E2E trainings, ready for a card.

Pixels of HCAL are towers cut into 25 equal pixels, as our windows have them; where a training had whole towers the
entry says so. Zero suppression is by size, |x| < t; some of the public scripts wrote x < t, which deletes negative
impact parameters. Numbers are those of the MLAnalyzer and ML4SCI training scripts.
"""

from collections.abc import Mapping
from typing import Final

from taggers.operations import Clip, MinMax, Operation, Scale, SetAbove, Standardise, ZeroOutside, ZeroSuppress
from taggers.transforms import Transform

_PIXELS = ("BPIX1", "BPIX2", "BPIX3")


def _energy(factor: float, below: float) -> tuple[Operation, ...]:
    """Scaled, and suppressed after that."""
    return (Scale(factor), ZeroSuppress(below)) if factor != 1 else (ZeroSuppress(below),)


def _impact(factor: float) -> tuple[Operation, ...]:
    return Scale(factor), ZeroOutside(-1, 1)


def _capped(factor: float, limit: float) -> tuple[Operation, ...]:
    return *_energy(factor, 1e-3), SetAbove(limit, 1)


PUBLISHED_TRANSFORMS: Final[Mapping[str, Transform]] = {
    "qg": Transform(
        {
            "TracksPt": (ZeroSuppress(1e-3), Scale(0.01)),
            "ECAL": (ZeroSuppress(1e-3), Scale(0.01)),
            "HCAL": (ZeroSuppress(1e-3), Scale(25), Scale(0.01)),
        },
        "quarks and gluons, arXiv:1902.08276: HCAL of whole towers, everything in units of 100 GeV",
    ),
    "a_tautau": Transform(
        {
            "TracksPt": _energy(0.02, 1e-3),
            "TracksDz_PV": (Scale(10), ZeroSuppress(1e-4)),
            "TracksD0_PV": (Scale(10), ZeroOutside(-20, 20), ZeroSuppress(1e-4)),
            "ECAL": _energy(0.2, 1e-3),
            "HCAL": _energy(1, 1e-3),
        },
        "a -> tautau with masses of 2.5 to 14 GeV, first version; its target is m/14",
    ),
    "tau13": Transform(
        {
            "TracksPt": _energy(0.01, 1e-2),
            "TracksDzSig": _impact(0.05),
            "TracksD0Sig": _impact(0.1),
            "ECAL": _energy(0.02, 1e-2),
            "HCAL": _energy(1, 1e-2),
            **dict.fromkeys((*_PIXELS, "BPIX4", "TIB1", "TIB2", "TOB1", "TOB2"), ()),
        },
        "a -> ee with 13 channels, counts of tracker hits as they are; its target is m/6",
    ),
    "agg2": Transform(
        {"ECALEnergyT": (Scale(1 / 25),), "ECALEnergyZ": (Scale(1 / 25),)},
        "a -> photons, arXiv:2204.12313; its target is m/1.6",
    ),
    "top_mass3": Transform(
        {"TracksPt": _capped(0.02, 50), "ECAL": _capped(0.2, 5), "HCAL": _capped(1, 5)},
        "top mass with three channels; its target is m/500",
    ),
    "top_mass_gnn": Transform(
        {
            "TracksPt": _energy(0.01, 1e-2),
            "TracksDz": _impact(0.05),
            "TracksD0": _impact(0.1),
            "ECAL": _energy(0.1, 1e-2),
            "HCAL": _energy(1, 1e-2),
            **dict.fromkeys(_PIXELS, ()),
        },
        "top mass from graphs and pictures (ML4SCI); its targets are (m - 85)/415 and (pt - 400)/600",
    ),
    "top_gnn": Transform(
        {
            "TracksPt": (Scale(1 / 10),),
            "TracksD0": (Scale(1 / 2),),
            "TracksDz": (Scale(1 / 2.5),),
            "ECAL": (Scale(1 / 100),),
            "HCAL": (Scale(1 / 500),),
            **{name: (Scale(1 / most),) for name, most in zip(_PIXELS, (8, 10, 13), strict=True)},
        },
        "top graphs (ML4SCI), whose HCAL nodes are whole towers",
    ),
}
"""By name; the order of the channels is that of the training."""


def vision_transform(statistics: Mapping[str, tuple[float, float]]) -> Transform:
    """What the public vision transformers were trained with, which needs numbers of the training sample.

    Args:
        statistics: mean and standard deviation of the zero-suppressed pixels by channel name, in the channel's unit.
    """
    steps = {
        name: (ZeroSuppress(1e-3), Standardise(mean, std), Clip(-500, 500), MinMax())
        for name, (mean, std) in statistics.items()
    }
    return Transform(
        steps, "vision transformers (ML4SCI): z-score of the training sample, clipped at 500 sigma, min-max"
    )
