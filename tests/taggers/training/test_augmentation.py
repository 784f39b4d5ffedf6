"""Mirrored, turned and shifted pictures, against numpy."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.channels import CHANNEL_SETS
from e2efw.errors import ConfigurationError, LogicError
from frameproducers.layers import LAYERS, drawable_layers

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

from taggers.training.augmentation import AUGMENTATIONS, Augmentation, signs  # noqa: E402 (needs torch)

CHANNELS = ("TracksPt", "TracksD0", "TracksDz", "TracksQPt", "HCAL", "TracksIP3D")
ETA = np.array([1, 1, -1, 1, 1, 1])
PHI = np.array([1, -1, 1, -1, 1, 1])


def pictures(n: int = 40, rows: int = 9, columns: int = 11) -> Any:
    return torch.randn(n, 6, rows, columns, generator=torch.Generator().manual_seed(1))


def dice(seed: int = 5) -> Any:
    return torch.Generator().manual_seed(seed)


def mirrored(one: NDArray[Any], name: str) -> NDArray[Any]:
    """(channels, rows, columns) of one object, pixel by pixel."""
    out = np.empty_like(one)
    channels, rows, columns = one.shape
    for c in range(channels):
        for row in range(rows):
            for column in range(columns):
                if name == "eta_flip":
                    out[c, row, column] = one[c, rows - 1 - row, column] * ETA[c]
                else:
                    out[c, row, column] = one[c, row, columns - 1 - column] * PHI[c]
    return out


@pytest.mark.parametrize("name", ["eta_flip", "phi_flip"])
def test_every_object_is_as_it_was_or_mirrored_with_its_signs_and_its_place(name: str) -> None:
    before = pictures()
    kept = before.clone()
    extras = {"row": torch.arange(40) + 70, "column": torch.arange(40) * 9, "pt": torch.rand(40)}
    after, found = Augmentation([name], CHANNELS).with_extras(before, extras, dice())
    changed = 0
    for k in range(40):
        flipped = bool((after[k].numpy() != before[k].numpy()).any())
        changed += flipped
        wanted = mirrored(before[k].numpy(), name) if flipped else before[k].numpy()
        assert np.array_equal(after[k].numpy(), wanted)
        assert found["row"][k] == (279 - extras["row"][k] if flipped and name == "eta_flip" else extras["row"][k])
        assert found["column"][k] == (
            359 - extras["column"][k] if flipped and name == "phi_flip" else extras["column"][k]
        )
    assert 10 < changed < 30
    assert torch.equal(before, kept)
    assert found["pt"] is extras["pt"]


@pytest.mark.parametrize("name", ["eta_flip", "phi_flip"])
def test_two_equal_flips_are_none(name: str) -> None:
    flip = Augmentation([name], CHANNELS)
    extras = {"row": torch.arange(40), "column": torch.arange(40)}
    once, moved = flip.with_extras(pictures(), extras, dice(3))
    twice, back = flip.with_extras(once, moved, dice(3))
    assert not torch.equal(once, pictures())
    assert torch.equal(twice, pictures())
    assert all(torch.equal(back[key], extras[key]) for key in extras)


def test_windows_are_shifted_by_whole_crystals_and_zeros_come_in() -> None:
    before = pictures(60, 12, 14)
    extras = {"row": torch.full((60,), 100), "column": torch.full((60,), 0)}
    after, found = Augmentation(["shifts(2)"], CHANNELS, granularity=2).with_extras(before, extras, dice())
    seen = set()
    for k in range(60):
        down, right = 100 - int(found["row"][k]), -((int(found["column"][k]) + 180) % 360 - 180)
        seen.add((down, right))
        wanted = np.zeros((6, 12, 14), np.float32)
        for row in range(12):
            for column in range(14):
                if 0 <= row - 2 * down < 12 and 0 <= column - 2 * right < 14:
                    wanted[:, row, column] = before[k, :, row - 2 * down, column - 2 * right].numpy()
        assert np.array_equal(after[k].numpy(), wanted)
    assert {down for down, _ in seen} == {right for _, right in seen} == {-2, -1, 0, 1, 2}


def test_whole_pictures_are_turned_by_pairs_of_towers_and_nothing_is_lost() -> None:
    before = pictures(8, 3, 360)
    after = Augmentation(["phi_rotation"], CHANNELS)(before, dice())
    turns = set()
    for k in range(8):
        found = [by for by in range(360) if np.array_equal(np.roll(before[k], by, axis=2), after[k])]
        assert len(found) == 1
        turns.update(found)
    assert len(turns) > 3
    assert all(by % 10 == 0 for by in turns)


def test_whole_pictures_are_shifted_around_in_phi() -> None:
    before = pictures(10, 4, 360)
    after = Augmentation(["shifts"], CHANNELS)(before, dice())
    for k in range(10):
        ways = []
        for down in (-1, 0, 1):
            moved = np.zeros((6, 4, 360), np.float32)
            moved[:, max(down, 0) : 4 + min(down, 0)] = before[k, :, max(-down, 0) : 4 - max(down, 0)].numpy()
            ways += [np.array_equal(np.roll(moved, right, axis=2), after[k]) for right in (-1, 0, 1)]
        assert sum(ways) == 1


def test_windows_are_turned_in_their_column_alone() -> None:
    turn = Augmentation(["phi_rotation"], CHANNELS)
    after, found = turn.with_extras(pictures(), {"column": torch.full((40,), 355)}, dice())
    assert torch.equal(after, pictures())
    assert len(set(found["column"].tolist())) > 5
    assert all(column % 10 == 5 for column in found["column"].tolist())
    with pytest.raises(LogicError, match="'phi_rotation' changes nothing of windows but their column"):
        turn(pictures(), dice())


def test_the_same_generator_makes_the_same_changes_whatever_the_order_of_names() -> None:
    names = ["eta_flip", "phi_flip", "shifts(3)"]
    one = Augmentation(names, CHANNELS)(pictures(), dice(8))
    assert torch.equal(one, Augmentation(names[::-1], CHANNELS)(pictures(), dice(8)))
    assert not torch.equal(one, Augmentation(names, CHANNELS)(pictures(), dice(9)))


def test_no_changes_and_no_objects_are_fine() -> None:
    assert torch.equal(Augmentation([], CHANNELS)(pictures(), dice()), pictures())
    assert Augmentation(["eta_flip", "shifts"], CHANNELS)(pictures(0), dice()).shape == (0, 6, 9, 11)


def test_every_layer_that_windows_can_have_knows_its_signs() -> None:
    drawable = [name for name in LAYERS if drawable_layers([name]) is None]
    assert len(drawable) > 300
    for name in drawable:
        quantity = LAYERS[name].value.removeprefix("beam_")
        assert signs(name).eta == (-1 if quantity in {"dz", "dz_sig"} else 1), name
        assert signs(name).phi == (-1 if quantity in {"d0", "d0_sig", "qpt"} else 1), name


@pytest.mark.parametrize("name", CHANNEL_SETS)
def test_every_public_set_can_be_mirrored(name: str) -> None:
    assert len(Augmentation(list(AUGMENTATIONS), [f"@{name}"]).signs) == len(CHANNEL_SETS[name].channels)


def test_wrong_names_channels_and_pictures_are_told() -> None:
    with pytest.raises(ConfigurationError, match=r"no change 'eta_flp'\. Did you mean 'eta_flip'"):
        Augmentation(["eta_flp"], CHANNELS)
    with pytest.raises(ConfigurationError, match="names a change twice"):
        Augmentation(["shifts", "shifts(2)"], CHANNELS)
    with pytest.raises(ConfigurationError, match=r"channel 'TrackPt' cannot be mirrored\. Did you mean 'TracksPt'"):
        Augmentation(["eta_flip"], ["TrackPt"])
    with pytest.raises(ConfigurationError, match="channel 'TracksPt_EEm' cannot be mirrored"):
        Augmentation(["eta_flip"], ["TracksPt_EEm"])
    with pytest.raises(LogicError, match="no channel set '@top9'"):
        Augmentation(["eta_flip"], ["@top9"])
    with pytest.raises(LogicError, match="6 channels, but pictures of"):
        Augmentation(["eta_flip"], CHANNELS)(pictures()[:, :3], dice())
