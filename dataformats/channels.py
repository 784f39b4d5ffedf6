"""Named sets of channels: what the public E2E trainings read, in their order, as one table.

A producer takes the name of a set wherever it takes names of layers, with an @ before it:
``channels = ["@top8"]`` stands for the eight names of the set, and ``["@jet5", "BPIX1"]`` adds one more. Our pictures
are always (object, channel, row, column); `published_layout` says how the files of the source have their axes, for who
carries weights over. The source codes know channels by position and disagree about d0 and dz: names settle that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from e2efw.errors import nearest

MARK: Final = "@"
"""First letter of a set's name where names of layers may stand too."""

_PIXELS = ("BPIX1", "BPIX2", "BPIX3")
_STRIPS = ("TIB1", "TIB2", "TOB1", "TOB2")


@dataclass(frozen=True)
class ChannelSet:
    """Channels that a published training reads together.

    Args:
        name: of the set, without the @.
        channels: names of layers, in the order of the channel axis.
        window: rows and columns of its windows, in crystals.
        projection: where tracks and tracker hits are drawn; "" if the set has neither.
        published_layout: axes of the source's own files; our frames are always channels first.
        source: who used it.
    """

    name: str
    channels: tuple[str, ...]
    window: tuple[int, int]
    projection: str
    published_layout: Literal["channels first", "channels last"]
    source: str


_OWN: Final = "tracks atECALfixIP, where the source took their own direction (_fixIP); tracker hits atPV"
_AT_ECAL: Final = "tracks atECALfixIP"
_AT_ECAL_AND_PV: Final = "tracks atECALfixIP, tracker hits atPV"

CHANNEL_SETS: Final = {
    entry.name: entry
    for entry in (
        ChannelSet(
            "rece2e",
            ("HCAL", "ECAL", "TracksPt", "TracksD0", "TracksDz", "TracksPt_atECAL", *_PIXELS),
            (125, 125),
            _AT_ECAL_AND_PV,
            "channels last",
            "RecoE2E DetFrameProducer, all switches on: the order in which it fills its frames; its adjustable tracks "
            "have granularity 1",
        ),
        ChannelSet(
            "rece2e8",
            ("TracksPt", "ECAL", "HCAL", "TracksD0", "TracksDz", *_PIXELS),
            (125, 125),
            _AT_ECAL_AND_PV,
            "channels last",
            "RecoE2E README, order of the models with eight channels (setChannelOrder 0..7)",
        ),
        ChannelSet(
            "top8",
            ("TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL", *_PIXELS),
            (125, 125),
            _AT_ECAL_AND_PV,
            "channels last",
            "boosted tops of the CMS open data, arXiv:2104.14659, files in HDF5 and TFRecord",
        ),
        ChannelSet(
            "qg3",
            ("TracksPt", "ECAL", "HCAL"),
            (125, 125),
            _AT_ECAL,
            "channels first",
            "quarks and gluons of the CMS open data, arXiv:1902.08276, public parquet QCDToGGQQ_IMGjet_RH1all",
        ),
        ChannelSet(
            "jet5",
            ("TracksPt", "TracksDz_PV", "TracksD0_PV", "ECAL", "HCAL"),
            (125, 125),
            _OWN,
            "channels first",
            "MLAnalyzer, first parquet files of jets; dz comes before d0",
        ),
        ChannelSet(
            "jet9",
            ("TracksPt", "TracksDz_PV", "TracksD0_PV", "ECAL", "HCAL", *_PIXELS, "BPIX4"),
            (125, 125),
            _OWN,
            "channels first",
            "MLAnalyzer, first parquet files of jets, with the pixel barrel",
        ),
        ChannelSet(
            "tau13",
            ("TracksPt", "TracksDzSig", "TracksD0Sig", "ECAL", "HCAL", *_PIXELS, "BPIX4", *_STRIPS),
            (125, 125),
            _AT_ECAL_AND_PV,
            "channels first",
            "MLAnalyzer, parquet files of taus, electrons and a -> ee; dz comes before d0",
        ),
        ChannelSet(
            "tau9",
            ("TracksPt", "TracksDzSig", "TracksD0Sig", "ECAL", "HCAL", *_PIXELS, "BPIX4"),
            (125, 125),
            _AT_ECAL_AND_PV,
            "channels first",
            "the first nine of tau13: files without strip hits",
        ),
        ChannelSet(
            "bjet",
            (
                *("MuonsQPt", "TracksQPt", "ECAL", "HCAL", "TracksQPt_PV"),
                *("TracksD0_PV", "TracksDz_PV", "TracksD0Sig_PV", "TracksDzSig_PV", "TracksQPt_nPV"),
                *("TracksIP2D", "TracksIP2DSig", "TracksIP3D", "TracksIP3DSig"),
            ),
            (125, 125),
            _OWN,
            "channels first",
            "MLAnalyzer, trees for b jets; which of the impact-parameter layers were trained on differs",
        ),
        ChannelSet(
            "egamma2",
            ("EBEnergy", "EBTime"),
            (32, 32),
            "",
            "channels last",
            "electrons and photons of 50 GeV, files of ML4SCI",
        ),
        ChannelSet(
            "agg2",
            ("ECALEnergyT", "ECALEnergyZ"),
            (32, 32),
            "",
            "channels first",
            "a -> photons, arXiv:2204.12313: transverse and longitudinal part of the energy, called Xtz there",
        ),
    )
}
"""All sets by name."""


def expanded_channels(names: Iterable[str]) -> tuple[str, ...]:
    """Names of layers, with every ``@set`` replaced by the channels of the set.

    Raises:
        ValueError: there is no such set; names the nearest. As for any value of a parameter that is not legal.
    """
    found: list[str] = []
    for name in names:
        if not name.startswith(MARK):
            found.append(name)
        elif name.removeprefix(MARK) in CHANNEL_SETS:
            found += CHANNEL_SETS[name.removeprefix(MARK)].channels
        else:
            marked = [MARK + known for known in CHANNEL_SETS]
            raise ValueError(f"no channel set '{name}'. {nearest(name, marked)}".removesuffix("."))
    return tuple(found)
