"""SelectEvents: the grammar, and its evaluation on whole blocks."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from e2efw import config as cms
from e2efw.errors import ConfigurationError
from e2efw.framework.select_events import SelectEvents, Selection

PATHS = ["muon", "muonTight", "jet"]
READY, PASS, FAIL, EXCEPTION = range(4)
STATES = np.array(
    [
        [PASS, FAIL, FAIL],
        [FAIL, FAIL, PASS],
        [FAIL, FAIL, FAIL],
        [EXCEPTION, FAIL, PASS],
        [PASS, PASS, EXCEPTION],
        [READY, READY, READY],
    ],
    np.uint8,
)


def accepted(*entries: str, states: NDArray[np.uint8] = STATES) -> list[int]:
    """Numbers of the events that are written."""
    selection = Selection(entries, {"": PATHS, "HLT": ["first"]}, "output 'out'")
    return np.flatnonzero(selection.accepted({"": states, "HLT": states[:, :1]}, len(states))).tolist()


@pytest.mark.parametrize(
    ("entries", "events"),
    [
        ([], [0, 1, 2, 3, 4, 5]),
        (["muon"], [0, 4]),
        (["muon*"], [0, 4]),
        (["mu?n"], [0, 4]),
        (["*"], [0, 1, 3, 4]),
        (["!muon"], [1, 2]),
        (["!muon*"], [1, 2]),
        (["!je?"], [0, 2]),
        (["!*"], [2]),
        (["exception@muon"], [3]),
        (["exception@*"], [3, 4]),
        (["jet&noexception"], [1]),
        (["jet&noex"], [1]),
        (["muon", "jet & noexception"], [0, 1, 4]),
        ([" muonTight\t"], [4]),
        (["first:HLT"], [0, 4]),
        (["jet&noexception:HLT", "!first:HLT"][1:], [1, 2]),
        (["*", "!*", "exception@*"], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_an_event_is_written_if_any_entry_accepts_it(entries: list[str], events: list[int]) -> None:
    assert accepted(*entries) == events


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("muons", r"output 'out': SelectEvents 'muons' names no path. Did you mean 'muon'\? Paths: jet, muon, muonT"),
        ("exception@x", "SelectEvents 'exception@x' names no path"),
        ("!tau*", r"SelectEvents '!tau\*' names no path"),
        ("!exception@jet", "SelectEvents '!exception@jet': '!' and 'exception@' exclude each other"),
        ("exception@jet&noexception", "'&noexception' and 'exception@' exclude each other"),
        ("jet&noexception&noexception", "'&noexception' stands there twice"),
        ("jet&noex&noexception", "'&noexception' stands there twice"),
        ("jet&no", "'&no' means nothing; '&noexception' is known"),
        ("", "wanted name, !name or exception@name of a path"),
        ("a/b", "wanted name, !name or exception@name of a path"),
        ("jet:RECO", "no TriggerResults of process 'RECO' that name their paths. Processes that do: HLT"),
    ],
)
def test_entries_that_mean_nothing_are_refused(entry: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        accepted(entry)


def test_a_glob_without_a_path_is_a_warning_and_accepts_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "e2efw.framework"):
        assert accepted("tau*") == []
    assert "SelectEvents 'tau*' names no path" in caplog.text


def test_everything_is_everything_even_without_paths() -> None:
    selection = Selection(["*", "!*", "exception@*"], {"": []}, "out")
    assert selection.accepted({}, 3).tolist() == [True, True, True]


def test_the_parameter_is_a_pset_with_a_list_of_entries() -> None:
    given_pset = cms.untracked.PSet(SelectEvents=cms.vstring("muon", "!jet"))
    assert SelectEvents.read(given_pset) == SelectEvents(select_events=("muon", "!jet"))
    with pytest.raises(ValueError, match=r"no parameter 'selectEvents' in it\. Did you mean 'SelectEvents'"):
        SelectEvents.read(cms.PSet(selectEvents=cms.vstring("muon")))
    with pytest.raises(ValueError, match="its 'SelectEvents' is a vstring, not a string"):
        SelectEvents.read(cms.PSet(SelectEvents=cms.string("muon")))


def one_by_one(entry: str, event: list[int]) -> bool:
    """The meaning of simple entries for a single event, as a sentence would say it."""
    no_exception = entry.endswith("&noexception")
    name = entry.removesuffix("&noexception")
    wanted = EXCEPTION if "@" in name else FAIL if name[0] == "!" else PASS
    name = name.removeprefix("!").removeprefix("exception@")
    states = [s for path, s in zip(PATHS, event, strict=True) if path == name or (name == "*") or name == f"{path}*"]
    verdict = all(s == wanted for s in states) if wanted == FAIL else wanted in states
    return verdict and not (no_exception and EXCEPTION in event)


@given(
    st.lists(
        st.sampled_from(["muon", "jet", "*", "!muon", "!*", "!jet*", "exception@jet", "exception@*", "*&noexception"]),
        min_size=1,
    ),
    st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3)),
)
def test_blocks_agree_with_a_loop_over_events(entries: list[str], events: list[list[int]]) -> None:
    states = np.array(events, np.uint8).reshape(-1, 3)
    everything = {"*", "!*", "exception@*"} <= set(entries)
    expected = [i for i, event in enumerate(events) if everything or any(one_by_one(e, event) for e in entries)]
    assert accepted(*entries, states=states) == expected
