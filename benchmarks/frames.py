"""Pictures per second, against numpy, histogram libraries, numba and C++ in the manner of the public codes, and memory.

    python -m benchmarks.frames [-o results.json]

Everything begins with the hits of simulated events that were touched just before (hot), 80 events a call, and ends with
dense float32; what is drawn is compared before anything is timed. The order is shuffled in every round, of candidates
and of one thread and two together; medians count. On two threads each has 80 events of its own. The floor is memset of
as many bytes. Fresh memory, for ours and for the floor, is asked for and given back within the time, as producers do;
with `out` ours draws into the memory of the round before. The last table sets the ratios beside the goals; what two
threads reach at filling memory in the same rounds tells what the machine could give: if that is near 1, others used it.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Final

from benchmarks.frame_profile import print_profile
from benchmarks.frames_goals import Goal, Times, above_floor, gain, print_goals, print_times, slower
from benchmarks.frames_ways import (
    FLOOR_FRESH,
    FLOOR_SAME,
    FRESH,
    NESTED,
    SAME,
    Ways,
    picture_ways,
    window_ways,
)
from benchmarks.histograms import PEERS
from benchmarks.inputs import Sample, samples_with_strips
from benchmarks.nested_vectors import Task, built, compiler
from benchmarks.timing import timed_on_threads
from dataformats.channels import CHANNEL_SETS
from dataformats.frames import Windows
from dataformats.geometry.picture import EB_FIRST_ROW, EEP_FIRST_ROW, ROWS
from frameproducers.det_frames import DetFrameProducer
from frameproducers.eg_frames import EGFrameProducer

N_EVENTS: Final = 80
REPEATS: Final = 5
TOP8: Final = CHANNEL_SETS["top8"].channels
TAU13: Final = CHANNEL_SETS["tau13"].channels
BARREL: Final = (EB_FIRST_ROW, EEP_FIRST_ROW)
TWO_THREADS: Final = 1.75
"""Goal for two threads over one."""


def whole_pictures(samples: Sequence[Sample], program: Path | None, dense: bool) -> Iterator[Goal]:
    """Full pictures of eight channels."""
    what, counts = "8-channel pictures", [N_EVENTS] * len(samples)
    times = _timed([picture_ways(TOP8, each, program) for each in samples])
    print_times(f"Full pictures, 8 channels, {samples[0].title}", times, counts, "event")
    yield above_floor(times, FRESH, FLOOR_FRESH, what, 1.3)
    yield above_floor(times, SAME, FLOOR_SAME, what, 1.3)
    if NESTED in times:
        yield slower(times, NESTED, FRESH, what, 2.5 if dense else 3.0)
    for name, goal in ((FRESH, TWO_THREADS), (SAME, TWO_THREADS), (FLOOR_FRESH, None), (FLOOR_SAME, None)):
        yield gain(times, name, what, counts, goal)


def stitched_ecal(samples: Sequence[Sample]) -> Iterator[Goal]:
    """The ECAL alone: from detids and energies to (events, 280, 360)."""
    counts = [N_EVENTS] * len(samples)
    times = _timed([picture_ways(("ECAL",), each, None) for each in samples])
    print_times(f"Stitched ECAL, {samples[0].title}", times, counts, "event")
    best = min(PEERS, key=lambda name: times[name][0].median)
    yield slower(times, best, FRESH, "stitched ECAL", 2.5)


def jet_windows(samples: Sequence[Sample], names: tuple[str, ...], program: Path | None, dense: bool) -> Iterator[Goal]:
    """Windows of 125 x 125 pixels around jets, straight from the hits; goals were set for eight channels."""
    what, aimed = f"{len(names)}-channel jet windows", names == TOP8
    makers: list[Callable[[], Windows]] = [lambda each=each: each.windows(names) for each in samples]  # type: ignore[misc]
    tasks = [Task(names, each.inputs, make(), (0, ROWS)) for each, make in zip(samples, makers, strict=True)]
    times, counts = _window_times(makers, tasks, program)
    print_times(f"{what}, {counts[0]} jets of {samples[0].title}", times, counts, "jet")
    yield above_floor(times, FRESH, FLOOR_FRESH, what, (2.8 if dense else 1.4) if aimed else None)
    if NESTED in times:
        yield slower(times, NESTED, FRESH, what, (9.0 if dense else 20.0) if aimed else None)
    yield from (gain(times, FRESH, what, counts, TWO_THREADS), gain(times, FLOOR_SAME, what, counts, None))


def photon_windows(samples: Sequence[Sample], program: Path | None) -> Iterator[Goal]:
    """Windows of 32 x 32 pixels around the hottest crystals of photons in the barrel, seeds included."""
    producer = EGFrameProducer(channels=TOP8)
    makers: list[Callable[[], Windows]] = [
        lambda each=each: producer.produce(each.photons, None, each.super_cluster_hits, each.inputs).frames  # type: ignore[misc]
        for each in samples
    ]
    tasks = [Task(TOP8, each.inputs, make(), BARREL) for each, make in zip(samples, makers, strict=True)]
    times, counts = _window_times(makers, tasks, program)
    print_times(f"8-channel photon windows, {counts[0]} photons of {samples[0].title}", times, counts, "photon")
    what = "8-channel photon windows"
    if NESTED in times:
        yield slower(times, NESTED, FRESH, what, 150.0)
    yield from (gain(times, FRESH, what, counts, TWO_THREADS), gain(times, FLOOR_SAME, what, counts, None))


def sparse_frames(samples: Sequence[Sample]) -> Iterator[Goal]:
    """Sparse frames of the default layers: what DetFrameProducer makes."""
    producer, counts = DetFrameProducer(), [N_EVENTS] * len(samples)
    runs = [lambda each=each: producer.produce(each.inputs) for each in samples]
    times = timed_on_threads({FRESH: runs}, REPEATS)
    print_times(f"Sparse frames, {len(producer.layers)} layers, {samples[0].title}", times, counts, "event")
    yield gain(times, FRESH, "sparse frames", counts, TWO_THREADS)


def _window_times(
    makers: Sequence[Callable[[], Windows]], tasks: Sequence[Task], program: Path | None
) -> tuple[Times, list[int]]:
    """Times, and the number of windows of each thread."""
    ways = [window_ways(make, task, program) for make, task in zip(makers, tasks, strict=True)]
    return _timed(ways), [task.places.row.size for task in tasks]


def _timed(ways: Sequence[AbstractContextManager[Ways]]) -> Times:
    """Time all ways, of which every thread has its own."""
    with ExitStack() as running:
        opened = [running.enter_context(each) for each in ways]
        return timed_on_threads({name: [each[name] for each in opened] for name in opened[0]}, REPEATS)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frames", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, help="also write the ratios, as JSON")
    given = parser.parse_args()
    nominal = samples_with_strips(2, N_EVENTS)
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as folder:
        program = built(Path(folder)) if compiler() else None
        if program is None:
            print("No C++ compiler: nothing to say about nested vectors.", file=sys.stderr)
        for samples, note in ((nominal, ""), ([each.denser(4) for each in nominal], ", 4 x hits")):
            dense = bool(note)
            measured = [
                *whole_pictures(samples, program, dense),
                *stitched_ecal(samples),
                *jet_windows(samples, TOP8, program, dense),
                *jet_windows(samples, TAU13, program, dense),
                *photon_windows(samples, program),
                *sparse_frames(samples),
            ]
            goals += [goal._replace(what=goal.what + note) for goal in measured]
            print_profile(samples[0], TAU13, REPEATS)
    print_goals(goals)
    if given.output:
        given.output.write_text(json.dumps([goal._asdict() | {"met": goal.met} for goal in goals], indent=1) + "\n")


if __name__ == "__main__":
    main()
