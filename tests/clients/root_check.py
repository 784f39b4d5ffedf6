"""Read files of ours with ROOT's RDataFrame, as a TTree and as an RNTuple, and compare every value with uproot.

    python tests/clients/root_check.py [FILE.root ...]

Without a file, the main job runs on the packaged sample first. Needs a Python with ROOT in it, be it of a distribution
or ``pip install --pre root``, and this project.
"""

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

TREES = ("LuminosityBlocks", "Runs", "MetaData", "ParameterSets", "Parentage")


def main() -> int:
    """Compare, print what was compared, return the number of differences."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel says that it is young
        import ROOT  # type: ignore[import-not-found]  # noqa: PLC0415
    print(f"ROOT {ROOT.gROOT.GetVersion()}")
    found = 0
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(name) for name in sys.argv[1:]] or [
            main_job_output(Path(scratch), form) for form in ("TTree", "RNTuple")
        ]
        for path in paths:
            found += compare_file(ROOT, str(path.resolve()))
    return found


def main_job_output(folder: Path, form: str) -> Path:
    """Run the main job on the packaged sample."""
    path = folder / f"{form.lower()}.root"
    cfg = [sys.executable, "-m", "e2efw", "run", "ttbar_regression_cfg.py", f"outputFile={path}"]
    subprocess.run([*cfg, "--set", f"output.container={form}"], check=True)
    return path


def compare_file(root: Any, path: str) -> int:
    """Differences between what ROOT and uproot read."""
    with uproot.open(path) as file:
        expected, entries = columns(file["Events"]), file["Events"].num_entries
        small = {name: (file[name].num_entries, len(file[name].keys())) for name in TREES}
        text = str(file["E2EProvenance"])
        kind = file.classnames()["Events;1"]
    frame = root.RDataFrame("Events", path)
    names = {name for name in map(str, frame.GetColumnNames()) if not name.startswith(("n", "R_rdf"))}
    frame, widened = widen(frame, sorted(names & set(expected)))
    read = frame.AsNumpy(list(widened))
    read = {widened[column]: values for column, values in read.items()}
    wrong = sorted(set(expected) ^ (names & set(expected)))
    wrong += [name for name, column in read.items() if not same(column, expected[name])]
    other = root.TFile.Open(path)
    wrong += [
        name
        for name, (size, width) in small.items()
        if (other.Get(name).GetEntries(), other.Get(name).GetNbranches()) != (size, width)
    ]
    wrong += [] if str(other.Get("E2EProvenance").GetString()) == text else ["E2EProvenance"]
    other.Close()
    values = sum(int(ak.count(column)) for column in expected.values())
    print(f"{path}: {kind}, {len(read)} columns, {entries} events, {values} values, {len(wrong)} differences")
    for name in wrong:
        print(f"  {name}")
    return len(wrong)


def columns(tree: Any) -> dict[str, Any]:
    """Columns of numbers by name, counters left out."""
    if tree.classname != "TTree":
        return {name: tree[name].array() for name in tree.keys() if not tree[name].fields}  # noqa: SIM118
    counters = {branch.count_branch.name for branch in tree.branches if branch.count_branch is not None}
    return {branch.name: branch.array() for branch in tree.branches if branch.name not in counters}


def widen(frame: Any, names: Sequence[str]) -> tuple[Any, dict[str, str]]:
    """Lists of bytes and booleans as lists of short integers, as PyROOT makes no arrays of them; names by column."""
    columns = {}
    for place, name in enumerate(names):
        kind = str(frame.GetColumnType(name)).lower()
        if "rvec" in kind and any(part in kind for part in ("bool", "char", "int8")):
            frame = frame.Alias(f"narrow{place}", name)
            frame = frame.Define(
                f"wide{place}", f"ROOT::VecOps::RVec<short>(narrow{place}.begin(), narrow{place}.end())"
            )
            columns[f"wide{place}"] = name
        else:
            columns[name] = name
    return frame, columns


def same(column: Any, expected: Any) -> bool:
    """Equal numbers in equal lists; NaN equals NaN."""
    ours = ak.Array([np.asarray(entry) for entry in column]) if expected.ndim > 1 else ak.Array(np.asarray(column))
    if expected.ndim > 1 and ak.num(ours).tolist() != ak.num(expected).tolist():
        return False
    mine, theirs = (np.asarray(ak.flatten(each, axis=None)).astype(np.float64) for each in (ours, expected))
    return bool(np.array_equal(mine, theirs, equal_nan=True))


if __name__ == "__main__":
    sys.exit(min(main(), 1))
