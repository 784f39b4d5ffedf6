"""EDAlias: products under a second name, for modules, outputs, provenance and messages."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import e2efw
from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.errors import ConfigurationError, ProductNotFoundError, ScheduleError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.root_file import open_events
from e2efw.services.graph import edges, graphviz, levels

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]
Attach = Callable[[Any], None]


class Pair(NamedTuple):
    """Two numbers."""

    low: EventFloat
    high: EventFloat


class AliasedPair(EDProducer):
    """The number of the event, and that plus 100."""

    def produce(self, ids: EventIDs) -> Pair:
        numbers = ids.event.astype("float32")
        return Pair(EventFloat(value=numbers), EventFloat(value=numbers + 100))


def rule(**strings: str) -> cms.PSet:
    return cms.PSet(**{name: cms.string(value) for name, value in strings.items()})


def pair_and(alias: Any, **modules: Any) -> Attach:
    """A job with the pair, an alias and further modules, all on one path in this order, and an output of the alias."""

    def build(process: Any) -> None:
        process.pair = cms.EDProducer("AliasedPair")
        process.alias = alias
        process.p = cms.Path(process.pair)
        for label, module in modules.items():
            setattr(process, label, module)
            process.p += module
        process.out = cms.OutputModule("RulesOutput", keep=["alias", *modules])
        process.e = cms.EndPath(process.out)

    return build


@pytest.mark.parametrize("per_block", [1, 3, 10])
def test_a_module_reads_and_an_output_writes_the_product_under_its_second_name(
    make_job: MakeJob, written: Written, per_block: int
) -> None:
    alias = cms.EDAlias(
        pair=cms.VPSet(rule(type="float", fromProductInstance="high", toProductInstance="")),
    )
    build = pair_and(alias, sum=cms.EDProducer("RulesSum", first="alias", second="pair:low"))
    make_job(build, events=4, per_block=per_block).run()
    assert written["out"] == {n: {"alias": 100 + n, "sum": 100 + 2 * n} for n in (1, 2, 3, 4)}


def test_all_products_keep_their_instances(make_job: MakeJob) -> None:
    view = make_job(pair_and(cms.EDAlias(pair=cms.EDAlias.allProducts()))).check()
    assert {str(name): str(key) for name, key in view.aliases.items()} == {
        "alias:low:TEST": "pair:low:TEST",
        "alias:high:TEST": "pair:high:TEST",
    }


def test_one_alias_may_gather_several_modules(make_job: MakeJob, written: Written) -> None:
    def build(process: Any) -> None:
        low = cms.VPSet(rule(type="*", fromProductInstance="low"))
        pair_and(cms.EDAlias(pair=low, number=cms.EDAlias.allProducts()), number=cms.EDProducer("RulesNumber"))(process)
        process.sum = cms.EDProducer("RulesSum", first="alias", second="alias:low")
        process.out.keep = ["sum"]
        process.p += process.sum

    make_job(build, events=2).run()
    assert written["out"] == {1: {"sum": 2}, 2: {"sum": 4}}


def test_a_module_on_a_task_runs_for_readers_of_its_alias_and_behind_filters(
    make_job: MakeJob, written: Written
) -> None:
    def build(process: Any) -> None:
        process.pair = cms.EDProducer("AliasedPair")
        process.alias = cms.EDAlias(pair=cms.EDAlias.allProducts())
        process.even = cms.EDFilter("RulesDivisible")
        process.look = cms.EDAnalyzer("RulesLook", number="alias:low")
        process.p = cms.Path(process.even + process.look, cms.Task(process.pair))
        process.out = cms.OutputModule("RulesOutput", keep=["nothing"])
        process.e = cms.EndPath(process.out)

    assert make_job(build).run().modules["pair"].events == 5


def test_an_output_alone_asks_for_what_an_alias_names(make_job: MakeJob, written: Written) -> None:
    def build(process: Any) -> None:
        process.number = cms.EDProducer("RulesNumber")
        process.alias = cms.EDAlias(number=cms.EDAlias.allProducts())
        process.third = cms.EDFilter("RulesDivisible", by=3)
        process.p = cms.Path(process.third)
        choice = cms.untracked.PSet(SelectEvents=cms.vstring("p"))
        process.out = cms.OutputModule("RulesOutput", keep=["alias"], SelectEvents=choice)
        process.e = cms.EndPath(process.out, cms.Task(process.number))

    report = make_job(build).run()
    assert written["out"] == {n: {"alias": n} for n in (3, 6, 9)}
    assert report.modules["number"].events == 3


def test_a_circle_through_an_alias_is_found(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.one = cms.EDProducer("RulesSum", first="alias")
        process.two = cms.EDProducer("RulesSum", first="one")
        process.alias = cms.EDAlias(two=cms.EDAlias.allProducts())
        process.p = cms.Path(process.one + process.two)

    with pytest.raises(ScheduleError, match=r"'one' consumes 'two' .* 'two' comes after 'one'"):
        make_job(build).check()


WRONG = [
    ({"pairs": rule(type="*")}, r"EDAlias 'alias': 'pairs' is no module \(.*\.py:\d+\)\. Did you mean 'pair'\?"),
    ({"pair": rule(type="floats")}, r"'pair' makes no product of type 'floats' \(.*\)\. Did you mean 'float'\?"),
    (
        {"pair": rule(type="float", fromProductInstance="hihg")},
        r"'pair' makes no product of instance 'hihg' \(.*\)\. Did you mean 'high'\?",
    ),
    (
        {"pair": rule(type="float", toProduct="x")},
        r"no parameter 'toProduct' \(.*\)\. Did you mean 'toProductInstance'",
    ),
    ({"pair": rule(fromProductInstance="low")}, r"'type' must be set"),
    ({"pair": cms.PSet(type=cms.int32(1))}, r"'type' is a string, not a int32"),
    ({"other": rule(type="*")}, r"'other' is an EDAlias itself \(.*\); name the module whose products it has: pair"),
    (
        {"pair": rule(type="float", toProductInstance="x")},
        r"alias:x:TEST would be both pair:low:TEST and pair:high:TEST",
    ),
]


@pytest.mark.parametrize(("rules", "message"), WRONG)
def test_what_an_alias_cannot_mean_is_refused(make_job: MakeJob, rules: dict[str, Any], message: str) -> None:
    def build(process: Any) -> None:
        pair_and(cms.EDAlias(**{label: cms.VPSet(one.copy()) for label, one in rules.items()}))(process)
        process.other = cms.EDAlias(pair=cms.EDAlias.allProducts())

    with pytest.raises(ConfigurationError, match=message):
        make_job(build).check()


def test_one_alias_gives_a_product_one_name(make_job: MakeJob) -> None:
    names = (rule(type="*", fromProductInstance="low", toProductInstance=name) for name in ("a", "b"))
    with pytest.raises(ConfigurationError, match="pair:low:TEST would be both alias:a:TEST and alias:b:TEST"):
        make_job(pair_and(cms.EDAlias(pair=cms.VPSet(*names)))).check()


def test_a_module_of_the_alias_that_never_runs_is_named_to_its_reader(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.number = cms.EDProducer("RulesNumber")
        process.alias = cms.EDAlias(number=cms.EDAlias.allProducts())
        process.sum = cms.EDProducer("RulesSum", first="alias")
        process.p = cms.Path(process.sum)

    message = r"no product 'alias' .* EDAlias 'alias' names products of 'number'\. The module 'number' is on no path"
    with pytest.raises(ProductNotFoundError, match=message):
        make_job(build).check()


def aliased_file(commands: list[str], target: Path) -> Attach:
    def build(process: Any) -> None:
        pair_and(cms.EDAlias(pair=cms.EDAlias.allProducts()))(process)
        name = cms.untracked.string(str(target))
        process.file = cms.OutputModule("PoolOutputModule", fileName=name, outputCommands=commands)
        process.e += process.file

    return build


def test_keep_and_drop_choose_the_name_in_the_file_and_provenance_has_both(make_job: MakeJob, tmp_path: Path) -> None:
    target = tmp_path / "out.root"
    make_job(aliased_file(["drop *", "keep *_alias_high_*", "keep *_pair_low_*"], target), events=3).run()
    events = e2efw.open(str(target))
    assert events["alias:high"].value.tolist() == [101, 102, 103]
    assert events["pair:low"].value.tolist() == [1, 2, 3]
    with open_events(str(target)) as file:
        assert {str(key) for key in file.index.products} == {"alias:high:TEST", "pair:low:TEST"}
        provenance: Provenance = file.provenance
    alias = next(module for module in provenance.processes[0].modules if module.label == "alias")
    assert alias.plugin == "EDAlias"
    assert alias.parameters == {"pair": [{"type": "*", "fromProductInstance": "*", "toProductInstance": "*"}]}
    product = provenance.product(ProductKey("alias", "high", "TEST"))
    assert product is not None
    assert product.parents == [ProductKey("pair", "high", "TEST")]


def test_one_product_is_not_written_under_two_names(make_job: MakeJob, tmp_path: Path) -> None:
    message = re.escape("'file' writes one product under two names, pair:low:TEST and alias:low:TEST")
    with pytest.raises(ConfigurationError, match=message):
        make_job(aliased_file(["keep *"], tmp_path / "out.root")).run()
    assert not list(tmp_path.iterdir())


def test_the_graph_shows_aliases(make_job: MakeJob) -> None:
    view = make_job(pair_and(cms.EDAlias(pair=cms.EDAlias.allProducts()))).check()
    assert ("pair", "alias", ("low", "high")) in edges(view)
    assert levels(view)["alias"] == 2
    assert '"alias" [label="alias\\nEDAlias", style=dashed];' in graphviz(view)
