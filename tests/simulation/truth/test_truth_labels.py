"""What holds for the labels of every task: one record per object in its place, whatever the order, block or seam."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Electrons, Jets
from dataformats.generator import GenParticles
from dataformats.truth import TruthLabels
from e2efw import config as cms
from e2efw.errors import ConfigurationError, LogicError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.plugins import find_plugin
from e2efw.framework.schema import schema_of
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_source import PoolSource
from simulation.truth.egamma import EGammaTruthLabelProducer
from simulation.truth.genealogy import Genealogy, no_particles
from simulation.truth.pair_mass import DiphotonMassTruthLabelProducer, DitauMassTruthLabelProducer, check_cuts
from simulation.truth.tasks import TASKS, meaning
from simulation.truth.top import top_decays

CFI = {
    "egamma": "eGammaTruth",
    "quark_gluon": "quarkGluonTruth",
    "top": "topTruth",
    "top_mass": "topMassTruth",
    "tau": "tauTruth",
    "electron": "electronTruth",
    "ditau_mass": "ditauMassTruth",
    "dielectron_mass": "dielectronMassTruth",
    "diphoton_mass": "diphotonMassTruth",
}
SIGNAL: dict[str, tuple[str, dict[str, float]]] = {
    "egamma": ("dyee", {}),
    "quark_gluon": ("qcd_quark", {"pt_hat_min": 100.0}),
    "top": ("ttbar_hadronic", {"pt_hat_min": 400.0}),
    "top_mass": ("ttbar_hadronic", {"pt_hat_min": 400.0}),
    "tau": ("dytautau", {}),
    "electron": ("dyee", {}),
    "ditau_mass": ("h_aa_4tau", {"a_mass": 5.0}),
    "dielectron_mass": ("h_aa_4e", {"a_mass": 2.0}),
    "diphoton_mass": ("h_aa_4gamma", {"a_mass": 1.0}),
}
"""A process with many signal objects of each task."""


def from_cfi(task: str) -> Any:
    process = cms.Process("TEST")
    process.load(f"python_cfg.{CFI[task]}_cfi")
    return getattr(process, CFI[task])


def producer_of(task: str) -> Any:
    return next(
        cls()
        for name in ("top", "quark_gluon", "leptons", "egamma", "pair_mass")
        for cls in vars(__import__(f"simulation.truth.{name}", fromlist=["x"])).values()
        if getattr(cls, "task", "") == task and cls.__name__.endswith("TruthLabelProducer")
    )


def arguments(producer: Any, events: Any) -> dict[str, Any]:
    """What a producer reads, from a sample."""
    radius = "ak8" if "top" in producer.task else "ak4"
    known = {"jets": radius, "photons": "photons", "electrons": "electrons", "gen_particles": "gen"}
    return {name: getattr(events, known[name]) for name in schema_of(type(producer)).consumes}


def assert_same(one: TruthLabels, other: TruthLabels, order: Any = slice(None)) -> None:
    for name, column in one.columns.items():
        assert np.array_equal(column[order], other.columns[name], equal_nan=column.dtype.kind == "f"), name


class TruthTestJets(EDProducer):
    """Top quarks as jets, which stand in for reconstructed ones."""

    gen_particles: InputTag = param("genParticles", doc="generated particles")

    def produce(self, gen_particles: GenParticles) -> Jets:
        """One jet per top quark that decays."""
        top = top_decays(Genealogy.of(gen_particles)).top
        columns = {name: gen_particles.flat(name)[top] for name in ("pt", "eta", "phi", "mass")}
        return Jets(np.searchsorted(top, gen_particles.offsets), **columns)


@pytest.mark.parametrize("task", SIGNAL)
def test_permuted_objects_get_permuted_records(
    sample: Callable[..., Any], shuffled: Callable[..., Any], task: str
) -> None:
    process, parameters = SIGNAL[task]
    producer = producer_of(task)
    given = arguments(producer, sample(process, 60, **parameters))
    objects = next(iter(given))
    truth = producer.produce(**given)
    assert np.count_nonzero(truth.flat("valid")) > 10
    moved, order = shuffled(given[objects])
    assert not np.array_equal(order, np.arange(order.size))
    assert_same(truth, producer.produce(**{**given, objects: moved}), order)


@pytest.mark.parametrize("task", SIGNAL)
def test_blocks_do_not_matter(sample: Callable[..., Any], task: str) -> None:
    process, parameters = SIGNAL[task]
    producer = producer_of(task)
    given = arguments(producer, sample(process, 60, **parameters))
    parts = [
        producer.produce(**{name: product.take(slice(first, first + 7)) for name, product in given.items()})
        for first in range(0, 60, 7)
    ]
    assert_same(producer.produce(**given), TruthLabels.concatenate(parts))


@pytest.mark.parametrize("task", SIGNAL)
def test_events_turned_so_that_pi_lies_between_object_and_particle_keep_their_labels(
    sample: Callable[..., Any], task: str
) -> None:
    process, parameters = SIGNAL[task]
    producer = producer_of(task)
    given = arguments(producer, sample(process, 60, **parameters))
    truth, gen = producer.produce(**given), given["gen_particles"]
    phi = given[next(iter(given))].flat("phi")
    of_particle = gen.flat("phi")[np.repeat(gen.offsets[:-1], truth.counts) + truth.flat("gen")]
    apart = np.where(truth.flat("valid"), np.abs(phi - of_particle), 0.0)
    for chosen in np.argsort(np.where(apart < 1.0, apart, 0.0))[-3:]:
        angle = np.pi - (float(phi[chosen]) + float(of_particle[chosen])) / 2
        turned = {}
        for name, product in given.items():
            moved = (product.flat("phi").astype(float) + angle + np.pi) % (2 * np.pi) - np.pi
            turned[name] = type(product)(product.offsets, **{**product.columns, "phi": moved})
        assert turned[next(iter(turned))].flat("phi")[chosen] * (phi[chosen] - of_particle[chosen]) < 0
        again = producer.produce(**turned)
        for name in ("valid", "label", "pdg_id", "gen"):
            assert np.array_equal(truth.flat(name), again.flat(name)), name
        assert np.allclose(truth.flat("delta_r"), again.flat("delta_r"), atol=1e-5, equal_nan=True)


@pytest.mark.parametrize("task", TASKS)
def test_events_without_objects_or_particles_have_no_valid_records(task: str) -> None:
    producer = producer_of(task)
    classes = {name: use.product_class for name, use in schema_of(type(producer)).consumes.items()}
    one = {"pt": [[], [500.0, 30.0]], "eta": [[], [0.0, 1.0]], "phi": [[], [0.0, 1.0]], "mass": [[], [80.0, 0.0]]}
    filled = {name: cls.from_lists(**one) for name, cls in classes.items() if cls is not GenParticles}
    empty = {name: cls.empty(2) for name, cls in classes.items() if cls is not GenParticles}
    assert producer.produce(**empty, gen_particles=no_particles(2)).counts.tolist() == [0, 0]
    truth = producer.produce(**filled, gen_particles=no_particles(2))
    assert truth.counts.tolist() == [0, 2]
    expected = [True, False] if task == "top" else [False, False]  # any hard jet without a top is background
    assert truth.flat("valid").tolist() == expected
    assert np.isnan(truth.flat("target_mass")).all()
    assert not truth.flat("pdg_id").any()
    nothing = {name: cls.empty(0) for name, cls in classes.items() if cls is not GenParticles}
    assert len(producer.produce(**nothing, gen_particles=no_particles(0))) == 0


@pytest.mark.parametrize("task", TASKS)
def test_cfis_set_the_published_defaults(task: str) -> None:
    configured = from_cfi(task)
    plugin = find_plugin(configured.type_())
    parameters = schema_of(plugin).parameters
    for name, value in configured.parameters_().items():
        default = parameters[name].convert(parameters[name].default)
        assert parameters[name].convert(value.value()) == default, name


def test_every_task_has_a_producer_a_cfi_and_a_meaning() -> None:
    assert set(CFI) == set(TASKS)
    for task in TASKS:
        described = producer_of(task).describe()[""]
        assert described["task"] == task
        assert all(isinstance(text, str) and text for text in described.values())


def test_electrons_are_needed_only_where_one_is_asked_for() -> None:
    plugin = find_plugin("ElectronTruthLabelProducer")
    assert plugin().needed_products() == {"electrons"}
    assert plugin(require_electron=False).needed_products() == frozenset()


def test_a_jet_needs_exactly_one_reconstructed_electron(sample: Callable[..., Any]) -> None:
    events = sample("dyee", 60)
    plugin = find_plugin("ElectronTruthLabelProducer")
    free = plugin(require_electron=False).produce(events.ak4, events.electrons, events.gen)
    strict = plugin().produce(events.ak4, events.electrons, events.gen)
    none = plugin().produce(events.ak4, Electrons.empty(60), events.gen)
    twice = {name: np.repeat(column, 2) for name, column in events.electrons.columns.items()}
    doubled = Electrons(2 * events.electrons.offsets, **twice)
    assert np.count_nonzero(strict.flat("valid")) > 0.8 * np.count_nonzero(free.flat("valid"))
    assert not none.flat("valid").any()
    assert not plugin().produce(events.ak4, doubled, events.gen).flat("valid").any()


def test_a_single_photon_has_target_mass_zero(sample: Callable[..., Any]) -> None:
    events = sample("photon_gun", 50)
    truth = DiphotonMassTruthLabelProducer().produce(events.photons, events.gen)
    valid = truth.flat("valid")
    assert np.count_nonzero(valid) > 10
    assert set(truth.flat("label")[valid]) == {0}
    assert set(truth.flat("target_mass")[valid]) == {0.0}


def test_a_pi0_of_a_gun_is_a_target_and_no_photon(sample: Callable[..., Any]) -> None:
    events = sample("pi0_gun", 50, gun_pt_min=30.0)
    truth = DiphotonMassTruthLabelProducer().produce(events.photons, events.gen)
    valid = truth.flat("valid")
    assert np.count_nonzero(valid) > 10
    assert truth.flat("target_mass")[valid] == pytest.approx(0.13498, abs=1e-4)
    assert not EGammaTruthLabelProducer().produce(events.photons, events.gen).flat("valid").any()


def test_pairs_per_event_are_counted(sample: Callable[..., Any]) -> None:
    events = sample("h_aa_4tau", 60, a_mass=5.0)
    counts = [
        np.count_nonzero(DitauMassTruthLabelProducer(pairs_per_event=n).produce(events.ak4, events.gen).flat("valid"))
        for n in (0, 1, 2)
    ]
    assert counts[0] == counts[2] > 0
    assert counts[1] == 0


def test_windows_that_nothing_can_pass_are_refused() -> None:
    job: Any = None  # it is never asked
    with pytest.raises(ConfigurationError, match="'minTargetMass' is 20 GeV, not below 'maxTargetMass', 15 GeV"):
        check_cuts(DitauMassTruthLabelProducer(min_target_mass=20.0), job)


def test_cones_of_more_than_half_a_turn_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="'maxDeltaR': must be above 0 and at most pi"):
        DitauMassTruthLabelProducer(max_delta_r=4.0)


def test_labels_refuse_particles_before_the_first() -> None:
    one: dict[str, Any] = {"valid": [[True]], "label": [[1]], "pdg_id": [[6]], "delta_r": [[0.1]]}
    with pytest.raises(LogicError, match="gen is negative in 1 of 1 objects"):
        TruthLabels.from_lists(**one, gen=[[-1]], target_mass=[[1.0]], target_pt=[[1.0]])


def test_labels_travel_through_a_job_and_a_file_with_their_meaning(tmp_path: Path) -> None:
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    process, path = cms.Process("TRUTH"), tmp_path / "truth.root"
    process.source = cms.Source("PythiaSource", process=cms.string("ttbar_hadronic"))
    process.maxEvents.input = 3
    process.tops = cms.EDProducer("TruthTestJets")
    process.topTruth = cms.EDProducer("TopTruthLabelProducer", jets=cms.InputTag("tops"), minPt=cms.double(0.0))
    process.path = cms.Path(process.tops + process.topTruth)
    process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(path)))
    process.write = cms.EndPath(process.output)
    assert Job(configure(process, tmp_path)).run().events == 3
    key = ProductKey("topTruth", "", "TRUTH")
    source = PoolSource(file_names=(str(path),)).open()
    truth = next(iter(source.blocks({key: TruthLabels}, 10, -1))).products[key]
    assert isinstance(truth, TruthLabels)
    assert truth.counts.tolist() == [2, 2, 2]
    assert truth.meaning == meaning("top")
    source.close()
