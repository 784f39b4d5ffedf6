"""Tracks of the simulated detector against those of CMS [JINST 9 (2014) P10009]."""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.physics.statistics import effective_sigma
from benchmarks.physics.tracks import CENTRAL, CMS_D0, CMS_PT, REGIONS

Measured = Callable[[str], Any]


def test_stiff_muons_are_measured_as_in_cms(measured: Measured) -> None:
    """100 GeV, |eta| < 1.4: CMS has 2.8 % in pt and 10 micrometres in d0; ours within a factor of two and 30 %."""
    muons = measured("tracks").fixed["muons"][100.0].select(CENTRAL)
    assert 0.5 < muons.pt_resolution / CMS_PT < 2.0
    assert muons.d0_resolution == pytest.approx(CMS_D0, rel=0.3)


def test_soft_muons_scatter(measured: Measured) -> None:
    """pt: 0.6 to 2 % up to 10 GeV; d0: about 90 micrometres at 1 GeV, more towards the endcaps, 9 to 25 at 10 GeV."""
    fixed = measured("tracks").fixed["muons"]
    barrel, beyond = REGIONS.values()
    for region in (barrel, beyond):
        for pt in (1.0, 10.0):
            assert 0.006 < fixed[pt].select(region).pt_resolution < 0.02
        assert 9.0 < fixed[10.0].select(region).d0_resolution < 25.0
    assert fixed[1.0].select(barrel).d0_resolution == pytest.approx(90.0, rel=0.2)
    assert 1.2 < fixed[1.0].select(beyond).d0_resolution / fixed[1.0].select(barrel).d0_resolution < 2.5


@pytest.mark.parametrize("kind", ["muons", "pions"])
def test_tracks_know_their_errors(measured: Measured, kind: str) -> None:
    for found in measured("tracks").fixed[kind].values():
        pulls = (found.d0 / found.d0_error)[found.found]
        assert effective_sigma(pulls) == pytest.approx(1.0, abs=0.08)


def test_efficiencies_are_those_of_cms(measured: Measured) -> None:
    """Charged particles of ttbar: 94 % for |eta| < 0.9, 85 % beyond; isolated muons about 100 %. Here within 5 %."""
    flat = measured("tracks").flat
    pt = 1.0, 100.0
    for region, real in zip(REGIONS.values(), (0.94, 0.85), strict=True):
        assert flat["pions"].select(region, pt).efficiency == pytest.approx(real, abs=0.05)
        muons, pions, electrons = (flat[kind].select(region, pt).efficiency for kind in ("muons", "pions", "electrons"))
        assert muons > 0.95
        assert muons > pions > 0.8
        assert muons > electrons > 0.8


def test_electrons_are_measured_worse_than_muons(measured: Measured) -> None:
    fixed = measured("tracks").fixed
    muons, electrons = (fixed[kind][10.0].select((0.0, 2.4)) for kind in ("muons", "electrons"))
    assert electrons.pt_resolution > 2.0 * muons.pt_resolution


def test_few_good_tracks_are_fakes(measured: Measured) -> None:
    every, pure, stiff = measured("tracks").fakes
    assert 0.01 < every < 0.04
    assert pure < 0.01
    assert stiff < 0.01
