"""Bundles judged by labelled rows: a table, and a folder with all numbers and pictures."""

from collections.abc import Sequence
from pathlib import Path

from e2efw.errors import FileWriteError
from taggers.bundle import Bundle
from taggers.evaluation.evaluate import write_metrics
from taggers.training.judging import draw
from taggers.training.labelled import labelled_rows
from taggers.training.standings import Standings, standings
from taggers.training.summaries import summaries

_NOTE = "Rows that were not learned from"


def judge_bundles(
    bundles: Sequence[Bundle],
    files: Sequence[Path],
    folder: Path | None = None,
    *,
    most: int | None = None,
    threads: int = 1,
) -> Standings:
    """Judge bundles by the same rows.

    Args:
        bundles: that read windows of the same size, of any channels, trained for the same truth.
        files: of `e2efw export`.
        folder: a new one, gets metrics.json and pictures of each bundle in a folder of its name; None for neither.
        most: rows, taken at random, yet always the same; None for all.
        threads: of ONNX Runtime.

    Raises:
        FileWriteError: the folder exists or cannot be written; the first before anything is computed.
        NoTruthError: nothing tells how good the bundles are, see `labelled_rows`.
        E2EFWError: bundles or files do not fit together.
    """
    if folder is not None and folder.exists():
        raise FileWriteError(f"{folder} exists. Name a new folder; nothing is overwritten.")
    rows = labelled_rows(bundles, files).at_most(most)
    found = standings(bundles, rows, threads=threads)
    if folder is not None:
        _write(found, folder)
    return found


def _write(found: Standings, folder: Path) -> None:
    for model, samples in zip(found.models, found.samples, strict=True):
        place = folder / model.replace(" #", "_")
        draw(found.meaning, samples, place, _NOTE)
        metrics = {"rows": dict(found.rows), **summaries(found.meaning, samples)}
        write_metrics(metrics, place / "metrics.json", "model judge")
