"""How much closer to the truth the network of the main job is than the calorimetric baseline, beside what it should be.

    python -m benchmarks.ttbar a.root b.root [--model ttbar_resnet15] [--json ttbar.json]

Files are simulated top pairs that no training has seen; the bars are meant for boosted ones (`simulate_cfg.py
process=ttbar_boosted`, with `topMass` and `topMassMax` for all masses). The job is the main one, in which
`RegressionComparison` makes the numbers: on jets that hold a whole top quark, and on events in which two jets have
windows. The column on the right tells what is beyond its bar; errors are for the reader to judge. What sigmas of
m_ttbar would have to be multiplied by goes into the card of a bundle, as `calibration: {pair_mass_sigma: 1.2}`, if
measured on files that judge nothing else.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from e2efw import config as cms
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from taggers.evaluation.compared import in_text
from taggers.evaluation.comparison import FILE, JET_MASS, JET_PT, PAIR_MASS
from taggers.evaluation.sample import UNKNOWN, Estimate

BARS: Final = {JET_MASS: 0.7, JET_PT: 0.7, PAIR_MASS: 0.8}
"""Largest mean absolute error, as part of the baseline's."""
COVERAGE: Final = (0.63, 0.73)
"""Part of the truths that should be within one claimed sigma; 0.68 is meant."""
HEADINGS: Final = (
    *("", "objects", "MAE (GeV)", "baseline (GeV)", "ratio", "at most"),
    *("in 1 sigma", "from, to", "68 % in sigma times", ""),
)


def numbers(files: Sequence[str], model: str, threads: int) -> dict[str, Any]:
    """What `RegressionComparison` writes about these files."""
    with tempfile.TemporaryDirectory() as folder:
        process = load_process("ttbar_regression_cfg.py", [f"inputFiles={','.join(files)}", f"model={model}"])
        process.source.duplicateCheckMode = cms.untracked.string("checkEachFile")  # simulated files number alike
        process.comparison.folder = cms.untracked.string(folder)
        process.options.numberOfThreads = threads
        del process.write
        Job(configure(process, Path())).run()
        found: dict[str, Any] = json.loads((Path(folder) / FILE).read_text())
    return found


def estimate(found: dict[str, Any] | None) -> Estimate:
    """A number of the file."""
    return UNKNOWN if found is None or found["value"] is None else Estimate(found["value"], found["error"])


def rows(found: dict[str, Any]) -> Iterator[list[str]]:
    """One per quantity, and what is missed.

    Raises:
        ValueError: there is no truth in the files.
    """
    if not found["truth"]:
        raise ValueError("benchmarks.ttbar: the files have no generated top quarks, so nothing can be measured.")
    for name, one in found["quantities"].items():
        ours, baseline = one["models"]
        ratio, inside, bar = estimate(one["mae_ratio"]), estimate(ours["inside"]), BARS.get(name)
        missed = [] if bar is None or ratio.value <= bar else ["ratio"]
        low, high = COVERAGE
        missed += [] if low <= inside.value <= high else ["coverage"]
        percent = Estimate(100 * inside.value, 100 * inside.error)
        yield [
            name,
            str(one["objects"]),
            *(in_text(estimate(side["mae"])) for side in (ours, baseline)),
            in_text(ratio, 3),
            "" if bar is None else f"{bar:.2f}",
            in_text(percent, 1, " %"),
            f"{100 * low:.0f}, {100 * high:.0f} %",
            in_text(estimate(ours["widen"]), 2),
            " and ".join(missed) + (" missed" if missed else ""),
        ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", help="simulated top pairs that no training has seen")
    parser.add_argument("--model", default="ttbar_resnet15", help="bundle, by name or folder")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="keep all numbers in this file")
    given = parser.parse_args()
    found = numbers(given.files, given.model, given.threads)
    table = Table(box=None, title_justify="left", title=f"{found['models'][0]} against {found['models'][1]}")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading else "left")
    for row in rows(found):
        table.add_row(*row)
    Console(width=140).print(table)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
