from pathlib import Path

from benchmarks.start_up import EMPTY_JOB, _job, _started


def test_a_job_notes_its_first_event_and_how_long_it_took(tmp_path: Path) -> None:
    start = _started(_job(tmp_path, "empty", EMPTY_JOB))
    assert start.wall > 0
    assert start.cpu > 0
