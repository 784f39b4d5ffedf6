"""Pixel and strip hits come of the crossings, in their order, each with its own luck."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.generator import GenParticles
from dataformats.geometry.tracker_ids import unpack_tracker
from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import EventIDs
from simulation.detector_sim import DetectorSimProducer, DetectorSimProducts
from simulation.tracker_readout import PixelRecHitProducer, StripRecHitProducer

Crowd = Callable[[int, int], GenParticles]
IdsOf = Callable[..., EventIDs]

N = 40


@pytest.fixture(scope="module")
def left(crowd: Crowd, ids_of: IdsOf) -> DetectorSimProducts:
    return DetectorSimProducer().produce(crowd(5, N), None, ids_of(N))


def test_perfect_pixels_see_every_crossing_close_to_where_it_was(left: DetectorSimProducts, ids_of: IdsOf) -> None:
    true = left.tracker_hits_pixel
    hits = PixelRecHitProducer(efficiency=1.0).produce(true, ids_of(N))
    assert np.array_equal(hits.offsets, true.offsets)
    assert np.array_equal(hits.flat("detid"), true.flat("detid"))
    off = np.stack([hits.flat(axis) - true.flat(axis) for axis in "xyz"])
    assert np.abs(off).max() < 0.02
    assert 0.0005 < off.std() < 0.003


def test_blind_detectors_see_nothing(left: DetectorSimProducts, ids_of: IdsOf) -> None:
    assert PixelRecHitProducer(efficiency=0.0).produce(left.tracker_hits_pixel, ids_of(N)).counts.sum() == 0
    strips = StripRecHitProducer(efficiency=0.0).produce(left.tracker_hits_strip, ids_of(N))
    assert len(strips.rphi_rec_hit) == len(strips.stereo_rec_hit) == N
    assert strips.rphi_rec_hit.counts.sum() == strips.stereo_rec_hit.counts.sum() == 0


def test_strips_are_parted_by_their_direction(left: DetectorSimProducts, ids_of: IdsOf) -> None:
    true = left.tracker_hits_strip
    strips = StripRecHitProducer(efficiency=1.0).produce(true, ids_of(N))
    assert np.array_equal(strips.rphi_rec_hit.counts + strips.stereo_rec_hit.counts, true.counts)
    assert set((strips.stereo_rec_hit.flat("detid") & 3).tolist()) == {1}
    assert set((strips.rphi_rec_hit.flat("detid") & 3).tolist()) == {0, 2}
    partners = np.isin(strips.stereo_rec_hit.flat("detid") + 1, strips.rphi_rec_hit.flat("detid"))
    assert partners.all()
    subdet, layer, _ = unpack_tracker(strips.stereo_rec_hit.flat("detid"))
    assert layer[np.isin(subdet, (3, 5))].max() == 2


def test_layers_are_missed_as_often_as_the_efficiency_says(left: DetectorSimProducts, ids_of: IdsOf) -> None:
    true = left.tracker_hits_pixel
    found = PixelRecHitProducer(efficiency=0.8).produce(true, ids_of(N)).offsets[-1] / true.offsets[-1]
    assert found == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / true.offsets[-1]))


def test_hits_do_not_depend_on_the_size_of_blocks(left: DetectorSimProducts, ids_of: IdsOf) -> None:
    pixels, strips, ids = left.tracker_hits_pixel, left.tracker_hits_strip, ids_of(N)
    whole = PixelRecHitProducer().produce(pixels, ids), *StripRecHitProducer().produce(strips, ids)
    for first in range(0, N, 9):
        cut = slice(first, min(first + 9, N))
        part = (
            PixelRecHitProducer().produce(pixels.take(cut), ids.take(cut)),
            *StripRecHitProducer().produce(strips.take(cut), ids.take(cut)),
        )
        for one, other in zip(whole, part, strict=True):
            assert all(np.array_equal(column, other.columns[name]) for name, column in one.take(cut).columns.items())


@pytest.mark.parametrize("producer", [PixelRecHitProducer, StripRecHitProducer])
def test_an_efficiency_is_a_probability(producer: type[PixelRecHitProducer] | type[StripRecHitProducer]) -> None:
    for wrong in (-0.1, 1.1):
        with pytest.raises(ConfigurationError, match="must be from 0 to 1"):
            producer(efficiency=wrong)
