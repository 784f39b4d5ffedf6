"""The table of layers is what the documentation and the networks rely on."""

import pytest

from e2efw.errors import ConfigurationError
from frameproducers.det_frames import DetFrameProducer
from frameproducers.jet_frames import JetFrameProducer
from frameproducers.layers import LAYERS, known_layers


def test_the_layers_are_these() -> None:
    rows = [(rule.name, rule.layer.rows, rule.layer.columns, rule.unit, rule.fill) for rule in LAYERS.values()]
    assert rows == [
        ("TracksPt", 280, 360, "GeV", "sum"),
        ("TracksD0", 280, 360, "cm", "mean"),
        ("TracksDz", 280, 360, "cm", "mean"),
        ("TracksD0Sig", 280, 360, "", "mean"),
        ("TracksDzSig", 280, 360, "", "mean"),
        ("ECAL", 280, 360, "GeV", "sum"),
        ("HCAL", 56, 72, "GeV", "sum"),
    ]
    assert list(LAYERS) == [name for name, *_ in rows]


def test_an_unknown_layer_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigurationError, match=r"parameter 'layers': no layer 'TrackPt'. Did you mean 'TracksPt'\?"):
        DetFrameProducer(layers=("ECAL", "TrackPt"))
    with pytest.raises(ConfigurationError, match=r"parameter 'channels': no layer 'ecal'. Did you mean 'ECAL'\?"):
        JetFrameProducer(channels=("ecal",))


def test_layers_may_not_come_twice_nor_be_missing() -> None:
    assert known_layers(["ECAL", "HCAL", "ECAL"]) == "a layer is named twice"
    assert known_layers([]) == "name at least one layer"
    assert known_layers(["HCAL", "ECAL"]) is None
