"""Shapes of showers are those of a readable twin, in the barrel, at its seams and in the endcaps."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from dataformats.geometry.crystals import Position, eb_position, ee_position
from dataformats.geometry.detids import pack_eb, pack_ee, pack_hcal
from dataformats.geometry.hcal import tower_direction
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.superclusters import SuperClusters
from simulation.ecal_hits import ecal_hits
from simulation.shower_shapes import hcal_over_ecal, shower_shapes

Crystals = dict[tuple[int, int], float]


def supercluster(place: Position, seed: int, energy: float) -> SuperClusters:
    """One, in one event."""
    columns = {"energy": energy, "raw_energy": energy, "eta_width": 0.0, "phi_width": 0.0, "seed": seed}
    at = {"x": float(place.x), "y": float(place.y), "z": float(place.z)}
    return SuperClusters.from_lists(**{name: [[value]] for name, value in (columns | at).items()})


def barrel(ieta: int, iphi: int, energy: float = 50.0) -> SuperClusters:
    return supercluster(eb_position(ieta, iphi), int(pack_eb(ieta, iphi)), energy)


def endcap(ix: int, iy: int, energy: float = 50.0) -> SuperClusters:
    return supercluster(ee_position(ix, iy, 1), int(pack_ee(ix, iy, 1)), energy)


def by_hand(energy: dict[tuple[int, int], float], step: Callable[[int, int], float]) -> list[float]:
    """The readable twin: energies by (row, column) from the seed, -2 to 2, and their distance along eta."""
    sums = [sum(e for (a, b), e in energy.items() if max(abs(a), abs(b)) <= reach) for reach in (0, 1, 2)]
    mean = sum(e * step(a, b) for (a, b), e in energy.items()) / sums[2]
    weights = {cell: max(0.0, 4.7 + math.log(e / sums[2])) for cell, e in energy.items()}
    squares = sum(weights[a, b] * (step(a, b) - mean) ** 2 for a, b in energy)
    return [*sums, math.sqrt(squares / sum(weights.values()))]


def shapes_of(superclusters: SuperClusters, eb: EBRecHits, ee: EERecHits) -> list[float]:
    return [float(column[0]) for column in shower_shapes(superclusters, ecal_hits(eb, ee))]


@pytest.mark.parametrize(("ieta", "iphi"), [(30, 100), (1, 1), (-2, 360), (84, 180)])
def test_barrel_shapes_are_those_of_the_readable_twin(
    ieta: int, iphi: int, eb_of: Callable[[Crystals], EBRecHits]
) -> None:
    rng = np.random.default_rng(ieta + 200)
    crystals, near = {}, {}
    row = ieta - (ieta > 0)
    for down in range(-3, 4):
        for across in range(-3, 4):
            energy = 40.0 * math.exp(-down * down - across * across) + rng.exponential(0.1)
            other = row + down
            if -85 <= other < 85:
                crystals[other + (other >= 0), (iphi - 1 + across) % 360 + 1] = energy
                if max(abs(down), abs(across)) <= 2:
                    near[down, across] = energy
    expected = by_hand(near, lambda down, across: float(down))
    expected[3] *= 0.01745
    assert shapes_of(barrel(ieta, iphi), eb_of(crystals), EERecHits.empty(1)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("ix", "iy"), [(80, 60), (51, 20), (25, 50), (62, 51)])
def test_endcap_shapes_are_those_of_the_readable_twin(ix: int, iy: int, ee_of: Callable[[Crystals], EERecHits]) -> None:
    crystals, near = {}, {}
    for a in range(-2, 3):
        for b in range(-2, 3):
            if math.hypot(ix + b - 50.5, iy + a - 50.5) > 11.5:
                energy = 100.0 * math.exp(-a * a - b * b) + 0.1 * abs(a)
                crystals[ix + b, iy + a] = near[a, b] = energy

    def from_centre(index: int) -> int:
        return index - 51 if index < 51 else index - 50

    def ring(x: int, y: int) -> float:
        return math.hypot(from_centre(x), from_centre(y))

    expected = by_hand(near, lambda a, b: ring(ix + b, iy + a) - ring(ix, iy))
    expected[3] *= 0.0447
    assert shapes_of(endcap(ix, iy), EBRecHits.empty(1), ee_of(crystals)) == pytest.approx(expected, rel=1e-5)


def test_a_single_crystal_has_no_width_and_no_energy_no_shape(eb_of: Callable[[Crystals], EBRecHits]) -> None:
    assert shapes_of(barrel(5, 5), eb_of({(5, 5): 20.0}), EERecHits.empty(1)) == pytest.approx([20, 20, 20, 0])
    nothing = shapes_of(barrel(5, 5), eb_of({(50, 5): 20.0}), EERecHits.empty(1))
    assert nothing[:3] == [0.0, 0.0, 0.0]
    assert math.isnan(nothing[3])


def test_hcal_energy_behind_counts_within_the_cone() -> None:
    at = barrel(10, 355, 40.0)  # tower ieta 2, iphi 69
    near, above, far = pack_hcal(1, 2, 69, 1), pack_hcal(1, 3, 69, 2), pack_hcal(1, 4, 71, 1)
    hits = HBHERecHits.from_lists(detid=[[near, above, near, far]], energy=[[4.0, 2.0, 0.5, 9.0]], time=[[0.0] * 4])
    assert np.hypot(*(np.array(tower_direction(4, 71)) - np.array(tower_direction(2, 69)))) > 0.15
    assert hcal_over_ecal(at, hits, reach=0.15, min_energy=0.8) == pytest.approx([6.0 / 40.0])
    assert hcal_over_ecal(at, hits, reach=0.15, min_energy=0.0) == pytest.approx([6.5 / 40.0])
    assert hcal_over_ecal(at, HBHERecHits.empty(1), reach=0.15, min_energy=0.8) == pytest.approx([0.0])
