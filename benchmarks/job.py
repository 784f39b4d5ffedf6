"""The whole main job against bare ONNX Runtime on the same batches, with one and two threads.

    python -m benchmarks.job

The job reads files, makes frames and windows, runs the network and writes a file. Bare ONNX Runtime runs the network on
the same windows, lying ready in memory, in batches of the same size, with as many threads as the job. 1.00 would mean
that everything else costs nothing: it is hidden behind the network, or free. Job times are those of the event loop,
start-up not counted; a first job, not counted either, loads the kernels.
"""

import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table

from benchmarks.inputs import packaged_sample
from benchmarks.networks import write_resnet15
from benchmarks.timing import timed
from dataformats.frames import Windows
from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import TOY_TTBAR
from taggers.bundle import PACKAGED, Bundle

COPIES = 4
"""The packaged sample is read so many times over."""
REPEATS = 5
BATCH = 64
THREADS = (1, 2)


def job(folder: Path, model: str, threads: int) -> Job:
    """The main job on copies of the packaged sample, ready to run."""
    process = load_process("ttbar_regression_cfg.py", [f"outputFile={folder / 'out.root'}"])
    files = ",".join(str(folder / f"sample{number}.root") for number in range(COPIES))
    settings = [f"source.fileNames={files}", f"ttbar.model={model}", f"options.numberOfThreads={threads}"]
    apply_settings(process, [*settings, "options.eventsPerBlock=64"])
    return Job(configure(process, folder))


def bare(bundle: Bundle, made: Windows, threads: int) -> None:
    """The network alone on all windows of all copies."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
    extra = {"row": made.row.astype(np.int64)} if bundle.card.input.extra else {}
    for _ in range(COPIES):
        for first in range(0, len(made.pixels), BATCH):
            batch = slice(first, first + BATCH)
            feed = {"frames": made.pixels[batch], **{name: values[batch] for name, values in extra.items()}}
            session.run(None, feed)


def main() -> None:
    """Print the table."""
    made = packaged_sample().windows()
    n_windows = COPIES * len(made.pixels)
    table = Table(title=f"Main job on {n_windows} jets, {BATCH} per batch", box=None, title_justify="left")
    for heading in ("network", "threads", "job jets/s", "bare ONNX Runtime jets/s", "job / bare"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number in range(COPIES):
            (folder / f"sample{number}.root").write_bytes(Path(TOY_TTBAR).read_bytes())
        write_resnet15(folder / "resnet15")
        for model in (PACKAGED / "calorimetric_baseline", folder / "resnet15"):
            for threads in THREADS:
                job_seconds, bare_seconds = measured(folder, model, made, threads)
                rates = f"{n_windows / job_seconds:,.0f}", f"{n_windows / bare_seconds:,.0f}"
                table.add_row(model.name, str(threads), *rates, f"{bare_seconds / job_seconds:.2f}")
    Console(width=110).print(table)


def measured(folder: Path, model: Path, made: Windows, threads: int) -> tuple[float, float]:
    """Median seconds of the job's event loop and of the bare network, taken in turn."""
    bundle = Bundle.load(model)
    loops: list[float] = []

    def run_job() -> None:
        loops.append(job(folder, str(model), threads).run().seconds)

    bare_timing = timed({"job": run_job, "bare": lambda: bare(bundle, made, threads)}, repeats=REPEATS)["bare"]
    return median(loops[1:]), bare_timing.median


if __name__ == "__main__":
    main()
