"""The table of layers is what the documentation and the networks rely on."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2efw.errors import ConfigurationError
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from frameproducers.jet_frames import JetFrameProducer
from frameproducers.layer_table import layer_tables
from frameproducers.layers import BASE_LAYERS, DEFAULT_LAYERS, LAYERS, drawable_layers, known_layers, unused_inputs


def test_the_default_layers_are_these() -> None:
    rules = [LAYERS[name] for name in DEFAULT_LAYERS]
    assert [(rule.name, rule.layer.rows, rule.layer.columns, rule.unit, rule.fill) for rule in rules] == [
        ("TracksPt", 280, 360, "GeV", "sum"),
        ("TracksD0", 280, 360, "cm", "mean"),
        ("TracksDz", 280, 360, "cm", "mean"),
        ("TracksD0Sig", 280, 360, "", "mean"),
        ("TracksDzSig", 280, 360, "", "mean"),
        ("ECAL", 280, 360, "GeV", "sum"),
        ("HCAL", 56, 72, "GeV", "sum"),
    ]


def test_all_layers_that_are_no_variant_are_these() -> None:
    quantities = ("D0", "Dz", "D0Sig", "DzSig", "Dxy", "DxySig")
    impact_parameters = [f"Tracks{name}{how}" for name in quantities for how in ("", "_sum", "_max")]
    crystals = [f"{part}{what}" for part in ("EB", "EEm", "EEp") for what in ("Energy", "Time")]
    counts = {"BPIX": 4, "FPIX": 3, "TIB": 4, "TOB": 6, "TID": 3, "TEC": 9}
    assert list(BASE_LAYERS) == [
        *("TracksN", "TracksPt", "TracksPt_max", "TracksQPt", "TracksQPt_max", *impact_parameters),
        *("TracksIP2D", "TracksIP2DSig", "TracksIP3D", "TracksIP3DSig"),
        *("ECAL", "ECALEnergyT", "ECALEnergyZ", "HCAL", *crystals, "HBHE_EB", "ECALatHCAL", "HCALatEEm", "HCALatEEp"),
        *(f"{part}{number}" for part, last in counts.items() for number in range(1, last + 1)),
        *("EndTracksPt", "EndTracksQPt", "MuonsPt", "MuonsQPt"),
    ]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("EBTime", (170, 360, "ns", "leading")),
        ("EEmEnergy", (100, 100, "GeV", "sum")),
        ("HBHE_EB", (34, 72, "GeV", "sum")),
        ("ECALatHCAL", (56, 72, "GeV", "sum")),
        ("HCALatEEp", (100, 100, "GeV", "sum")),
        ("TracksPt_max_PV_atHCAL_3x3", (840, 1080, "GeV", "leading")),
        ("TracksD0_fromPV_5x5", (1400, 1800, "cm", "mean")),
        ("TracksN_EB", (170, 360, "", "count")),
        ("TEC9_noVertex_5x5", (1400, 1800, "", "count")),
        ("MuonsQPt_nPV_EEm", (100, 100, "GeV", "sum")),
    ],
)
def test_variants_have_their_shape_unit_and_fill_rule(name: str, row: tuple[int, int, str, str]) -> None:
    rule = LAYERS[name]
    assert (rule.layer.rows, rule.layer.columns, rule.unit, rule.fill) == row
    assert rule.name == name


def test_the_table_tells_every_base_layer_and_every_suffix() -> None:
    layers, suffixes = layer_tables()
    assert [row[0] for row in layers.rows] == list(BASE_LAYERS)
    assert {row[0] for row in suffixes.rows} == {suffix for rule in LAYERS.values() for suffix in rule.suffixes}
    assert ("HBHE_EB", "hbheHits", "34 x 72", "GeV", "sum", "tower", "") in layers.rows


def test_a_misspelt_variant_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        ConfigurationError, match=r"no layer 'TracksPt_atHCAl_3x3'. Did you mean 'TracksPt_atHCAL_3x3'\?"
    ):
        DetFrameProducer(layers=("TracksPt_atHCAl_3x3",))


def test_an_unknown_layer_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigurationError, match=r"parameter 'layers': no layer 'TrackPt'. Did you mean 'TracksPt'\?"):
        DetFrameProducer(layers=("ECAL", "TrackPt"))
    with pytest.raises(ConfigurationError, match=r"parameter 'channels': no layer 'ecal'. Did you mean 'ECAL'\?"):
        JetFrameProducer(channels=("ecal",))


def test_layers_may_not_come_twice_nor_be_missing() -> None:
    assert known_layers(["ECAL", "HCAL", "ECAL"]) == "a layer is named twice"
    assert known_layers([]) == "name at least one layer"
    assert known_layers(["HCAL", "ECAL"]) is None
    assert known_layers(list(LAYERS)[:256]) == "256 layers; one producer makes at most 255"
    assert drawable_layers(["ECAL", "EBEnergy"]) is None
    assert str(drawable_layers(["EEmEnergy"])).startswith("'EEmEnergy' has no place in the stitched picture")


def test_inputs_that_no_layer_looks_at_make_no_difference(random_inputs: Callable[[int, int], Inputs]) -> None:
    inputs = random_inputs(31, 4)
    for name in BASE_LAYERS:
        producer = DetFrameProducer(layers=(name,))
        assert producer.unused_products() == unused_inputs([name])
        nothing: dict[str, Any] = dict.fromkeys(unused_inputs([name]))
        fewer = dataclasses.replace(inputs, **nothing)
        every, less = producer.produce(inputs), producer.produce(fewer)
        for column in ("channel", "cell", "value"):
            np.testing.assert_array_equal(every.flat(column), less.flat(column), err_msg=name)
