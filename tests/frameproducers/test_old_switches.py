"""Switches of RecoE2E in a cfg become layers, with one notice, or an error where they contradict each other."""

import logging
from pathlib import Path
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.errors import ConfigurationError
from e2efw.framework.configured import configure
from frameproducers.layers import LAYERS
from frameproducers.old_switches import LAYERS_OF_SWITCH
from python_cfg.samples import SIMULATED_TTBAR


def layers(**parameters: Any) -> Any:
    """The layers of a producer that a cfg gives these parameters."""
    process = cms.Process("FRAMES")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.frames = cms.EDProducer("DetFrameProducer", **parameters)
    process.path = cms.Path(process.frames)
    return vars(configure(process, Path()).running["frames"].module)["layers"]


def test_every_switch_stands_for_layers_that_exist() -> None:
    assert all(name in LAYERS for names in LAYERS_OF_SWITCH.values() for name in names)


def test_switches_that_are_on_become_layers_in_the_order_of_recoe2e(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "e2efw.framework"):
        found = layers(doBPIX1=cms.bool(True), doECALstitched=True, doTracksAtECALstitchedPt=True, doHBHEenergy=False)
    assert found == ("ECAL", "TracksPt", "TracksD0", "TracksDz", "BPIX1")
    assert len(caplog.messages) == 1
    assert "stands for layers = ('ECAL', 'TracksPt', 'TracksD0', 'TracksDz', 'BPIX1')" in caplog.messages[0]
    assert "test_old_switches.py" in caplog.messages[0]


def test_the_order_of_channels_is_followed() -> None:
    switches = {"doECALstitched": True, "doHBHEenergy": True, "doBPIX": True}
    assert layers(**switches, setChannelOrder="2, 1,0,4,3") == ("BPIX1", "ECAL", "HCAL", "BPIX3", "BPIX2")


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"doECALstitched": True, "layers": ["ECAL"]}, r"'layers' \(.*\) and doECALstitched \(.*\) say the same"),
        ({"doECALstitched": False}, "no switch is on; set one of doEBenergy, doHBHEenergy"),
        ({"doBPIX": True, "doBPIX2": False}, "'doBPIX2' says no to BPIX2, 'doBPIX' says yes"),
        ({"doECALstitched": "yes"}, "'doECALstitched' is a bool, not 'yes'"),
        ({"doECALstitched": True, "setChannelOrder": "1"}, "'setChannelOrder' has no channel '1'.*They are 0 ECAL"),
        ({"doBPIX": True, "setChannelOrder": "0,0,1"}, "must name each of the 3 channels once, not '0,0,1'"),
        ({"doECALstiched": True}, "no parameter 'doECALstiched'.*Did you mean 'doECALstitched'"),
    ],
)
def test_contradictions_are_errors(parameters: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        layers(**parameters)
