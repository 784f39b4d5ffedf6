"""The whole main job against bare ONNX Runtime on the same batches, with one and two threads.

    python -m benchmarks.job

The job reads files, makes frames and windows, runs the network and writes a file. Bare ONNX Runtime runs the network on
the same windows, lying ready in memory, in batches of the same size, with as many threads as the job. 1.00 would mean
that everything else costs nothing: it is hidden behind the network, or free. Job times are those of the event loop,
start-up not counted; a first job, not counted either, loads the kernels. The events are those of the packaged sample,
repeated. The job is the main one without its comparison of two models, with windows around jets above 30 GeV.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table

from benchmarks.inputs import MIN_JET_PT, sample, write_sample
from benchmarks.networks import write_resnet15
from benchmarks.timing import timed
from dataformats.frames import Windows
from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from taggers.bundle import PACKAGED, Bundle

N_EVENTS = 2048
REPEATS = 5
BATCH = 16
THREADS = (1, 2)


class Case(NamedTuple):
    """One network, and the events it is measured on."""

    model: Path
    events: int


def job(cfg: str, arguments: list[str], settings: list[str]) -> Job:
    """A packaged job, ready to run."""
    process = load_process(cfg, arguments)
    apply_settings(process, settings)
    return Job(configure(process, Path()))


def main_job(channels: Sequence[str], arguments: list[str], settings: list[str]) -> Job:
    """The main job with one network, which reads these channels, around all jets of `Sample.windows`."""
    process = load_process("ttbar_regression_cfg.py", arguments)
    del process.compare
    process.output.outputCommands.remove("keep *_baseline_*_*")
    process.jetFrames.channels = list(channels)
    process.jetFrames.minJetPt = MIN_JET_PT
    apply_settings(process, settings)
    return Job(configure(process, Path()))


def bare(bundle: Bundle, made: Windows, threads: int) -> None:
    """The network alone on all windows."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
    extra = {name: getattr(made, name).astype(np.int64) for name in bundle.card.input.extra}
    for first in range(0, len(made.pixels), BATCH):
        batch = slice(first, first + BATCH)
        session.run(None, {"frames": made.pixels[batch], **{name: values[batch] for name, values in extra.items()}})


def measured(file: Path, case: Case, threads: int) -> tuple[int, float, float]:
    """Windows, and median seconds of the job's event loop and of the bare network, taken in turn."""
    bundle = Bundle.load(case.model)
    channels = bundle.card.input.channels
    made = sample(case.events).windows(channels)
    loops: list[float] = []
    arguments = [f"inputFiles={file}", f"outputFile={file.with_name('out.root')}", f"maxEvents={case.events}"]
    settings = [f"ttbar.model={case.model}", f"ttbar.maxBatch={BATCH}", f"options.numberOfThreads={threads}"]

    def run_job() -> None:
        loops.append(main_job(channels, arguments, [*settings, "options.eventsPerBlock=64"]).run().seconds)

    bare_timing = timed({"job": run_job, "bare": lambda: bare(bundle, made, threads)}, repeats=REPEATS)["bare"]
    return len(made.pixels), median(loops[1:]), bare_timing.median


def main() -> None:
    """Print the table."""
    table = Table(box=None, title_justify="left")
    for heading in ("network", "threads", "jets", "job jets/s", "bare ONNX Runtime jets/s", "job / bare"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        file = folder / "events.root"
        table.title = f"Main job, {BATCH} jets per batch, {write_sample(file, N_EVENTS)}"
        for name, fine in (("resnet15", False), ("resnet15_fine", True)):
            write_resnet15(folder / name, fine=fine)
        models = PACKAGED / "calorimetric_baseline", folder / "resnet15", folder / "resnet15_fine"
        cases = zip(models, (N_EVENTS, N_EVENTS, N_EVENTS // 8), strict=True)
        for model, events in cases:
            for threads in THREADS:
                jets, job_seconds, bare_seconds = measured(file, Case(model, events), threads)
                rates = f"{jets / job_seconds:,.0f}", f"{jets / bare_seconds:,.0f}"
                table.add_row(model.name, str(threads), str(jets), *rates, f"{bare_seconds / job_seconds:.2f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
