"""States of paths as columns."""

import numpy as np
import pytest

from dataformats.trigger import PathState, PathStatus, TriggerResults, packed

STATE = np.array([[PathState.PASS, PathState.FAIL], [PathState.EXCEPTION, PathState.READY], [1, 1]], np.uint8)
INDEX = np.array([[3, 0], [2, 0], [-1, 4000]], np.int16)


def test_states_and_indices_come_back() -> None:
    results = TriggerResults.of(["p", "q"], packed(STATE, INDEX))
    assert len(results) == 3
    assert results.paths == ("p", "q")
    assert results.state.tolist() == STATE.tolist()
    assert results.index.tolist() == INDEX.tolist()
    assert results.description == {"paths": ["p", "q"]}


def test_a_status_is_packed_as_cmssw_packs_it() -> None:
    results = TriggerResults.of(["p", "q"], packed(STATE, INDEX))
    assert results.flat("status").tolist() == [13, 2, 11, 0, 0xFFFD, 16001]


def test_some_events_keep_the_names_of_the_paths() -> None:
    results = TriggerResults.of(["p", "q"], packed(STATE, INDEX))
    some = results.take(np.array([0, 2]))
    joined = TriggerResults.concatenate([some, results])
    assert joined.paths == ("p", "q")
    assert joined.state.tolist() == [*STATE[[0, 2]].tolist(), *STATE.tolist()]


@pytest.mark.parametrize("n_events", [0, 2])
def test_no_event_and_no_path_are_fine(n_events: int) -> None:
    assert TriggerResults.of([], np.empty((n_events, 0), np.uint16)).state.shape == (n_events, 0)
    assert TriggerResults.of(["p"], np.zeros((0, 1), np.uint16)).state.shape == (0, 1)


def test_a_path_status_tells_who_passed() -> None:
    status = PathStatus(status=packed(STATE[:, 0], INDEX[:, 0]))
    assert status.accept.tolist() == [True, False, True]
    assert status.state.tolist() == [1, 3, 1]
