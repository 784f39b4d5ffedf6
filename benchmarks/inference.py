"""Networks alone and in a job: windows per second by batch and backend, and what a job costs beside its network.

    python -m benchmarks.inference [BUNDLE...] [--threads N] [--events N]

Without BUNDLE: the calorimetric baseline and two ResNet-15 with random weights. The first table has every backend that
this host offers. The second compares a whole job (reading, frames, windows, network, writing) with bare ONNX Runtime on
the same windows in the same batches, for bundles that `TTbarRegressor` takes: wall time, and CPU time of the whole
process, which other users of the machine disturb less. Where all cores are full nothing can hide behind the network, so
the ratio of CPU times is what a perfect job reaches if bare ONNX Runtime uses its threads perfectly; where it does not,
streams win that back.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.inputs import sample, write_sample
from benchmarks.job import BATCH, bare, main_job
from benchmarks.networks import write_resnet15
from e2efw.config.accelerators import CPU
from e2efw.config.graphics import GPU_NVIDIA, NvidiaAccelerator
from taggers.backends import PROVIDERS, Backend, open_model
from taggers.bundle import PACKAGED, Bundle
from taggers.onnx_backend import providers_here
from taggers.speed import BATCHES, speeds

N_EVENTS = 1024
REPEATS = 3


class Spent(NamedTuple):
    """Seconds of one run.

    Args:
        wall: by the clock.
        cpu: of all threads of the process.
    """

    wall: float
    cpu: float


def backends(bundle: Bundle) -> list[Backend]:
    """Those that this host offers for a bundle."""
    here = providers_here()
    gpu = bool(NvidiaAccelerator().enabledLabels())
    found: list[Backend] = ["cpu"]
    found += [device for device, provider in PROVIDERS.items() if device != "cpu" and gpu and provider in here]
    return [*found, "torch"] if bundle.torch_model else found


def alone(bundles: Sequence[Bundle], threads: int) -> Table:
    """Windows per second of every bundle, backend and batch."""
    table = Table(box=None, title_justify="left", title=f"Networks alone, windows/s, {threads} threads on the CPU")
    for heading in ("bundle", "provider", *(f"batch {batch}" for batch in BATCHES)):
        table.add_column(heading, justify="right" if heading.startswith("batch") else "left")
    for bundle in bundles:
        for backend in backends(bundle):
            opened = open_model(
                bundle, "benchmark", backend=backend, accelerators=(GPU_NVIDIA, CPU), threads=threads,
                max_batch=max(BATCHES),
            )  # fmt: skip
            rates = [f"{speed.per_second:,.0f}" for speed in speeds(opened)]
            table.add_row(bundle.card.name, opened.provider, *rates)
    return table


def spent(run: Callable[[], object]) -> Spent:
    """Time one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def in_a_job(bundles: Sequence[Bundle], threads: int, n_events: int) -> Table:
    """The whole job against the bare network, in turn; medians of several rounds after one that is not counted."""
    events = sample(n_events)
    table = Table(box=None, title_justify="left")
    for heading in ("bundle", "threads", "job windows/s", "bare windows/s", "job / bare", "CPU bare / CPU job"):
        table.add_column(heading, justify="left" if heading == "bundle" else "right")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "events.root"
        table.title = f"{BATCH} windows per run: {write_sample(file, n_events)}"
        arguments = [f"inputFiles={file}", f"outputFile={file.with_name('out.root')}", f"maxEvents={n_events}"]
        for bundle in bundles:
            channels = bundle.card.input.channels
            made = events.windows(channels)
            for n_threads in sorted({1, threads}):
                settings = [f"ttbar.model={bundle.folder}", f"ttbar.maxBatch={BATCH}", "options.eventsPerBlock=64"]
                settings.append(f"options.numberOfThreads={n_threads}")
                jobs, bares = [], []
                for _ in range(REPEATS + 1):
                    report = main_job(channels, arguments, settings).run()
                    jobs.append(Spent(report.seconds, report.cpu_seconds))
                    bares.append(spent(lambda bundle=bundle, made=made, n=n_threads: bare(bundle, made, n)))  # type: ignore[misc]
                whole, network = (Spent(*np.median(times[1:], axis=0)) for times in (jobs, bares))
                n_windows = len(made.pixels)
                table.add_row(
                    bundle.card.name, str(n_threads), f"{n_windows / whole.wall:,.0f}",
                    f"{n_windows / network.wall:,.0f}", f"{network.wall / whole.wall:.2f}",
                    f"{network.cpu / whole.cpu:.2f}",
                )  # fmt: skip
    return table


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundles", nargs="*", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--events", type=int, default=N_EVENTS)
    given = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as scratch:
        folders = given.bundles
        if not folders:
            folders = [PACKAGED / "calorimetric_baseline", *(Path(scratch) / name for name in ("light", "fine"))]
            write_resnet15(folders[1], fine=False)
            write_resnet15(folders[2], fine=True)
        bundles = [Bundle.load(folder) for folder in folders]
        console.print(alone(bundles, given.threads))
        regressors = [bundle for bundle in bundles if {"mass", "pt"} <= set(bundle.output_names)]
        if regressors:
            console.print(in_a_job(regressors, given.threads, given.events))


if __name__ == "__main__":
    main()
