"""Named sets of channels in the producers of frames."""

import pytest

from dataformats.channels import CHANNEL_SETS
from e2efw.cli.plugin_help import print_plugin_help
from e2efw.errors import ConfigurationError
from frameproducers.det_frames import DetFrameProducer
from frameproducers.jet_frames import JetFrameProducer
from frameproducers.layers import LAYERS

NAMES = sorted({channel for entry in CHANNEL_SETS.values() for channel in entry.channels})


@pytest.mark.parametrize("channel", NAMES)
def test_every_channel_of_a_set_is_a_layer(channel: str) -> None:
    if channel not in LAYERS:
        used_by = ", ".join(name for name, entry in CHANNEL_SETS.items() if channel in entry.channels)
        pytest.xfail(f"pending: no layer provides '{channel}' yet, which {used_by} need")
    assert LAYERS[channel].name == channel


def test_producers_take_the_name_of_a_set() -> None:
    assert JetFrameProducer(channels=("@qg3",)).channels == ("TracksPt", "ECAL", "HCAL")
    assert DetFrameProducer(layers=("@qg3", "TracksD0")).layers == ("TracksPt", "ECAL", "HCAL", "TracksD0")
    described = JetFrameProducer(channels=("@qg3",)).describe()["frames"]
    assert described["channels"] == ["TracksPt", "ECAL", "HCAL"]


def test_a_misspelt_set_and_a_channel_of_two_sets_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"'channels': no channel set '@qg4'. Did you mean '@qg3'\?"):
        JetFrameProducer(channels=("@qg4",))
    with pytest.raises(ConfigurationError, match="'layers': a layer is named twice"):
        DetFrameProducer(layers=("@qg3", "ECAL"))


@pytest.mark.parametrize("plugin", ["DetFrameProducer", "GraphProducer"])
def test_plugin_help_lists_the_sets_and_what_is_not_offered_yet(
    plugin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    print_plugin_help(plugin)
    printed = capsys.readouterr().out
    lines = {line.split()[0]: line.split()[1:] for line in printed.splitlines() if line.startswith("@")}
    assert list(lines) == [f"@{name}" for name in CHANNEL_SETS]
    assert lines["@top8"][:8] == list(CHANNEL_SETS["top8"].channels)
    for name, entry in CHANNEL_SETS.items():
        said = [channel if channel in LAYERS else f"({channel})" for channel in entry.channels]
        assert lines[f"@{name}"][: len(said)] == said
