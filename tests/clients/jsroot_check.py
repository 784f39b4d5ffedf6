"""Read files of ours with jsroot, which nobody here wrote, and compare every tree, branch and value with uproot.

    python tests/clients/jsroot_check.py [FILE.root ...]

Without a file, the main job runs on the packaged sample first, once with a TTree and once with an RNTuple. Needs node
and npm; jsroot is installed into a temporary folder.
"""

import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import awkward as ak
import uproot

READER = Path(__file__).with_name("jsroot_read.mjs")


def main() -> int:
    """Compare, print what was compared, return the number of differences."""
    found = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        install(folder)
        paths = [Path(name) for name in sys.argv[1:]] or [
            main_job_output(folder, form) for form in ("TTree", "RNTuple")
        ]
        for path in paths:
            seen = read_with_jsroot(path.resolve(), folder)
            with uproot.open(path) as file:
                differences = compare(seen, file)
            for line in differences:
                print(line)
            for name, tree in seen["trees"].items():
                values = sum(count(column) for column in tree["branches"].values())
                print(
                    f"{path.name}: {name}: {len(tree['branches'])} branches, {tree['entries']} entries, {values} values"
                )
            print(f"{path.name}: {len(differences)} differences")
            found += len(differences)
    return found


def main_job_output(folder: Path, form: str) -> Path:
    """Run the main job on the packaged sample."""
    path = folder / f"{form.lower()}.root"
    cfg = [sys.executable, "-m", "e2efw", "run", "ttbar_regression_cfg.py", f"outputFile={path}"]
    subprocess.run([*cfg, "--set", f"output.container={form}"], check=True)
    return path


def install(folder: Path) -> None:
    """jsroot and our reader."""
    shutil.copy(READER, folder)
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(
        ["npm", "install", "jsroot@7", "--ignore-scripts", "--omit=optional", "--silent"], cwd=folder, check=True
    )


def read_with_jsroot(path: Path, folder: Path) -> Any:
    """What jsroot finds in the file."""
    done = subprocess.run(["node", READER.name, str(path)], cwd=folder, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def compare(seen: Any, file: Any) -> list[str]:
    """Differences, as lines."""
    kinds = {name.split(";")[0]: kind for name, kind in file.classnames().items()}
    trees = [name for name, kind in kinds.items() if kind in {"TTree", "ROOT::RNTuple"}]
    found = (
        [] if sorted(trees) == sorted(seen["trees"]) else [f"trees differ: {sorted(trees)}, {sorted(seen['trees'])}"]
    )
    for name in trees:
        found += [f"{name}: {line}" for line in compare_tree(seen["trees"].get(name), file[name])]
    texts = {name: str(file[name]) for name, kind in kinds.items() if kind == "TObjString"}
    if seen["strings"] != texts:
        found.append(f"texts differ: {sorted(seen['strings'])} and {sorted(texts)}")
    return found


def compare_tree(seen: Any, tree: Any) -> list[str]:
    """Differences of one tree or RNTuple, whose top fields are compared whole."""
    if seen is None:
        return ["missing"]
    expected = {name: ak.to_list(tree[name].array()) for name in tree.keys(recursive=False)}
    found = []
    if seen["entries"] != tree.num_entries:
        found.append(f"entries: jsroot {seen['entries']}, uproot {tree.num_entries}")
    if sorted(expected) != sorted(seen["branches"]):
        found.append(f"branches differ: {sorted(set(expected) ^ set(seen['branches']))}")
    return found + [
        f"{name}: values differ"
        for name in expected
        if name in seen["branches"] and not same(seen["branches"][name], expected[name])
    ]


def same(ours: Any, theirs: Any) -> bool:
    """Equal values; 64-bit integers and non-finite numbers come as text from JavaScript."""
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and sorted(ours) == sorted(theirs) and all(same(ours[k], theirs[k]) for k in ours)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float) and not math.isfinite(theirs):
        return str(ours) == {math.inf: "Infinity", -math.inf: "-Infinity"}.get(theirs, "NaN")
    return bool(ours == theirs or str(ours) == str(theirs))


def count(column: Any) -> int:
    """Values in nested lists and records."""
    if isinstance(column, dict):
        return count(list(column.values()))
    return sum(map(count, column)) if isinstance(column, list) else 1


if __name__ == "__main__":
    sys.exit(min(main(), 1))
