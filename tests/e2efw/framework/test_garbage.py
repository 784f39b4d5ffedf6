"""The collector of garbage is as it was before a command, whatever the command did."""

import gc
from collections.abc import Iterator

import pytest

from e2efw.framework.garbage import collect_from_here, leave, uncollected


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_collected_before_the_first_event() -> None:
    with uncollected():
        assert not gc.isenabled()
        collect_from_here()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 1000
    leave(process_ends=False)
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_command_that_fails_before_the_first_event_leaves_the_collector_on() -> None:
    with pytest.raises(KeyError, match="broken"), uncollected():
        raise KeyError("broken")
    assert gc.isenabled()


def test_a_program_that_collects_by_itself_is_left_alone() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_a_job_without_a_command_freezes_nothing() -> None:
    collect_from_here()
    assert gc.get_freeze_count() == 0


def test_at_the_end_of_the_process_nobody_looks_for_garbage() -> None:
    leave(process_ends=True)
    assert gc.get_freeze_count() > 1000
