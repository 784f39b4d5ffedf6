"""SwitchProducer in a job: the host's accelerators choose which case makes the products of its label."""

from collections.abc import Callable
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.errors import ConfigurationError
from e2efw.framework.job import Job

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


class SwitchByCard(cms.SwitchProducer):
    """Cases for a card and for the CPU."""

    def __init__(self, **cases: Any) -> None:
        super().__init__({"cpu": _with_cpu, "card": _with_card}, **cases)


def _with_cpu(accelerators: list[str]) -> tuple[bool, int]:
    return "cpu" in accelerators, 1


def _with_card(accelerators: list[str]) -> tuple[bool, int]:
    return "card" in accelerators, 2


class CardAccelerator(cms.ProcessAccelerator):
    """A card in this host."""

    def labels(self) -> list[str]:
        return ["card"]

    def enabledLabels(self) -> list[str]:
        return ["card"]


def switched(accelerators: list[str], *, on_task: bool) -> Callable[[Any], None]:
    """The number of the event on the CPU; on the card an alias of that plus 1000."""

    def build(process: Any) -> None:
        process.add_(CardAccelerator())
        process.options.accelerators = accelerators
        process.number = cms.EDProducer("RulesNumber")
        process.large = cms.EDProducer("RulesSum")
        process.either = SwitchByCard(
            cpu=cms.EDProducer("RulesNumber"), card=cms.EDAlias(large=cms.EDAlias.allProducts())
        )
        process.double = cms.EDProducer("RulesSum", first="either", second="either")
        process.task = cms.Task(process.number, process.large, *([process.either] if on_task else []))
        process.p = cms.Path(process.double, process.task) if on_task else cms.Path(process.either + process.double)
        process.p.associate(process.task)
        process.out = cms.OutputModule("RulesOutput", keep=["either", "double"])
        process.e = cms.EndPath(process.out)

    return build


@pytest.mark.parametrize("on_task", [True, False])
@pytest.mark.parametrize(("accelerators", "value"), [(["cpu"], 1), (["*"], 1001)])
def test_the_chosen_case_makes_the_product_be_it_a_module_or_an_alias(
    make_job: MakeJob, written: Written, accelerators: list[str], value: int, on_task: bool
) -> None:
    report = make_job(switched(accelerators, on_task=on_task), events=1).run()
    assert written["out"] == {1: {"either": value, "double": 2 * value}}
    assert ("large" in report.modules) is (value > 1000)


def test_a_case_that_no_chosen_accelerator_can_run_ends_the_job(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.either = SwitchByCard(card=cms.EDProducer("RulesNumber"))
        process.p = cms.Path(process.either)

    with pytest.raises(ConfigurationError, match="'either': no case is possible with accelerators cpu; it has card"):
        make_job(build)
