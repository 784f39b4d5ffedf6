"""Putting modules in order before the first event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2efw.errors import ScheduleError
from e2efw.framework.schedule import AnyStep, PathEntry, PathPlan, Step, ordered


def path(name: str, *labels: str) -> PathPlan:
    return PathPlan(name, tuple(PathEntry(label) for label in labels))


def labels(steps: list[AnyStep]) -> list[str]:
    return [step.entry.label for step in steps if isinstance(step, Step)]


def test_modules_of_one_path_keep_their_order() -> None:
    assert labels(ordered([path("p", "a", "b", "c")], {"b": ["a"]})) == ["a", "b", "c"]


def test_a_consumer_waits_for_a_producer_on_a_later_path() -> None:
    steps = ordered([path("p", "reads"), path("q", "makes")], {"reads": ["makes"]})
    assert labels(steps) == ["makes", "reads"]


def test_paths_may_wait_for_each_other_by_turns() -> None:
    steps = ordered([path("p", "x", "y"), path("q", "u", "v")], {"u": ["x"], "y": ["v"]})
    assert labels(steps) == ["x", "u", "v", "y"]


def test_a_producer_earlier_on_the_same_path_is_enough() -> None:
    steps = ordered([path("p", "a", "b"), path("q", "c", "a")], {"b": ["a"], "c": ["b"]})
    assert labels(steps) == ["a", "b", "c", "a"]


def test_reading_what_is_made_later_on_the_path_is_refused() -> None:
    with pytest.raises(
        ScheduleError, match=r"'reads' consumes 'makes' \[path p\], 'makes' comes after 'reads' \[path p\]"
    ):
        ordered([path("p", "reads", "makes")], {"reads": ["makes"]})


def test_a_cycle_over_two_paths_is_spelled_out() -> None:
    with pytest.raises(ScheduleError, match=r"'a' consumes 'b'.*'b' consumes 'a'"):
        ordered([path("p", "a"), path("q", "b")], {"a": ["b"], "b": ["a"]})


def test_a_module_reading_its_own_product_is_a_cycle() -> None:
    with pytest.raises(ScheduleError, match=r"'a' consumes 'a'"):
        ordered([path("p", "a")], {"a": ["a"]})


@given(st.data())
def test_any_acyclic_job_is_ordered_with_makers_first(data: st.DataObject) -> None:
    names = [f"m{i}" for i in range(8)]
    needs = {
        name: data.draw(st.lists(st.sampled_from(names[:i]), unique=True)) if i else [] for i, name in enumerate(names)
    }
    chosen = [sorted(data.draw(st.sets(st.sampled_from(names)))) for _ in range(3)]
    paths = [path(f"p{i}", *modules) for i, modules in enumerate(chosen)]
    steps = ordered(paths, needs)
    assert len(labels(steps)) == sum(map(len, chosen))
    position = {(step.path, step.entry.label): number for number, step in enumerate(steps) if isinstance(step, Step)}
    for (where, label), number in position.items():
        for maker in needs[label]:
            makers = [at for (other, name), at in position.items() if name == maker]
            same_path = position.get((where, maker))
            assert (same_path is not None and same_path < number) or all(at < number for at in makers)
