"""Parameters of RecoE2E's producers of frames, by their names there, translated to today's."""

from collections.abc import Mapping
from typing import Any, Final

from frameproducers.old_switches import LAYERS_OF_SWITCH, ORDER, layers_of_switches
from frameproducers.old_switches import old_parameters as switches

CHANNELS: Final = ("TracksPt", "ECAL", "HCAL", "TracksD0", "TracksDz", "BPIX1", "BPIX2", "BPIX3")
"""What the numbers of `setChannelOrder` mean where all switches are set: the channels that RecoE2E's networks read."""

_SWITCHES: Final = frozenset(
    {"doECALstitched", "doTracksAtECALstitchedPt", "doTracksAtECALadjPt", "doHBHEenergy", "doBPIX"}
)
_ADJUSTABLE: Final = "doTracksAtECALadjPt"
_GRANULARITY: Final = ("granularityMultiPhi", "granularityMultiEta")
_TAGS: Final[Mapping[str, str]] = {
    "reducedEBRecHitCollection": "eb_hits",
    "reducedEERecHitCollection": "ee_hits",
    "reducedHBHERecHitCollection": "hbhe_hits",
    "trackCollection": "tracks",
    "vertexCollection": "vertices",
    "siPixelRecHitCollection": "pixel_hits",
    "pfCollection": "pf_candidates",
}
_STRIPS: Final = "siStripRecHitCollection"
_JETS: Final = ("ak8PFJetCollection", "ak4PFJetCollection")
_UNUSED: Final = (
    *("photonCollection", "gedPhotonCollection", "genParticleCollection", "trackRecHitCollection", "pvCollection"),
    *("jetTagCollection", "ipTagInfoCollection", "mode", "nJets", "z0PVCut", "DetFrames", "ChannelMapping", "EBEnergy"),
    *("ak8GenJetCollection", "ak4GenJetCollection", "ak8RecoJetsForBTagging", "ak4RecoJetsForBTagging"),
    *("isTTbar", "minTopPt", "maxTopEta"),
)


def frame_parameters() -> dict[str, str]:
    """Names that RecoE2E's producers of frames have, with a line of meaning each."""
    tags = {name: f"now {today}" for name, today in _TAGS.items()}
    granularity = dict.fromkeys(_GRANULARITY, f"pixels along a side of a crystal that {_ADJUSTABLE} draws")
    unused = dict.fromkeys(_UNUSED, "nothing")
    return {**switches(), **tags, _STRIPS: "now strip_hits and stereo_hits", **granularity, **unused}


def jet_parameters() -> dict[str, str]:
    """The same for windows around jets."""
    tags = dict.fromkeys(_JETS, "now jets, if jetCollection says so")
    return {**frame_parameters(), **tags, "jetCollection": "ak4 or ak8: which of the two collections"}


def photon_parameters() -> dict[str, str]:
    """The same for windows around photons."""
    return {**frame_parameters(), "photonCollection": "now photons"}


def translated_tags(old: Mapping[str, Any]) -> dict[str, Any]:
    """Today's InputTags."""
    tags = {today: old[name] for name, today in _TAGS.items() if name in old}
    for tag in old.get(_STRIPS, ()):
        for instance, today in (("rphiRecHit", "strip_hits"), ("stereoRecHit", "stereo_hits")):
            if str(tag).endswith(f":{instance}"):
                tags[today] = tag
    return tags


def translated_layers(old: Mapping[str, Any]) -> tuple[str, ...]:
    """The layers that the switches stand for; empty if none is set.

    Raises:
        ValueError: they contradict each other, or the order of channels; says how.
    """
    given = {name: value for name, value in old.items() if name in LAYERS_OF_SWITCH or name == ORDER}
    if not given:
        return ()
    if not given.keys() >= _SWITCHES:
        return layers_of_switches(given)
    order = given.pop(ORDER, None)
    adjustable = given[_ADJUSTABLE]
    granularity = int(old.get(_GRANULARITY[0], 1))
    if granularity == 1:
        del given[_ADJUSTABLE]  # the same picture as TracksPt
    layers = layers_of_switches(given)
    if adjustable and granularity == 1 and "TracksPt" not in layers:
        layers = (*layers, "TracksPt")
    layers = tuple(name.replace("_3x3", f"_{granularity}x{granularity}") for name in layers)
    ordered = [name for name in _named(str(order)) if name in layers] if order is not None else list(CHANNELS)
    known = [name for name in ordered if name in layers]
    missing = [name for name in layers if name not in known]
    if order is not None and any(name in CHANNELS for name in missing):
        raise ValueError(
            f"'{ORDER}' = '{order}' names no {missing[0]}, which is switched on; it is {_number(missing[0])}"
        )
    return (*known, *missing)


def _number(layer: str) -> int:
    return CHANNELS.index(layer)


def _named(order: str) -> list[str]:
    """The channels that a text such as "1,0,2" names."""
    words = [word.strip() for word in order.split(",")]
    numbers = {str(number): name for number, name in enumerate(CHANNELS)}
    for word in words:
        if word not in numbers or words.count(word) > 1:
            channels = ", ".join(f"{number} {name}" for number, name in numbers.items())
            raise ValueError(f"'{ORDER}' = '{order}' must name channels once each; they are {channels}")
    return [numbers[word] for word in words]


def translated_jets(old: Mapping[str, Any]) -> dict[str, Any]:
    """The collection of jets.

    Raises:
        ValueError: another jetCollection than ak4 and ak8.
    """
    chosen = old.get("jetCollection", "ak8")
    if chosen not in {"ak4", "ak8"}:
        raise ValueError(f"'jetCollection' is 'ak4' or 'ak8', not {chosen!r}")
    name = f"{chosen}PFJetCollection"
    if name in old:
        return {"jets": old[name]}
    return {"jets": f"{chosen}PFJetsCHS"} if "jetCollection" in old else {}
