"""Named sets of channels: the table that users and networks rely on."""

import pytest

from dataformats.channels import CHANNEL_SETS, expanded_channels

PIXELS = ["BPIX1", "BPIX2", "BPIX3"]


def test_the_orders_of_the_public_trainings_are_these() -> None:
    orders = {name: list(entry.channels) for name, entry in CHANNEL_SETS.items()}
    assert orders["top8"] == ["TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL", *PIXELS]
    assert orders["rece2e8"] == ["TracksPt", "ECAL", "HCAL", "TracksD0", "TracksDz", *PIXELS]
    assert orders["qg3"] == ["TracksPt", "ECAL", "HCAL"]
    taus = ["TracksPt", "TracksDzSig", "TracksD0Sig", "ECAL", "HCAL", *PIXELS, "BPIX4", "TIB1", "TIB2", "TOB1", "TOB2"]
    assert orders["tau13"] == taus
    assert orders["tau9"] == taus[:9]
    assert orders["rece2e"][:5] == ["HCAL", "ECAL", "TracksPt", "TracksD0", "TracksDz"]
    assert orders["jet9"][:5] == orders["jet5"]


def test_every_set_says_where_it_comes_from_and_names_no_channel_twice() -> None:
    assert list(CHANNEL_SETS) == [
        *("rece2e", "rece2e8", "top8", "qg3", "jet5", "jet9", "tau13", "tau9", "bjet", "egamma2", "agg2")
    ]
    sizes = {"egamma2": 2, "agg2": 2, "qg3": 3, "jet5": 5, "top8": 8, "rece2e8": 8, "rece2e": 9, "jet9": 9}
    sizes |= {"tau13": 13, "tau9": 9}
    for name, entry in CHANNEL_SETS.items():
        assert entry.name == name
        assert entry.source
        assert len(set(entry.channels)) == len(entry.channels) == sizes.get(name, len(entry.channels))
        assert entry.window == ((32, 32) if name in {"egamma2", "agg2"} else (125, 125))
        has_tracks = any(channel.startswith(("Tracks", "BPIX", "Muons")) for channel in entry.channels)
        assert bool(entry.projection) == has_tracks


def test_names_of_sets_stand_for_their_channels() -> None:
    assert expanded_channels(["@qg3"]) == ("TracksPt", "ECAL", "HCAL")
    assert expanded_channels(["BPIX4", "@qg3", "BPIX1"]) == ("BPIX4", "TracksPt", "ECAL", "HCAL", "BPIX1")
    assert expanded_channels(["ECAL", "no layer at all"]) == ("ECAL", "no layer at all")
    assert expanded_channels([]) == ()
    assert expanded_channels(expanded_channels(["@top8"])) == CHANNEL_SETS["top8"].channels


def test_an_unknown_set_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match=r"no channel set '@top9'. Did you mean '@top8'\? Known: @agg2, @bjet"):
        expanded_channels(["ECAL", "@top9"])
