"""The folder of a training: what is in it, and how files come into it whole."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from e2efw.errors import FileOpenError, FileReadError, FileWriteError, MismatchedInputFilesError
from e2efw.io.whole_file import WholeFile
from taggers.training.ranges import range_of
from taggers.training.recipe import Recipe
from taggers.training.samples import Samples
from taggers.training.window_files import WindowFiles

RECIPE: Final = "recipe.yaml"
_DATA: Final = "data.json"
_CURVES: Final = "curves"
_OWNER: Final = "train"


class RunFolder(NamedTuple):
    """Where a training writes.

    Args:
        path: of the folder.
    """

    path: Path

    @property
    def checkpoints(self) -> Path:
        """Folder of last.ckpt and best.ckpt."""
        return self.path / "checkpoints"

    @property
    def last(self) -> Path:
        """State after the last whole epoch."""
        return self.checkpoints / "last.ckpt"

    @property
    def best(self) -> Path:
        """State after the best epoch."""
        return self.checkpoints / "best.ckpt"

    @property
    def bundle(self) -> Path:
        """The model, for taggers."""
        return self.path / "bundle"

    @property
    def pictures(self) -> Path:
        """Folder of curves and of what the model says."""
        return self.path / "pictures"

    @classmethod
    def new(cls, path: Path) -> "RunFolder":
        """A folder that holds no training yet.

        Raises:
            FileWriteError: it does, or it cannot be made.
        """
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise FileWriteError(
                f"{_OWNER}: {path} is not empty; go on with --resume {path}, or name another --output."
            )
        folder = cls(path)
        try:
            folder.checkpoints.mkdir(parents=True, exist_ok=True)
            folder.pictures.mkdir(exist_ok=True)
        except OSError as error:
            raise FileWriteError(f"{_OWNER}: cannot make {path}: {error.strerror or error}.") from error
        return folder

    @classmethod
    def of_a_training(cls, path: Path) -> "RunFolder":
        """A folder with a training to go on with.

        Raises:
            FileOpenError: it holds none, or none that finished an epoch.
        """
        folder = cls(path)
        for file in (path / RECIPE, folder.last):
            if not file.is_file():
                what = "no finished epoch" if (path / RECIPE).is_file() else "no training"
                raise FileOpenError(f"{_OWNER}: nothing to go on with in {path}: {what}, for there is no {file}.")
        return folder

    def write(self, name: str, content: str) -> None:
        """Write a file whole."""
        write_whole(self.path / name, content.encode())

    def write_recipe(self, recipe: Recipe) -> None:
        """The recipe with all defaults."""
        self.write(RECIPE, yaml.safe_dump(recipe.written(), sort_keys=False, width=120))

    def write_curves(self, rows: Sequence[Mapping[str, float]]) -> None:
        """A row per epoch, as CSV and JSON."""
        text = io.StringIO()
        table = csv.DictWriter(text, list(rows[-1]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        self.write(f"{_CURVES}.csv", text.getvalue())
        self.write_json(f"{_CURVES}.json", list(rows))

    def write_json(self, name: str, content: Any) -> None:
        """Plain data as JSON."""
        self.write(name, json.dumps(content, indent=1, allow_nan=False) + "\n")

    def write_data(self, summary: Mapping[str, Any]) -> None:
        """What the training sees."""
        self.write_json(_DATA, summary)

    def data(self) -> dict[str, Any]:
        """What the training saw when it began.

        Raises:
            FileOpenError: the folder does not say.
        """
        path = self.path / _DATA
        try:
            found: dict[str, Any] = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise FileOpenError(f"{_OWNER}: {path} cannot be read: {error}") from error
        return found

    def refuse_other_data(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """A training goes on with the data it began with.

        Returns:
            What the folder says of them.

        Raises:
            FileOpenError: the folder does not say what it began with.
            MismatchedInputFilesError: these are others.
        """
        before = self.data()
        for key in ("files", "samples"):
            if _compared(before.get(key)) != _compared(summary[key]):
                raise MismatchedInputFilesError(
                    f"{_OWNER}: {self.path} began with other data: {key} are not those of its {_DATA}. "
                    "Name the same files, or begin a training in another --output."
                )
        return before


def _compared(content: Any) -> Any:
    """Without paths: files may have moved."""
    if isinstance(content, list):
        return [{key: value for key, value in one.items() if key != "path"} for one in content]
    return content


def write_whole(path: Path, content: bytes) -> None:
    """A file that is there with all of its content, or not at all.

    Raises:
        FileWriteError: it cannot be written, such as on a full disk; an older one stays as it was.
    """
    file = WholeFile(path, _OWNER)
    with file.writing():
        file.temporary.write_bytes(content)
    file.finish()


def data_summary(recipe: Recipe, samples: Samples) -> dict[str, Any]:
    """Files with checksums and what made them; rows and classes of each sample; the range trained on.

    Raises:
        FileReadError: a file cannot be read any more.
    """
    files, seen = [], set()
    for sample in samples:
        source = sample.source.source
        provenance = source.provenance if isinstance(source, WindowFiles) else {}
        for path in dict.fromkeys(source.path_of(group) for group in range(source.group_sizes.size)):
            if path not in seen:
                seen.add(path)
                files.append(described_file(path, provenance.get(str(path), "")))
    counted = {}
    for sample in samples:
        counted[sample.name] = {"rows": len(sample)}
        if recipe.label and len(sample):
            truth = sample.truth(recipe)
            counted[sample.name] |= {name: int((truth == i).sum()) for i, name in enumerate(recipe.label.classes)}
    return {"files": files, "samples": counted, "trained_on": range_of(samples.train.source)}


def described_file(path: Path, provenance: str) -> dict[str, Any]:
    """A file of rows: path, name, bytes, sha256, and what made it.

    Args:
        path: of the file.
        provenance: as JSON text, "" if it is not known.

    Raises:
        FileReadError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise FileReadError(f"{_OWNER}: {path} cannot be read: {error.strerror or error}.") from error
    found: dict[str, Any] = {"path": str(path), "name": path.name, "bytes": path.stat().st_size, "sha256": checksum}
    return {**found, "provenance": json.loads(provenance)} if provenance else found
