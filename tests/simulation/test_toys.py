"""Toy events: each depends on its seed and number alone, and its jets are what its hits say."""

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from dataformats.collection import Collection
from e2efw.config.loader import load_process
from e2efw.framework.blocks import Block
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import TOY_TTBAR
from simulation.toy_events import TOP_MASS, generate
from simulation.toy_source import PRODUCTS, OpenToys, ToyJetSource


def blocks(events: int, events_per_block: int, seed: int = 1) -> list[Block]:
    source = ToyJetSource(events=events, seed=seed).open()
    return list(source.blocks(dict(PRODUCTS), events_per_block, -1))


def joined(parts: list[Block]) -> dict[str, Collection]:
    return {str(key): cls.concatenate([part.products[key] for part in parts]) for key, cls in PRODUCTS.items()}  # type: ignore[misc]


@pytest.mark.parametrize("events_per_block", [1, 7])
def test_events_do_not_depend_on_the_block_size(events_per_block: int) -> None:
    whole, cut = joined(blocks(20, 256)), joined(blocks(20, events_per_block))
    for key, product in whole.items():
        assert np.array_equal(product.offsets, cut[key].offsets)
        for name, column in product.columns.items():
            assert np.array_equal(column, cut[key].columns[name]), (key, name)


def test_another_seed_gives_other_events() -> None:
    assert not np.array_equal(generate(1, 0, 2).px, generate(2, 0, 2).px)


def test_jets_carry_the_mass_of_top_quarks() -> None:
    jets = joined(blocks(500, 500))["ak8PFJetsCHS::TOY"]
    masses = jets.flat("mass")
    assert np.percentile(masses, 90) == pytest.approx(TOP_MASS, rel=0.08)
    assert np.all(np.diff(jets.flat("pt").reshape(-1, 2)) <= 0)


def test_the_calorimeters_see_the_energy_of_the_particles() -> None:
    particles = generate(1, 0, 200)
    products = joined(blocks(200, 200))
    seen = sum(products[key].flat("energy").sum(dtype=np.float64) for key in products if "Hits" in key)
    inside = np.abs(particles.pz) < np.sinh(2.5) * np.hypot(particles.px, particles.py)
    sent = np.sqrt(particles.px**2 + particles.py**2 + particles.pz**2)[inside].sum()
    assert seen == pytest.approx(sent, rel=0.1)


def test_the_provenance_says_that_these_are_toys() -> None:
    assert "no physics" in OpenToys(1, 1).provenance.to_json()


def test_the_packaged_sample_is_what_its_cfg_makes(tmp_path: Path) -> None:
    process = load_process("make_sample_cfg.py", [f"outputFile={tmp_path / 'toys.root'}"])
    assert Job(configure(process, Path())).run().events == 256
    ours, packaged = uproot.open(tmp_path / "toys.root")["Events"], uproot.open(TOY_TTBAR)["Events"]
    assert ours.keys() == packaged.keys()
    for name in packaged.keys():  # noqa: SIM118 (a TTree is no dict)
        if name.endswith(("energy_", "fPt")):  # to rounding: another machine's logarithm may differ in the last digit
            assert ak.sum(ours[name].array()) == pytest.approx(ak.sum(packaged[name].array()), rel=1e-4)


def test_the_packaged_sample_is_small() -> None:
    assert Path(TOY_TTBAR).stat().st_size <= 1.5e6
