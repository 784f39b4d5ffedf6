"""Pictures per second, against numpy, histogram libraries, numba and C++ in the manner of the public codes, and memory.

    python -m benchmarks.frames [-o results.json]

Everything begins with the hits of simulated events that were touched just before (hot), 80 events a call, and ends with
dense float32; what is drawn is compared before anything is timed. The order is shuffled in every round, medians count.
The floor writes as many bytes as ours does, once: into fresh memory, or into memory that is used again and again. Ours
asks for fresh memory like every producer; `out` gives it the memory of the round before. The last table sets the ratios
beside the goals; what two threads reach at filling memory tells what the machine can give.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.frame_profile import print_profile
from benchmarks.histograms import PEERS, cropped, histogrammed
from benchmarks.inputs import Sample, samples_with_strips
from benchmarks.nested_vectors import NestedVectors, Task, built, compiler
from benchmarks.numba_twin import twin_pictures, twin_windows
from benchmarks.timing import Timing, print_rates, timed, timed_on_threads
from dataformats.channels import CHANNEL_SETS
from dataformats.frames import Windows
from dataformats.geometry.picture import EB_FIRST_ROW, EEP_FIRST_ROW, ROWS
from frameproducers.det_frames import DetFrameProducer
from frameproducers.eg_frames import EGFrameProducer
from frameproducers.pictures import pictures

N_EVENTS: Final = 80
REPEATS: Final = 9
TOP8: Final = CHANNEL_SETS["top8"].channels
TAU13: Final = CHANNEL_SETS["tau13"].channels
WHOLE: Final = (0, ROWS)
BARREL: Final = (EB_FIRST_ROW, EEP_FIRST_ROW)
OURS, FRESH, SAME = "ours", "floor, fresh memory", "floor, same memory"
NESTED, NESTED_IDS = "nested vectors, C++", "the same from detids"
Floats = NDArray[np.float32]
Candidates = dict[str, Callable[[], object]]


class Goal(NamedTuple):
    """One line of the last table.

    Args:
        what: is compared.
        ratio: measured.
        goal: to reach.
        at_least: True if larger is better.
    """

    what: str
    ratio: float
    goal: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def floors(shape: Sequence[int]) -> Candidates:
    """Writing as many bytes, once."""
    used = np.zeros(shape, np.float32)
    return {FRESH: lambda: np.full(shape, 0.0, np.float32), SAME: lambda: used.fill(0.0)}


def whole_pictures(sample: Sample, program: Path | None, at_four: bool) -> list[Goal]:
    """Full pictures of eight channels."""
    inputs, places = sample.inputs, sample.windows(TOP8)
    drawn = pictures(TOP8, inputs)
    used = np.empty_like(drawn)
    candidates: Candidates = {
        OURS: lambda: pictures(TOP8, inputs),
        "ours, out=": lambda: pictures(TOP8, inputs, out=used),
        "numba, plain loops": lambda: twin_pictures(TOP8, inputs),
        **{name: partial(histogrammed, TOP8, inputs, peer) for name, peer in PEERS.items()},
        **floors(drawn.shape),
    }
    np.testing.assert_array_equal(twin_pictures(TOP8, inputs), drawn)
    for peer in PEERS.values():
        np.testing.assert_allclose(histogrammed(TOP8, inputs, peer), drawn, rtol=1e-5, atol=1e-6)
    times = _timed_with_nested(candidates, program, Task(TOP8, inputs, places, WHOLE), drawn, windows=False)
    print_rates(f"Full pictures, 8 channels, {sample.title}", times, N_EVENTS, "event", OURS)
    found = [Goal("full pictures / floor, fresh memory", _ratio(times, OURS, FRESH), 1.3, at_least=False)]
    found.append(
        Goal("full pictures, out= / floor, same memory", _ratio(times, "ours, out=", SAME), 1.3, at_least=False)
    )
    if NESTED in times:
        found.append(Goal("nested vectors / full pictures", _ratio(times, NESTED, OURS), 2.5 if at_four else 3, True))
    return found[-1:] if at_four else found


def stitched_ecal(sample: Sample, at_four: bool) -> list[Goal]:
    """The ECAL alone: from detids and energies to (events, 280, 360)."""
    inputs, names = sample.inputs, ("ECAL",)
    drawn = pictures(names, inputs)
    candidates: Candidates = {
        OURS: lambda: pictures(names, inputs),
        "numba, plain loops": lambda: twin_pictures(names, inputs),
        **{name: partial(histogrammed, names, inputs, peer) for name, peer in PEERS.items()},
        **floors(drawn.shape),
    }
    times = timed(candidates, REPEATS)
    print_rates(f"Stitched ECAL, {sample.title}", times, N_EVENTS, "event", OURS)
    best = min(PEERS, key=lambda name: times[name].median)
    goal = Goal(f"{best} / stitched ECAL", _ratio(times, best, OURS), 2.5, at_least=True)
    return [] if at_four else [goal]


def jet_windows(sample: Sample, names: tuple[str, ...], program: Path | None, at_four: bool) -> list[Goal]:
    """Windows of 125 x 125 pixels around jets, straight from the hits."""
    made = sample.windows(names)
    title = f"Jet windows, {len(names)} channels, {made.row.size} jets of {sample.title}"
    times = _windows(title, lambda: sample.windows(names), Task(names, sample.inputs, made, WHOLE), program, "jet")
    found = [
        Goal(f"jet windows, {len(names)} channels / floor", _ratio(times, OURS, FRESH), 2.8 if at_four else 1.4, False)
    ]
    if NESTED in times:
        what = f"nested vectors / jet windows, {len(names)} channels"
        found.append(Goal(what, _ratio(times, NESTED, OURS), 9 if at_four else 20, at_least=True))
    return found


def photon_windows(sample: Sample, program: Path | None, at_four: bool) -> list[Goal]:
    """Windows of 32 x 32 pixels around photons of the barrel."""
    producer, inputs = EGFrameProducer(channels=TOP8), sample.inputs

    def make() -> Windows:
        return producer.produce(sample.photons, None, sample.super_cluster_hits, inputs).frames

    made = make()
    title = f"Photon windows, 8 channels, {made.row.size} photons of {sample.title}"
    times = _windows(title, make, Task(TOP8, inputs, made, BARREL), program, "photon")
    if NESTED not in times or at_four:
        return []
    return [Goal("nested vectors / photon windows", _ratio(times, NESTED, OURS), 150, at_least=True)]


def _windows(
    title: str, make: Callable[[], Windows], task: Task, program: Path | None, what: str
) -> Mapping[str, Timing]:
    """Time windows in every way and print it."""
    drawn = task.places.pixels
    rest = task.names, task.inputs, task.places, task.rows
    candidates: Candidates = {
        OURS: make,
        "full picture (ours), crop": lambda: cropped(pictures(task.names, task.inputs), task.places, task.rows),
        "numba, plain loops": lambda: twin_windows(*rest),
        **floors(drawn.shape),
    }
    np.testing.assert_array_equal(twin_windows(*rest), drawn)
    times = _timed_with_nested(candidates, program, task, drawn, windows=True)
    print_rates(title, times, len(drawn), what, OURS)
    return times


def _timed_with_nested(
    candidates: Candidates, program: Path | None, task: Task, drawn: Floats, *, windows: bool
) -> dict[str, Timing]:
    """Time the candidates, and with them the C++ program where there is one."""
    if program is None:
        return timed(candidates, REPEATS)
    with NestedVectors(program, task) as points, NestedVectors(program, task, from_detids=True) as ids:
        for each in (points, ids):
            np.testing.assert_allclose(each.windows() if windows else each.pictures(), drawn, rtol=1e-5)
        both: Candidates = {
            name: each.draw_windows if windows else each.draw_pictures
            for name, each in ((NESTED, points), (NESTED_IDS, ids))
        }
        return timed(candidates | both, REPEATS)


def two_threads(samples: Sequence[Sample]) -> list[Goal]:
    """The same on one thread, and on two that have a block each; kernels release the GIL."""
    frames = DetFrameProducer()
    runs: dict[str, list[Callable[[], object]]] = {
        "full pictures, 8 channels": [partial(pictures, TOP8, each.inputs) for each in samples],
        "sparse frames, 7 layers": [partial(frames.produce, each.inputs) for each in samples],
        "jet windows, 8 channels": [partial(each.windows, TOP8) for each in samples],
        "jet windows, 13 channels": [partial(each.windows, TAU13) for each in samples],
        FRESH: [floors((N_EVENTS, 8, 280, 360))[FRESH]] * len(samples),
    }
    found = []
    for name, (alone, both) in timed_on_threads(runs, REPEATS).items():
        goal = Goal(f"two threads / one: {name}", len(samples) * alone.median / both.median, 1.75, at_least=True)
        found.append(goal)
    return found


def _ratio(times: Mapping[str, Timing], slow: str, fast: str) -> float:
    return times[slow].median / times[fast].median


def print_goals(goals: Sequence[Goal]) -> None:
    """Measured ratios beside what was aimed at."""
    table = Table(title="Ratios of times, and goals", box=None, title_justify="left")
    for heading in ("", "measured", "goal", "met"):
        table.add_column(heading, justify="right" if heading in {"measured", "goal"} else "left")
    for goal in goals:
        sign = ">=" if goal.at_least else "<="
        table.add_row(goal.what, f"{goal.ratio:.2f}", f"{sign} {goal.goal:g}", "yes" if goal.met else "no")
    Console(width=110).print(table)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frames", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, help="also write the ratios, as JSON")
    given = parser.parse_args()
    samples = samples_with_strips(2, N_EVENTS)
    goals = []
    with tempfile.TemporaryDirectory() as folder:
        program = built(Path(folder)) if compiler() else None
        if program is None:
            print("No C++ compiler: nothing to say about nested vectors.", file=sys.stderr)
        for sample, note in ((samples[0], ""), (samples[0].denser(4), " (4 x hits)")):
            at_four = bool(note)
            measured = [
                *whole_pictures(sample, program, at_four),
                *stitched_ecal(sample, at_four),
                *jet_windows(sample, TOP8, program, at_four),
                *jet_windows(sample, TAU13, program, at_four),
                *photon_windows(sample, program, at_four),
            ]
            goals += [goal._replace(what=goal.what + note) for goal in measured]
            print_profile(sample, TAU13, REPEATS)
    goals += two_threads(samples)
    print_goals(goals)
    if given.output:
        given.output.write_text(json.dumps([goal._asdict() | {"met": goal.met} for goal in goals], indent=1) + "\n")


if __name__ == "__main__":
    main()
