"""Running paths over a block: filters, sharing between paths, products for some events only."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataformats.results import EventFloat
from e2efw.errors import LogicError, ProductNotFoundError
from e2efw.framework.blocks import Block, EventIDs
from e2efw.framework.modules import EDFilter, EDProducer, InputTag, Module, param
from e2efw.framework.plan import Plan
from e2efw.framework.schedule import PathEntry, PathPlan, ordered
from e2efw.framework.schema import schema_of
from e2efw.framework.streams import Done, run_block
from e2efw.framework.tags import ProductKey
from e2efw.framework.worker import Worker


class StreamsDoubler(EDProducer):
    """Twice the number."""

    number: InputTag = param("number", doc="what to double")

    def produce(self, number: EventFloat) -> EventFloat:
        return EventFloat(value=2 * number.value)


class StreamsDivisible(EDFilter):
    """Event numbers divisible by something."""

    by: int = param(2, doc="divisor")

    def filter(self, ids: EventIDs) -> NDArray[np.bool_]:
        return np.asarray(ids.event % np.uint64(self.by) == 0)


@dataclass(frozen=True)
class StreamsPair:
    """A number, and another that may be missing."""

    number: EventFloat
    other: EventFloat | None


class StreamsSum(EDProducer):
    """The sum of the numbers there are, times a third."""

    number: InputTag = param("number", doc="what to add to")
    other: InputTag = param("other", doc="what to add")
    third: InputTag = param("third", doc="what to multiply with")

    def produce(self, pair: StreamsPair, third: EventFloat) -> EventFloat:
        other = 0 if pair.other is None else pair.other.value
        return EventFloat(value=(pair.number.value + other) * third.value)


class StreamsWrongLength(EDProducer):
    """Forgets the last event."""

    number: InputTag = param("number", doc="what to return")

    def produce(self, number: EventFloat) -> EventFloat:
        return number.take(slice(0, len(number) - 1))


def block_of(n_events: int) -> Block:
    event = np.arange(n_events, dtype=np.uint64)
    ids = EventIDs(np.ones(n_events, np.uint32), np.ones(n_events, np.uint32), event, "memory")
    return Block(0, ids, {ProductKey("number", "", "IN"): EventFloat(value=event.astype(np.float32))})


def worker(label: str, module: Module, **inputs: ProductKey | None) -> Worker:
    schema = schema_of(type(module))
    outputs = [ProductKey(label, instance, "P") for instance in schema.produces]
    return Worker(label, module, schema, inputs, outputs, None)


NUMBER = ProductKey("number", "", "IN")
DOUBLE = ProductKey("double", "", "P")


def plan(paths: dict[str, str], workers: list[Worker]) -> Plan:
    entries = {name: tuple(map(PathEntry.parse, text.split())) for name, text in paths.items()}
    plans = [PathPlan(name, path) for name, path in entries.items()]
    by_label = {worker.label: worker for worker in workers}
    needs = {w.label: [key.label for key in w.inputs.values() if key and key.process == "P"] for w in workers}
    return Plan(plans, ordered(plans, needs), by_label)


def passed(done: Done, path: int = 0) -> list[bool]:
    return [state == 1 for state in done.states[:, path]]


def test_what_follows_a_filter_sees_only_the_events_that_passed() -> None:
    workers = [worker("even", StreamsDivisible(by=2)), worker("double", StreamsDoubler(), number=NUMBER)]
    done = run_block(plan({"p": "even double"}, workers), block_of(5))
    assert done.block.get(DOUBLE, np.array([0, 2, 4])).take(slice(None)).value.tolist() == [0, 4, 8]  # type: ignore[attr-defined]
    assert {label: counts.executed for label, counts in done.counts.modules.items()} == {"even": 5, "double": 3}
    assert passed(done) == [True, False, True, False, True]
    with pytest.raises(
        ProductNotFoundError,
        match="product double::P was not made for event 1:1:1 of memory: a filter stopped its path",
    ):
        done.block.get(DOUBLE, np.array([0, 1]))


@pytest.mark.parametrize(("other", "sums"), [(NUMBER, [0, 2, 8, 18]), (None, [0, 1, 4, 9])])
def test_a_bundle_reaches_the_module_as_one_argument(other: ProductKey | None, sums: list[float]) -> None:
    adding = worker("sum", StreamsSum(), number=NUMBER, other=other, third=NUMBER)
    done = run_block(plan({"p": "sum"}, [adding]), block_of(4))
    assert done.block.get(ProductKey("sum", "", "P"), np.arange(4)).value.tolist() == sums  # type: ignore[attr-defined]


def test_a_veto_inverts_and_an_ignored_filter_decides_nothing() -> None:
    workers = [worker("even", StreamsDivisible(by=2))]
    done = run_block(plan({"veto": "!even", "ignore": "-even"}, workers), block_of(3))
    assert passed(done, 0) == [False, True, False]
    assert all(passed(done, 1))


def test_a_module_on_two_paths_runs_once_per_event() -> None:
    workers = [
        worker("even", StreamsDivisible(by=2)),
        worker("third", StreamsDivisible(by=3)),
        worker("double", StreamsDoubler(), number=NUMBER),
    ]
    done = run_block(plan({"p": "even double", "q": "third double"}, workers), block_of(9))
    assert done.counts.modules["double"].executed == 6
    made = np.array([0, 2, 3, 4, 6, 8])
    assert done.block.get(DOUBLE, made).value.tolist() == (2 * made).tolist()  # type: ignore[attr-defined]


def test_a_product_of_the_wrong_length_is_an_error_that_names_module_and_events() -> None:
    with pytest.raises(LogicError, match="made EventFloat instead of EventFloat for 1 events") as caught:
        run_block(plan({"p": "short"}, [worker("short", StreamsWrongLength(), number=NUMBER)]), block_of(4))
    assert caught.value.__notes__ == ["in module 'short' (StreamsWrongLength), event 1:1:0 of memory"]


@given(st.data())
def test_paths_of_filters_agree_with_a_loop_over_events(data: st.DataObject) -> None:
    n_events = data.draw(st.integers(1, 30))
    divisors = {f"by{d}": d for d in (2, 3, 5)}
    spelling = st.builds(str.__add__, st.sampled_from(["", "!", "-"]), st.sampled_from([*divisors, "double"]))
    clean = st.lists(spelling, max_size=5).map(
        lambda names: " ".join(x if "double" not in x else "double" for x in names)
    )
    paths = {f"p{i}": data.draw(clean) for i in range(3)}
    workers = [worker(label, StreamsDivisible(by=by)) for label, by in divisors.items()]
    done = run_block(plan(paths, [*workers, worker("double", StreamsDoubler(), number=NUMBER)]), block_of(n_events))
    doubled = set()
    for event in range(n_events):
        for number, text in enumerate(paths.values()):
            alive = True
            for spelled in text.split():
                if not alive:
                    break
                if spelled == "double":
                    doubled.add(event)
                elif not spelled.startswith("-"):
                    alive = (event % divisors[spelled.lstrip("!")] == 0) != spelled.startswith("!")
            assert passed(done, number)[event] == alive
    if doubled:
        having = np.array(sorted(doubled))
        assert done.block.get(DOUBLE, having).value.tolist() == (2 * having).tolist()  # type: ignore[attr-defined]
        assert done.counts.modules["double"].executed == having.size
