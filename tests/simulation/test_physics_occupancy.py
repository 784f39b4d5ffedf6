"""Simulated minimum bias with pileup 15 against 20 real minimum-bias events of 2012.

The real file has 25; five have no collision. Its HCAL endcap is empty, so towers are those with |ieta| <= 15.
"""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.physics.occupancy import LEVELS, above, energy


@pytest.fixture(scope="session")
def occupancies(measured: Callable[[str], Any]) -> Any:
    found = measured("occupancy")
    if found.real is None:
        pytest.skip("no real CMS events beside this checkout")
    return found


def test_the_real_events_have_as_many_vertices(occupancies: Any) -> None:
    assert len(occupancies.real.vertices) == 20
    assert occupancies.simulated.vertices.mean() == pytest.approx(occupancies.real.vertices.mean(), rel=0.25)


@pytest.mark.parametrize("part", ["ECAL", "ECAL barrel", "ECAL endcaps", "HB"])
def test_cells_and_energies_are_within_a_factor_of_two(occupancies: Any, part: str) -> None:
    ours, real = (each.parts[part] for each in occupancies)
    assert 0.5 < above(ours, 0.0) / above(real, 0.0) < 2.0
    assert 0.5 < energy(ours) / energy(real) < 2.0


@pytest.mark.parametrize("level", LEVELS)
def test_pixels_of_the_ecal_are_within_a_factor_of_two_at_every_level(occupancies: Any, level: float) -> None:
    ours, real = (each.parts["ECAL"] for each in occupancies)
    assert 0.5 < above(ours, level) / above(real, level) < 2.0


@pytest.mark.parametrize("part", ["ECAL barrel", "HB"])
def test_soft_cells_of_the_barrel_are_at_most_three_times_as_many(occupancies: Any, part: str) -> None:
    """Too many between 0.2 and 1 GeV: a flaw that is known."""
    ours, real = (each.parts[part] for each in occupancies)
    for level in LEVELS[1:]:
        assert 0.5 < above(ours, level) / above(real, level) < 3.5
