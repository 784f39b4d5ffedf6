"""Events from Pythia: each depends on its seed and number alone, and its particles have the masses they should have."""

import sys
from functools import cache
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from e2efw.config.loader import load_process
from e2efw.errors import ConfigurationError, E2EFWError, EventGenerationError, LogicError, MissingDependencyError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from simulation.processes import PROCESSES
from simulation.pythia_record import hepmc_status, nearest_kept
from simulation.pythia_source import (
    BEAM_SPOT,
    GEN_PARTICLES,
    PYTHIA_SEEDS,
    OpenPythia,
    PythiaSource,
    pythia_seeds,
    sample_key,
)

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


def mothers(particles: GenParticles) -> NDArray[np.int64]:
    """Positions of the mothers in the flat columns."""
    starts = np.repeat(particles.offsets[:-1], particles.counts)
    positions: NDArray[np.int64] = starts + particles.flat("mother")
    return positions


def masses_of_daughters(particles: GenParticles, pdg_id: int) -> NDArray[np.float64]:
    """Invariant masses of what each particle of a kind decays to, from its last copy."""
    pt, eta, phi, mass = (particles.flat(name).astype(float) for name in ("pt", "eta", "phi", "mass"))
    kind, mother = particles.flat("pdg_id"), mothers(particles)
    copied = np.isin(np.arange(kind.size), mother[(kind == kind[mother]) & (mother != np.arange(kind.size))])
    decay = (np.abs(kind[mother]) == pdg_id) & ~copied[mother]
    pt, eta, phi, mass, mother = (x[decay] for x in (pt, eta, phi, mass, mother))
    p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])
    sums = [np.bincount(mother, x) for x in (np.sqrt(mass**2 + (p**2).sum(axis=0)), *p)]
    energy, px, py, pz = (x[np.unique(mother)] for x in sums)
    squared: NDArray[np.float64] = energy**2 - px**2 - py**2 - pz**2
    return np.sqrt(np.maximum(squared, 0.0))


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


def test_another_job_gives_the_same_events() -> None:
    again = PythiaSource(process="ttbar", events=2, first_event=5).open()
    (block,) = again.blocks({GEN_PARTICLES: GenParticles}, 64, -1)
    assert block.ids.event.tolist() == [5, 6]
    assert_same(block.products[GEN_PARTICLES], top_pairs().take(slice(4, 6)))  # type: ignore[arg-type]


def test_another_seed_or_process_gives_other_events() -> None:
    keys = {sample_key(process, seed) for process in PROCESSES for seed in range(1, 100)}
    assert len(keys) == 99 * len(PROCESSES)
    one, other = opened("photon_gun").generate(1, 3), opened("photon_gun", seed=2).generate(1, 3)
    assert not np.any(one.flat("phi") == other.flat("phi"))


def test_no_two_events_of_a_sample_share_a_seed() -> None:
    seeds = pythia_seeds(sample_key("ttbar", 1), 1, 200_000)
    assert np.unique(seeds).size == seeds.size
    assert seeds.min() >= 1
    assert seeds.max() <= PYTHIA_SEEDS


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_runs(process: str) -> None:
    particles = opened(process).generate(1, 3)
    assert np.all(particles.counts > 0)
    assert np.any(particles.flat("status") == GenParticles.FINAL)
    assert np.all(particles.flat("mother") < np.repeat(particles.counts, particles.counts))


@pytest.mark.parametrize(("parameters", "top_mass"), [({}, 172.5), ({"top_mass": 300.0}, 300.0)])
def test_top_quarks_decay_to_their_mass(parameters: dict[str, float], top_mass: float) -> None:
    particles = opened("ttbar_hadronic", **parameters).generate(1, 15)
    tops = masses_of_daughters(particles, 6)
    assert tops.size == 30
    assert np.median(tops) == pytest.approx(top_mass, abs=1.0 if top_mass < 200 else 4.0)
    w = masses_of_daughters(particles, 24)
    assert w.size == 30
    assert np.median(w) == pytest.approx(80.4, abs=1.0)


def test_pseudoscalars_decay_to_their_mass() -> None:
    photons = masses_of_daughters(opened("h_aa_4gamma", a_mass=1.0).generate(1, 10), 36)
    assert photons.tolist() == pytest.approx([1.0] * 20, abs=0.02)
    taus = masses_of_daughters(opened("h_aa_4tau").generate(1, 10), 36)
    assert taus.tolist() == pytest.approx([10.0] * 20, abs=0.02)


def test_pt_hat_is_within_its_range() -> None:
    particles = opened("qcd", pt_hat_min=200.0, pt_hat_max=220.0).generate(1, 10)
    hard = particles.flat("pt")[particles.flat("status") == 23]
    assert np.all((hard > 199.9) & (hard < 220.1))


def test_guns_shoot_where_they_are_told() -> None:
    parameters = {"gun_pt_min": 20.0, "gun_pt_max": 40.0, "gun_eta_min": -1.0, "gun_eta_max": 0.5}
    particles = opened("electron_gun", **parameters).generate(1, 400)
    assert particles.counts.tolist() == [1] * 400
    pt, eta = particles.flat("pt"), particles.flat("eta")
    assert 20.0 <= pt.min() < 21.0 < 39.0 < pt.max() <= 40.0
    assert -1.0 <= eta.min() < -0.95 < 0.45 < eta.max() <= 0.5
    assert 150 < np.count_nonzero(particles.flat("pdg_id") == 11) < 250


def test_collisions_happen_in_the_beam_spot() -> None:
    particles = opened("photon_gun").generate(1, 2000)
    spread = [particles.flat(name).std() for name in ("vx", "vy", "vz")]
    assert spread == pytest.approx(BEAM_SPOT.tolist(), rel=0.05)


