"""`e2efw display`: pictures of events with frames and of events with hits."""

from pathlib import Path

import numpy as np
import pytest

from dataformats.frames import SeedStatus
from e2efw.cli.main import main
from e2efw.errors import CommandLineError
from frameproducers.display_event import load_event
from frameproducers.drawing import row_edges
from python_cfg.samples import SIMULATED_TTBAR

EVENTS = 5
PNG = b"\x89PNG\r\n\x1a\n"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the main job writes."""
    path = str(tmp_path_factory.mktemp("display") / "out.root")
    arguments = f"maxEvents={EVENTS}", f"outputFile={path}", "--set", "jetFrames.minJetPt=100"
    assert run("run", "ttbar_regression_cfg.py", *arguments) == 0
    return path


def test_frames_of_a_job_and_frames_made_from_hits_are_the_same(output: str) -> None:
    windows = 0
    for position in range(EVENTS):
        stored, made = load_event(output, str(position)), load_event(SIMULATED_TTBAR, str(position))
        assert stored.name == made.name == f"1:1:{position + 1}"
        for name in stored.frames.names:
            assert np.array_equal(stored.frames.dense(name), made.frames.dense(name))
        assert stored.seeds is not None
        assert made.seeds is not None
        seeded = stored.seeds.flat("status") == SeedStatus.OK  # the display also shows jets that the job leaves out
        assert np.all(made.seeds.flat("status")[seeded] == SeedStatus.OK)
        for place in ("row", "column"):
            assert np.array_equal(stored.seeds.flat(place)[seeded], made.seeds.flat(place)[seeded])
        windows += int(np.count_nonzero(seeded))
    assert windows >= EVENTS


def test_an_event_can_be_named_by_run_lumi_and_event(output: str) -> None:
    assert load_event(output, "1:1:5").name == "1:1:5"


@pytest.mark.parametrize("event", ["5", "1:1:77", "first"])
def test_an_event_that_is_not_there_is_an_error(output: str, event: str) -> None:
    with pytest.raises(CommandLineError, match=f"no event {event}; it holds 5 events"):
        load_event(output, event)


def test_a_picture_is_drawn(output: str, tmp_path: Path) -> None:
    picture = tmp_path / "event.png"
    assert run("display", output, "--event", "2", "-o", str(picture)) == 0
    assert picture.read_bytes().startswith(PNG)
    assert picture.stat().st_size > 50_000


def test_real_events_are_drawn_from_their_hits(real_files: list[Path], tmp_path: Path) -> None:
    picture = tmp_path / "event.png"
    assert run("display", str(real_files[0]), "-e", "2", "-o", str(picture), "--jets", "1") == 0
    assert picture.read_bytes().startswith(PNG)


def test_a_picture_that_cannot_be_written_is_an_error(output: str, tmp_path: Path) -> None:
    assert run("display", output, "-o", str(tmp_path / "missing" / "event.png")) == 8033
    assert run("display", output, "-o", str(tmp_path / "event.txt")) == 8033


def test_rows_cover_eta_without_gaps() -> None:
    edges = row_edges()
    assert edges.size == 281
    assert np.all(np.diff(edges) > 0)
    assert (edges[0], edges[-1]) == (-3.0, 3.0)
