"""Sparse frames and windows: legal by construction, dense views that conserve their sum."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.frames import Layer, SparseFrames, Windows, upsampled
from e2efw.errors import LogicError

LAYERS = (Layer("ECAL", 280, 360, "GeV"), Layer("HCAL", 56, 72, "GeV"))


def two_events() -> SparseFrames:
    return SparseFrames(
        LAYERS,
        np.array([0, 3, 4]),
        channel=np.array([0, 0, 1, 1]),
        cell=np.array([0, 100799, 73, 4031]),
        value=np.arange(1.0, 5.0),
    )


def test_a_dense_view_puts_every_cell_in_its_place() -> None:
    ecal = two_events().dense("ECAL")
    assert ecal.shape == (2, 280, 360)
    assert (ecal[0, 0, 0], ecal[0, 279, 359], ecal.sum()) == (1.0, 2.0, 3.0)


def test_towers_share_their_energy_among_25_pixels() -> None:
    hcal = two_events().dense("HCAL", (280, 360))
    assert hcal[0, 5:10, 5:10] == pytest.approx(3.0 / 25)
    assert hcal.sum() == pytest.approx(7.0)
    with pytest.raises(LogicError, match="56 x 72 cells cannot be cut into 100 x 100 equal pixels"):
        upsampled(two_events().dense("HCAL"), (100, 100))


def test_an_unknown_channel_names_the_nearest() -> None:
    with pytest.raises(LogicError, match=r"no channel 'EACL'. Did you mean 'ECAL'\?"):
        two_events().dense("EACL")


@pytest.mark.parametrize(("channel", "cell"), [(2, 0), (1, 4032), (0, 100800)])
def test_a_cell_outside_its_layer_is_refused_even_from_a_file(channel: int, cell: int) -> None:
    columns: dict[str, NDArray[Any]] = {
        "channel": np.array([channel], np.uint8),
        "cell": np.array([cell], np.uint32),
        "value": np.ones(1, np.float32),
    }
    with pytest.raises(LogicError, match="a cell lies outside its layer"):
        SparseFrames(LAYERS, np.array([0, 1]), **columns)
    with pytest.raises(LogicError, match="a cell lies outside its layer"):
        SparseFrames.restored(np.array([0, 1]), columns, two_events().description)


def test_a_selection_keeps_the_layers() -> None:
    assert two_events().take(np.array([1])).dense("HCAL")[0, 55, 71] == 4.0
    assert SparseFrames.concatenate([two_events(), two_events()]).names == ("ECAL", "HCAL")


def three_windows() -> Windows:
    pixels = np.arange(3 * 2 * 4, dtype=np.float32).reshape(3, 2, 2, 2)
    position = np.arange(3, dtype=np.int32)
    return Windows(("ECAL", "HCAL"), np.array([0, 1, 1, 3]), position, position, position, pixels)


def test_channels_are_selected_by_name() -> None:
    windows = three_windows()
    assert np.shares_memory(windows.select(["ECAL", "HCAL"]), windows.pixels)
    assert np.array_equal(windows.select(["HCAL", "ECAL"]), windows.pixels[:, ::-1])
    with pytest.raises(LogicError, match=r"no channel 'TracksPt'. Known: ECAL, HCAL"):
        windows.select(["TracksPt"])


def test_windows_follow_their_events() -> None:
    windows = three_windows()
    assert windows.take(np.array([2])).row.tolist() == [1, 2]
    joined = Windows.concatenate([windows.take(slice(0, 1)), windows.take(slice(1, 3))])
    assert np.array_equal(joined.pixels, windows.pixels)
    assert joined.offsets.tolist() == [0, 1, 1, 3]


def test_windows_that_do_not_fit_their_channels_are_refused() -> None:
    position = np.arange(3, dtype=np.int32)
    with pytest.raises(LogicError, match="3 windows of 1 channels do not fit pixels"):
        Windows(("ECAL",), np.array([0, 3]), position, position, position, np.zeros((3, 2, 2, 2), np.float32))
