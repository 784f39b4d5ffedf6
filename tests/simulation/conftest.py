"""Particles for the detector, and showers in crystals for the tests of what is reconstructed from them."""

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
import pytest

from benchmarks.physics.samples import Samples
from dataformats.generator import GenParticles
from dataformats.geometry.constants import EB_IPHI
from dataformats.geometry.detids import pack_eb, pack_ee
from dataformats.rechits import EBRecHits, EERecHits
from e2efw.framework.blocks import EventIDs

Shower: TypeAlias = tuple[int, int, float]
"""ieta, iphi (or ix, iy) of the hottest crystal and energy in GeV."""
Crystals: TypeAlias = Mapping[tuple[int, int], float]


def _spread(showers: Sequence[Shower], place: Callable[[int, int, int, int], tuple[int, int]]) -> Crystals:
    """Energy of crystals: 72 % of a shower in the middle, 6 % beside it, 1 % at the corners."""
    crystals: defaultdict[tuple[int, int], float] = defaultdict(float)
    for row, column, energy in showers:
        for down in (-1, 0, 1):
            for across in (-1, 0, 1):
                share = (0.72, 0.06, 0.01)[abs(down) + abs(across)]
                crystals[place(row, column, down, across)] += share * energy
    return crystals


def _barrel_place(ieta: int, iphi: int, down: int, across: int) -> tuple[int, int]:
    row = ieta - (ieta > 0) + down
    return row + (row >= 0), (iphi - 1 + across) % EB_IPHI + 1


@pytest.fixture(scope="session")
def eb_of() -> Callable[[Crystals], EBRecHits]:
    """``eb_of({(ieta, iphi): energy})``: one event."""

    def make(crystals: Crystals) -> EBRecHits:
        ids = [pack_eb(*cell) for cell in crystals]
        return EBRecHits.from_lists(detid=[ids], energy=[list(crystals.values())], time=[[0.0] * len(ids)])

    return make


@pytest.fixture(scope="session")
def ee_of() -> Callable[..., EERecHits]:
    """``ee_of({(ix, iy): energy}, zside)``: one event."""

    def make(crystals: Crystals, zside: int = 1) -> EERecHits:
        ids = [pack_ee(*cell, zside) for cell in crystals]
        return EERecHits.from_lists(detid=[ids], energy=[list(crystals.values())], time=[[0.0] * len(ids)])

    return make


@pytest.fixture(scope="session")
def eb_showers(eb_of: Callable[[Crystals], EBRecHits]) -> Callable[..., EBRecHits]:
    """``eb_showers((ieta, iphi, energy), ...)``: one event with showers of 3 x 3 crystals."""

    def make(*showers: Shower) -> EBRecHits:
        return eb_of(_spread(showers, _barrel_place))

    return make


@pytest.fixture(scope="session")
def ee_showers(ee_of: Callable[..., EERecHits]) -> Callable[..., EERecHits]:
    """``ee_showers((ix, iy, energy), ..., zside=1)``: the same in an endcap."""

    def make(*showers: Shower, zside: int = 1) -> EERecHits:
        return ee_of(_spread(showers, lambda x, y, down, across: (x + down, y + across)), zside)

    return make


@pytest.fixture(scope="session")
def random_showers(eb_showers: Callable[..., EBRecHits]) -> Callable[[int, int], EBRecHits]:
    """``random_showers(seed, n_events)``: barrel events with up to 12 showers, some of them close; some empty."""

    def make(seed: int, n_events: int) -> EBRecHits:
        rng = np.random.default_rng(seed)
        events = []
        for _ in range(n_events):
            count = int(rng.integers(0, 7))
            ieta = rng.integers(2, 80, count) * rng.choice([-1, 1], count)
            iphi = rng.integers(1, 361, count)
            energy = rng.exponential(20.0, count) + 1.0
            first = list(zip(ieta.tolist(), iphi.tolist(), energy.tolist(), strict=True))
            steps = rng.integers(-1, 2, count).tolist(), rng.integers(-12, 13, count).tolist()
            near = [(a + da, (b - 1 + db) % 360 + 1, e / 3) for (a, b, e), da, db in zip(first, *steps, strict=True)]
            events.append(eb_showers(*first, *near))
        return EBRecHits.concatenate(events)

    return make


@pytest.fixture(scope="session")
def ids_of() -> Callable[..., EventIDs]:
    """``ids_of(3, first=10)``: the ids of events 10, 11 and 12."""

    def make(n: int, first: int = 1) -> EventIDs:
        one = np.ones(n, np.uint32)
        return EventIDs(one, one, np.arange(first, first + n, dtype=np.uint64), "crowd")

    return make


@pytest.fixture(scope="session")
def crowd() -> Callable[[int, int], GenParticles]:
    """``crowd(seed, n_events)``: events of up to 60 particles, some displaced, some that do not reach the detector."""
    masses = {22: 0.0, 11: 0.000511, 13: 0.1057, 211: 0.1396, 321: 0.4937, 130: 0.4976, 2112: 0.9396, 2212: 0.9383}

    def make(seed: int, n_events: int) -> GenParticles:
        rng = np.random.default_rng(seed)
        counts = rng.integers(0, 60, n_events) * (rng.random(n_events) > 0.1)
        n = int(counts.sum())
        kind = rng.choice([22, 22, 22, 211, 211, 211, 321, 130, 2112, 2212, 11, 13, 12], n)
        pdg_id = np.where(np.isin(kind, (22, 130)), kind, kind * rng.choice([-1, 1], n))
        displaced = rng.random(n) < 0.1
        vertex = np.repeat(rng.normal(0, (0.01, 0.01, 4), (n_events, 3)), counts, axis=0)
        vertex += displaced[:, np.newaxis] * rng.normal(0, (40, 40, 60), (n, 3))
        return GenParticles(
            np.concatenate([[0], np.cumsum(counts)]),
            pt=0.1 + rng.exponential(3.0, n),
            eta=rng.normal(0, 2.5, n),
            phi=rng.uniform(-np.pi, np.pi, n),
            mass=np.array([masses.get(int(k), 0.0) for k in kind]),
            pdg_id=pdg_id,
            status=np.where(rng.random(n) < 0.9, GenParticles.FINAL, 2),
            vx=vertex[:, 0],
            vy=vertex[:, 1],
            vz=vertex[:, 2],
        )

    return make


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """``measured("jets")``: what that check of `benchmarks.physics` measures, on samples that are made once."""
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    pytest.importorskip("fastjet", reason="FastJet is the extra `sim`")
    samples = Samples(tmp_path_factory.mktemp("physics"), scale=0.5)
    return functools.cache(lambda check: import_module(f"benchmarks.physics.{check}").measure(samples))
