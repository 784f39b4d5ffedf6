"""Random jobs against a slow twin that takes one event at a time and follows the rules word by word.

Paths with filters, vetoes, ignored filters, questions about other paths, tasks, conditional ones, aliases, end paths,
three outputs with SelectEvents, errors that cost an event or are ignored; any block size, up to four streams.
"""

import random

import pytest

from tests.e2efw.framework.one_event import CONTINUE, EXCEPTION, FAIL, IGNORE, PASS, OneEvent
from tests.e2efw.framework.random_modules import RandomOutput
from tests.e2efw.framework.random_plots import Plot, invented, run_job


def compare(plot: Plot, dice: random.Random) -> None:
    fates = [dice.choice(["TryToContinue", "IgnoreCompletely"]) for _ in range(2)]
    actions = {fate: [c for c, f in zip((CONTINUE, IGNORE), fates, strict=True) if f == fate] for fate in fates}
    report = run_job(plot, dice.randint(1, 17), dice.randint(1, 4), actions)
    twins = [OneEvent(plot, event, actions) for event in range(plot.events)]
    for label in plot.outputs:
        expected = [(twin.event, twin.kept(label)) for twin in twins if label in twin.written]
        assert RandomOutput.got[label] == expected, label
    for number, name in enumerate(twins[0].states):
        counts = report.counts.paths[number].total
        found = [sum(twin.states[name][0] == state for twin in twins) for state in (PASS, FAIL, EXCEPTION)]
        assert [counts.passed, counts.failed, counts.error] == found, name
        for position, place in enumerate(report.counts.paths[number].places):
            beyond = sum(twin.states[name][1] > position or twin.states[name] == (PASS, position) for twin in twins)
            assert place.passed == beyond, (name, position)
    failures = {(int(f.event.split(":")[2]), f.module, f.category) for f in report.failures}
    assert failures == set().union(*(twin.failures for twin in twins))
    assert len(report.failures) == len(failures)


@pytest.mark.parametrize("first", range(0, 520, 40))
def test_random_jobs_agree_with_the_twin(first: int) -> None:
    for seed in range(first, first + 40):
        try:
            compare(invented(seed), random.Random(seed))
        except BaseException as error:
            error.add_note(f"seed {seed}: {invented(seed)}")
            raise


def test_a_job_of_twelve_paths_agrees_with_the_twin() -> None:
    for seed in range(1000, 1010):
        compare(invented(seed, n_paths=12), random.Random(seed))
