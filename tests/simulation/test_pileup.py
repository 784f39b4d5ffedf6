"""Pileup: Poisson collisions from a pool, each event its own, whatever order and blocks they are made in."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.collection import Collection
from dataformats.generator import GenParticles
from dataformats.simulated import PileupInteractions
from simulation.event_starts import BEAM_SPOT
from simulation.pileup import MAX_ETA, NEUTRINOS, Pileup, Pool, no_pileup
from simulation.pythia import Pythia
from simulation.pythia_source import (
    PILEUP_INTERACTIONS,
    PILEUP_PARTICLES,
    PRODUCTS,
    OpenPythia,
    PythiaSource,
    event_ids,
)

pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")

PARAMETERS = {"process": "photon_gun", "energy": 900.0, "pileup": 20.0, "pileup_pool": 40}
"""Pythia starts faster at 900 GeV."""


@cache
def opened(skip_events: int) -> OpenPythia:
    return PythiaSource(**PARAMETERS, skip_events=skip_events).open()


@cache
def minimum_bias() -> Pythia:
    return Pythia("test", ("SoftQCD:inelastic = on", "Beams:eCM = 900.0"))


@cache
def pileup(mean: float = 20.0, seed: int = 1, process: str = "photon_gun") -> Pileup:
    return Pileup(mean, Pool(minimum_bias(), seed, 40), seed, process)


def assert_same(one: Collection, other: Collection) -> None:
    assert np.array_equal(one.offsets, other.offsets)
    for name, column in one.columns.items():
        assert np.array_equal(column, other.columns[name]), name


def by_collision(particles: GenParticles, interactions: PileupInteractions, name: str) -> list[NDArray[np.float32]]:
    return np.split(particles.flat(name), np.cumsum(interactions.flat("n_particles"))[:-1])


@pytest.mark.parametrize("events_per_block", [1, 7])
def test_pileup_does_not_depend_on_the_block_size_or_the_start(events_per_block: int) -> None:
    (block,) = opened(0).blocks(dict(PRODUCTS), 64, 12)
    blocks = list(opened(5).blocks(dict(PRODUCTS), events_per_block, 7))
    for key, product in PRODUCTS.items():
        joined = product.concatenate([each.products[key] for each in blocks])  # type: ignore[misc]
        assert_same(block.products[key].take(slice(5, 12)), joined)  # type: ignore[arg-type]


def test_the_order_of_use_does_not_matter() -> None:
    backwards = Pileup(20.0, Pool(minimum_bias(), 1, 40), 1, "photon_gun")
    late = backwards.over(event_ids(50, 3))
    early = backwards.over(event_ids(1, 3))
    assert [len(part) for part in (*late, *early)] == [3] * 4
    for one, other in zip(pileup().over(event_ids(1, 3)), early, strict=True):
        assert_same(one, other)
    for one, other in zip(pileup().over(event_ids(50, 3)), late, strict=True):
        assert_same(one, other)


@pytest.mark.parametrize("mean", [0.5, 20.0, 80.0])
def test_the_number_of_collisions_is_poisson(mean: float) -> None:
    counts = pileup(mean).over(event_ids(1, 1000))[1].counts
    assert counts.mean() == pytest.approx(mean, abs=4.0 * np.sqrt(mean / 1000))
    assert counts.var() == pytest.approx(mean, rel=0.2)


def test_collisions_happen_in_the_beam_spot() -> None:
    interactions = pileup().over(event_ids(1, 300))[1]
    spread = [interactions.flat(name).std() for name in ("x", "y", "z")]
    assert spread == pytest.approx(BEAM_SPOT.tolist(), rel=0.06)


def test_the_particles_of_a_collision_start_at_its_vertex() -> None:
    particles, interactions = pileup().over(event_ids(1, 50))
    assert interactions.flat("n_particles").sum() == particles.offsets[-1]
    for axis in "xyz":
        vertex = np.repeat(interactions.flat(axis), interactions.flat("n_particles"))
        distance = np.abs(particles.flat(f"v{axis}") - vertex)
        assert np.median(distance) < 1e-5
        assert np.mean(distance > 0.1) < 0.15  # daughters of strange particles


def test_only_final_particles_that_can_reach_the_detector_are_kept() -> None:
    particles, _ = pileup().over(event_ids(1, 50))
    assert set(particles.flat("status").tolist()) == {GenParticles.FINAL}
    assert np.abs(particles.flat("eta")).max() < MAX_ETA
    assert not np.isin(np.abs(particles.flat("pdg_id")), NEUTRINOS).any()
    starts = np.repeat(particles.offsets[:-1], particles.counts)
    assert np.array_equal(starts + particles.flat("mother"), np.arange(particles.offsets[-1]))


def test_no_collision_is_used_twice_the_same_way() -> None:
    particles, interactions = pileup().over(event_ids(1, 200))
    full = [phi for phi in by_collision(particles, interactions, "phi") if phi.size]
    assert len(full) > 3000
    assert len({phi.tobytes() for phi in full}) == len(full)


def test_a_collision_keeps_its_shape_when_it_is_turned() -> None:
    particles, interactions = pileup().over(event_ids(1, 200))
    columns = {name: by_collision(particles, interactions, name) for name in ("pt", "eta", "phi", "vx", "vy", "vz")}
    largest = max(columns["pt"], key=lambda pt: pt.size)
    same = [i for i, pt in enumerate(columns["pt"]) if np.array_equal(pt, largest)]
    sides = {bool(np.array_equal(columns["eta"][i], columns["eta"][same[0]])) for i in same}
    assert sides == {True, False}
    x, y, z = (interactions.flat(name) for name in "xyz")
    for i in same:
        radius = np.hypot(columns["vx"][i] - x[i], columns["vy"][i] - y[i])
        assert radius == pytest.approx(
            np.hypot(columns["vx"][same[0]] - x[same[0]], columns["vy"][same[0]] - y[same[0]]), abs=2e-3, rel=1e-3
        )
        # a particle made away from the vertex still flies away from it
        outwards = (columns["vz"][i] - z[i]) * columns["eta"][i]
        assert np.all(outwards[radius > 1.0] > 0)
        step = np.diff(columns["phi"][i]) - (
            1 if np.array_equal(columns["eta"][i], columns["eta"][same[0]]) else -1
        ) * np.diff(columns["phi"][same[0]])
        assert np.abs(np.sin(step / 2)).max() < 1e-5


def test_the_pool_is_filled_no_further_than_needed() -> None:
    pool = Pool(minimum_bias(), 1, 40)
    few = Pileup(2.0, pool, 1, "photon_gun").over(event_ids(1, 1))[1]
    assert 0 <= np.count_nonzero(pool.first >= 0) <= few.counts[0]
    before = pool.columns.pt.copy()
    Pileup(80.0, pool, 1, "photon_gun").over(event_ids(1, 20))
    assert np.all(pool.first >= 0)
    assert np.array_equal(pool.columns.pt[: before.size], before)
    assert pool.columns.pt.size == pool.count.sum()


def test_another_process_or_seed_has_other_pileup() -> None:
    ids = event_ids(1, 5)
    z = [pileup(20.0, seed, process).over(ids)[1].flat("z") for seed, process in ((1, "ttbar"), (1, "qcd"), (2, "qcd"))]
    assert not set(z[0]) & set(z[1])
    assert not set(z[1]) & set(z[2])
    assert not set(pileup(20.0, 1, "qcd").pool.columns.pt[:100]) & set(pileup(20.0, 2, "qcd").pool.columns.pt[:100])


def test_without_pileup_the_products_are_empty() -> None:
    source = PythiaSource(process="photon_gun").open()
    (block,) = source.blocks(dict(PRODUCTS), 64, 4)
    for key in (PILEUP_PARTICLES, PILEUP_INTERACTIONS):
        assert block.products[key].counts.tolist() == [0] * 4  # type: ignore[attr-defined]
    assert set(no_pileup(4)[0].columns) == set(GenParticles.leaves)