def test_taus_fly_before_they_decay() -> None:
    particles = opened("tau_gun").generate(1, 300)
    is_tau = mothers(particles) == np.arange(particles.offsets[-1])
    distance = np.stack(
        [particles.flat(name) - particles.flat(name)[mothers(particles)] for name in ("vx", "vy", "vz")]
    )
    flight = np.sqrt((distance**2).sum(axis=0))[~is_tau & (np.abs(particles.flat("pdg_id")) == 16)]
    momentum = (particles.flat("pt") * np.cosh(particles.flat("eta")))[is_tau]
    assert flight.mean() == pytest.approx(0.00871 * momentum.mean() / 1.777, rel=0.2)  # c tau is 87.1 um


def test_pruning_drops_particles_but_no_final_one() -> None:
    everything = opened("ttbar", keep="all").generate(1, 5)
    pruned = top_pairs().take(slice(0, 5))
    assert np.all(pruned.counts < 0.6 * everything.counts)
    final = [x.flat("pt")[x.flat("status") == GenParticles.FINAL] for x in (everything, pruned)]
    assert np.array_equal(*final)
    kinds = [x.flat("pdg_id")[mothers(x)][np.abs(x.flat("pdg_id")) == 24] for x in (everything, pruned)]
    assert np.array_equal(*kinds)  # the line of the W is kept whole
    at_the_end = everything.status == GenParticles.FINAL
    energy = everything.pt[at_the_end] * np.cosh(everything.eta[at_the_end])
    assert ak.sum(energy, axis=1).to_list() == pytest.approx([13000.0] * 5, rel=0.01)


def test_the_nearest_kept_mother_is_found_past_those_left_out() -> None:
    mother, kept = np.array([0, 0, 1, 2, 0, 4]), np.array([True, False, False, True, False, True])
    assert nearest_kept(mother, kept).tolist() == [0, 0, 0, 0, 0, 0]
    assert nearest_kept(mother, ~kept).tolist() == [0, 1, 1, 2, 4, 4]


def test_status_codes_are_those_of_cmssw() -> None:
    code, pdg_id = np.array([-12, -22, -83, 91], np.int32), np.array([2212, 23, 111, 22], np.int32)
    assert hepmc_status(code, pdg_id, np.array([1, 2, 3, 3])).tolist() == [4, 22, 2, 1]


def test_mothers_are_positions() -> None:
    columns = {name: [[1]] for name in GenParticles.leaves} | {"mother": [[-1]]}
    with pytest.raises(LogicError, match="mother is negative in 1 of 1 objects"):
        GenParticles.from_lists(**columns)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"process": "ttbra"}, "no process 'ttbra'. Did you mean 'ttbar'"),
        ({"process": "ttbar", "top_mass": -1.0}, "'topMass': must be larger than 0"),
        ({"process": "ttbar", "top_mass": 60.0}, "'topMass': 60 GeV is too light"),
        ({"process": "ttbar", "top_mass": 7000.0}, "'topMass': two of 7000 GeV are more than"),
        ({"process": "h_aa_4tau", "a_mass": 3.0}, "'aMass': must be between 3.554 and 62.5 GeV, got 3"),
        ({"process": "qcd", "pt_hat_min": 6500.0}, "'ptHatMin': 6500 GeV is out of reach"),
        ({"process": "qcd", "pt_hat_max": 10.0}, "'ptHatMax': 10 GeV is not above ptHatMin, 20 GeV"),
        ({"process": "dyee", "pt_hat_min": 20.0}, "'ptHatMin': does not apply to the process 'dyee'"),
        ({"process": "pi0_gun", "gun_pt_max": 5.0}, "'gunPtMin': 10 is above gunPtMax"),
    ],
)
def test_what_cannot_be_is_refused(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        PythiaSource(**parameters).open()
    assert message in str(caught.value)


@pytest.mark.parametrize("parameters", [{"process": "dyee", "energy": 40.0}, {"process": "qcd", "pt_hat_min": 6499.9}])
def test_a_phase_space_without_events_is_one_error(parameters: dict[str, Any]) -> None:
    with pytest.raises(EventGenerationError, match="phase space") as caught:
        PythiaSource(**parameters).open()
    assert caught.value.exit_code == 8501


def test_a_missing_pythia_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pythia8mc", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'e2efw\[sim\]'"):
        PythiaSource(process="ttbar").open()


def test_the_cfg_writes_what_uproot_reads(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "dyee.root"
    process = load_process("generate_cfg.py", ["process=dyee", "events=3", f"outputFile={output}"])
    assert Job(configure(process, Path())).run().events == 3
    assert "PYTHIA" not in capfd.readouterr().out
    events = uproot.open(output)["Events"]
    branch = "recoGenParticles_genParticles__GEN.obj"
    columns = {leaf: next(name for name in events.keys() if name.endswith(leaf)) for leaf in ("pdgId_", "mother_")}  # noqa: SIM118
    assert all(name.startswith(branch) for name in columns.values())
    expected = opened("dyee").generate(1, 3)
    assert ak.to_list(events[columns["pdgId_"]].array()) == ak.to_list(expected.pdg_id)
    assert ak.to_list(events[columns["mother_"]].array()) == ak.to_list(expected.mother)


def test_a_wrong_process_names_the_cfg() -> None:
    with pytest.raises(E2EFWError, match=r"no process 'zz'.*generate_cfg\.py"):
        configure(load_process("generate_cfg.py", ["process=zz"]), Path())
