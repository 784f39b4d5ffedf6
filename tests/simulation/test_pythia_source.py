"""The source of Pythia's events: each depends on its seed and number alone, however many are made or skipped."""

import itertools
import sys
from functools import cache
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from dataformats.generator import GenParticles
from e2efw.config.loader import load_process
from e2efw.errors import ConfigurationError, E2EFWError, MissingDependencyError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from simulation.event_starts import BEAM_SPOT
from simulation.processes import PROCESSES
from simulation.pythia import PYTHIA_SEEDS, pythia_seeds, sample_key
from simulation.pythia_source import GEN_PARTICLES, PRODUCTS, OpenPythia, PythiaSource

pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")


@cache
def opened(process: str, **parameters: Any) -> OpenPythia:
    if process == "minbias":  # starts in 3 s, at 13 TeV in 5 s
        parameters = {"energy": 900.0, **parameters}
    return PythiaSource(process=process, **parameters).open()


@cache
def top_pairs() -> GenParticles:
    return opened("ttbar").generate(1, 66)


def assert_same(one: GenParticles, other: GenParticles) -> None:
    assert np.array_equal(one.offsets, other.offsets)
    for name, column in one.columns.items():
        assert np.array_equal(column, other.columns[name]), name


@pytest.mark.parametrize(("events_per_block", "events"), [(1, 12), (7, 66), (64, 66)])
def test_events_do_not_depend_on_the_block_size(events_per_block: int, events: int) -> None:
    blocks = list(opened("ttbar").blocks({GEN_PARTICLES: GenParticles}, events_per_block, events))
    assert np.concatenate([block.ids.event for block in blocks]).tolist() == list(range(1, events + 1))
    joined = GenParticles.concatenate([block.products[GEN_PARTICLES] for block in blocks])  # type: ignore[misc]
    assert_same(top_pairs().take(slice(0, events)), joined)


@pytest.mark.parametrize("process", ["ttbar", "minbias", "tau_gun"])
def test_a_later_first_event_gives_the_tail(process: str) -> None:
    source = opened(process)
    whole = source.generate(1, 12)
    assert_same(whole.take(slice(8, 12)), source.generate(9, 4))


def test_skipped_events_are_numbered_but_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    again = PythiaSource(process="ttbar", skip_events=4).open()
    made = []
    generate = OpenPythia.generate

    def counted(self: OpenPythia, first: int, n_events: int) -> GenParticles:
        made.append((first, n_events))
        return generate(self, first, n_events)

    monkeypatch.setattr(OpenPythia, "generate", counted)
    (block,) = again.blocks({GEN_PARTICLES: GenParticles}, 64, 2)
    assert block.ids.event.tolist() == [5, 6]
    assert made == [(5, 2)]
    assert_same(block.products[GEN_PARTICLES], top_pairs().take(slice(4, 6)))  # type: ignore[arg-type]


def test_there_is_no_end() -> None:
    source = opened("photon_gun")
    assert source.n_events is None
    blocks = itertools.islice(source.blocks({}, 1000, -1), 3)
    assert [int(block.ids.event[-1]) for block in blocks] == [1000, 2000, 3000]
    assert list(source.blocks({}, 1000, 0)) == []


def test_another_seed_or_process_gives_other_events() -> None:
    keys = {sample_key(process, seed) for process in PROCESSES for seed in range(1, 100)}
    assert len(keys) == 99 * len(PROCESSES)
    one, other = opened("photon_gun").generate(1, 3), opened("photon_gun", seed=2).generate(1, 3)
    assert not np.any(one.flat("phi") == other.flat("phi"))


def test_no_two_events_of_a_sample_share_a_seed() -> None:
    seeds = pythia_seeds(sample_key("ttbar", 1), np.arange(1, 200_001))
    assert np.unique(seeds).size == seeds.size
    assert seeds.min() >= 1
    assert seeds.max() <= PYTHIA_SEEDS


def test_seeds_of_late_events_are_in_range() -> None:
    seeds = pythia_seeds(sample_key("ttbar", 1), np.array([PYTHIA_SEEDS - 1, PYTHIA_SEEDS, 2**62]))
    assert np.all((seeds >= 1) & (seeds <= PYTHIA_SEEDS))


def test_collisions_happen_in_the_beam_spot() -> None:
    particles = opened("photon_gun").generate(1, 2000)
    spread = [particles.flat(name).std() for name in ("vx", "vy", "vz")]
    assert spread == pytest.approx(BEAM_SPOT.tolist(), rel=0.05)


def test_the_provenance_tells_how_to_make_the_events_again() -> None:
    written = opened("photon_gun").provenance.to_json()
    assert "gunPtMin" in written
    assert "ProcessLevel:all = off" in written
    assert "skipEvents" not in written


def test_a_missing_pythia_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pythia8mc", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'e2efw\[sim\]'"):
        PythiaSource(process="ttbar").open()


def test_a_number_of_skipped_events_is_not_negative() -> None:
    with pytest.raises(ConfigurationError, match="'skipEvents': must not be negative"):
        PythiaSource(process="ttbar", skip_events=-1)


def written_by(*arguments: str) -> Any:
    """The events that the packaged cfg writes."""
    process = load_process("generate_cfg.py", list(arguments))
    Job(configure(process, Path())).run()
    return uproot.open(process.output.fileName.value())["Events"]


def test_the_cfg_writes_what_uproot_reads(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    events = written_by("process=dyee", "maxEvents=3", f"outputFile={tmp_path / 'dyee.root'}")
    assert "PYTHIA" not in capfd.readouterr().out
    branch = "recoGenParticles_genParticles__GEN.obj"
    columns = {
        leaf: next(name for name in events.keys() if name.startswith(branch) and name.endswith(leaf))  # noqa: SIM118
        for leaf in ("pdgId_", "mother_")
    }
    expected = opened("dyee").generate(1, 3)
    assert ak.to_list(events[columns["pdgId_"]].array()) == ak.to_list(expected.pdg_id)
    assert ak.to_list(events[columns["mother_"]].array()) == ak.to_list(expected.mother)
    for key, product in PRODUCTS.items():
        assert any(name.startswith(f"{product.friendly_type}_{key.label}__GEN.") for name in events.keys())  # noqa: SIM118


@pytest.mark.parametrize("process", ["electron_gun", "ttbar"])
def test_a_job_that_skips_events_writes_the_tail_of_the_long_one(process: str, tmp_path: Path) -> None:
    whole = written_by(f"process={process}", "maxEvents=10", f"outputFile={tmp_path / 'whole.root'}")
    tail = written_by(f"process={process}", "skipEvents=7", "maxEvents=3", f"outputFile={tmp_path / 'tail.root'}")
    names = [name for name in whole.keys() if tail[name].interpretation is not None]  # noqa: SIM118
    assert len(names) > 10
    for name in names:
        assert ak.to_list(whole[name].array()[7:]) == ak.to_list(tail[name].array()), name


def test_a_wrong_process_names_the_line_that_set_it() -> None:
    with pytest.raises(E2EFWError, match=r"no process 'zz'.*python_cfg/pythia\.py:\d+"):
        configure(load_process("generate_cfg.py", ["process=zz"]), Path())
