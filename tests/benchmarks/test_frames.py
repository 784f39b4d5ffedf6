from pathlib import Path

import numpy as np
import pytest

from benchmarks.frames_goals import Goal, gain
from benchmarks.frames_ways import NESTED, NESTED_IDS, picture_ways, window_ways
from benchmarks.inputs import sample
from benchmarks.nested_vectors import Task, built, compiler
from benchmarks.timing import Timing
from dataformats.channels import CHANNEL_SETS
from frameproducers.eg_frames import EGFrameProducer

TOP8 = CHANNEL_SETS["top8"].channels


@pytest.fixture
def program(tmp_path: Path) -> Path | None:
    return built(tmp_path) if compiler() else None


@pytest.mark.parametrize("times", [1, 3])
def test_peers_draw_the_pictures_that_we_draw(program: Path | None, times: int) -> None:
    with picture_ways(TOP8, sample(4).denser(times), program) as ways:  # compares them
        assert {NESTED, NESTED_IDS} <= set(ways) or program is None
        for way in ways.values():
            way()


def test_peers_cut_out_the_windows_that_we_make_of_jets(program: Path | None) -> None:
    events = sample(4)
    task = Task(TOP8, events.inputs, events.windows(TOP8), (0, 280))
    with window_ways(lambda: events.windows(TOP8), task, program) as ways:
        for way in ways.values():
            way()


def test_peers_cut_out_windows_of_photons_that_leave_the_barrel(program: Path | None) -> None:
    events = sample(32)
    producer = EGFrameProducer(channels=("ECAL", "HCAL"))
    made = producer.produce(events.photons, None, events.super_cluster_hits, events.inputs).frames
    assert np.any((made.row < 55 + 15) | (made.row > 224 - 16)), "one of them must leave it"
    with window_ways(lambda: made, Task(producer.channels, events.inputs, made, (55, 225)), program):
        pass


def test_gain_counts_what_each_thread_handles() -> None:
    times = {"ours": (Timing(2.0, 2.0, 2.0), Timing(3.0, 3.0, 3.0))}
    assert gain(times, "ours", "windows", [10, 20], 1.75).ratio == pytest.approx(2.0)


def test_goals_are_met_from_either_side_or_not_set() -> None:
    assert Goal("slower than ours", 3.0, 2.5, at_least=True).met
    assert not Goal("above the floor", 3.0, 2.5, at_least=False).met
    assert Goal("without goal", 3.0, None, at_least=True).met is None
