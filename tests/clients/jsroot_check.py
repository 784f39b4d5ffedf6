"""Read a file of ours with jsroot, which nobody here wrote, and compare every branch, entry and value with uproot.

    python tests/clients/jsroot_check.py [FILE.root]

Without a file, the main job runs on the packaged sample first. Needs node and npm; jsroot is installed into a temporary
folder.
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
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else main_job_output(folder)
        seen = read_with_jsroot(path.resolve(), folder)
        with uproot.open(path) as file:
            differences = compare(seen, file)
    for line in differences:
        print(line)
    values = sum(count(column) for column in seen["branches"].values())
    print(
        f"{path.name}: {len(seen['branches'])} branches, {seen['entries']} entries, {values} values, "
        f"{len(differences)} differences"
    )
    return len(differences)


def main_job_output(folder: Path) -> Path:
    """Run the main job on the packaged sample."""
    path = folder / "ttbar_regression.root"
    subprocess.run([sys.executable, "-m", "e2efw", "run", "ttbar_regression_cfg.py", f"outputFile={path}"], check=True)
    return path


def read_with_jsroot(path: Path, folder: Path) -> Any:
    """What jsroot finds in the file."""
    shutil.copy(READER, folder)
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(
        ["npm", "install", "jsroot@7", "--ignore-scripts", "--omit=optional", "--silent"], cwd=folder, check=True
    )
    done = subprocess.run(
        ["node", READER.name, str(path), "Events"], cwd=folder, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def compare(seen: Any, file: Any) -> list[str]:
    """Differences, as lines."""
    tree = file["Events"]
    expected = {name: ak.to_list(tree[name].array()) for name in tree.keys()}  # noqa: SIM118 (a TTree is no dict)
    found = []
    if seen["entries"] != tree.num_entries:
        found.append(f"entries: jsroot {seen['entries']}, uproot {tree.num_entries}")
    if sorted(expected) != sorted(seen["branches"]):
        found.append(f"branches differ: {sorted(set(expected) ^ set(seen['branches']))}")
    found += [
        f"{name}: values differ"
        for name in expected
        if name in seen["branches"] and not same(seen["branches"][name], expected[name])
    ]
    texts = {name.split(";")[0]: str(file[name]) for name, kind in file.classnames().items() if kind == "TObjString"}
    if seen["strings"] != texts:
        found.append(f"texts differ: {sorted(seen['strings'])} and {sorted(texts)}")
    return found


def same(ours: Any, theirs: Any) -> bool:
    """Equal values; 64-bit integers and non-finite numbers come as text from JavaScript."""
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float) and not math.isfinite(theirs):
        return str(ours) == {math.inf: "Infinity", -math.inf: "-Infinity"}.get(theirs, "NaN")
    return bool(ours == theirs or str(ours) == str(theirs))


def count(column: Any) -> int:
    """Values in a nested list."""
    return sum(map(count, column)) if isinstance(column, list) else 1


if __name__ == "__main__":
    sys.exit(min(main(), 1))
