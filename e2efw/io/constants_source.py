"""ConstantsESSource: the records of one class out of a YAML, npz or ROOT file."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_type_hints

import numpy as np
import uproot
import yaml

from e2efw.errors import ConfigurationError, FileReadError, nearest
from e2efw.framework.eventsetup import ESSource, LumiID, Record
from e2efw.framework.modules import param

_TREE: Final = "Records"


class ConstantsESSource(ESSource):
    """Records of one class, each valid from a luminosity block until the next.

    A YAML file is a list of ``{since: "run:lumi", values: {...}}``. An npz file holds ``run``, ``lumi`` and one array
    per field, whose first axis counts records; a ROOT file holds these as branches of a tree ``Records``.
    """

    record: str = param(doc="name of the record's class")
    file: str = param(doc="YAML, npz or ROOT file")

    def record_class(self) -> type[Record]:
        """The class of that name.

        Raises:
            ConfigurationError: there is none; names the nearest.
        """
        found = Record.classes.get(self.record)
        if found is None:
            raise ConfigurationError(
                f"ConstantsESSource: no record '{self.record}'. {nearest(self.record, Record.classes, 'Records')}"
            )
        return found

    def records(self, find_file: Callable[[str], Path]) -> Mapping[LumiID, Record]:
        """The records, by the luminosity block they begin with.

        Raises:
            FileReadError: the file does not hold them.
        """
        path = find_file(self.file)
        try:
            rows = _ROWS.get(path.suffix, _yaml_rows)(path)
            return {LumiID(*since): _filled(self.record_class(), values) for since, values in rows}
        except (KeyError, TypeError, ValueError, OSError, AttributeError, yaml.YAMLError) as error:
            raise FileReadError(
                f"ConstantsESSource: {path} does not hold records of class {self.record}: {error}."
            ) from error


_Row = tuple[tuple[int, int], Mapping[str, Any]]


def _yaml_rows(path: Path) -> Sequence[_Row]:
    rows = []
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        run, lumi = map(int, str(entry["since"]).split(":"))
        rows.append(((run, lumi), entry["values"]))
    return rows


def _npz_rows(path: Path) -> Sequence[_Row]:
    with np.load(path, allow_pickle=False) as arrays:
        return _column_rows(dict(arrays))


def _root_rows(path: Path) -> Sequence[_Row]:
    with uproot.open(path) as file:
        return _column_rows({branch.name: list(branch.array()) for branch in file[_TREE].branches})


def _column_rows(columns: dict[str, Any]) -> Sequence[_Row]:
    starts = zip(columns.pop("run"), columns.pop("lumi"), strict=True)
    return [
        ((int(run), int(lumi)), {name: column[number] for name, column in columns.items()})
        for number, (run, lumi) in enumerate(starts)
    ]


_ROWS: Final = {".npz": _npz_rows, ".root": _root_rows}


def _filled(record: type[Record], values: Mapping[str, Any]) -> Record:
    """One record; numbers and text as its fields say, everything else as an array."""
    hints = get_type_hints(record)
    known = {each.name for each in dataclasses.fields(record)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise ValueError(f"'{name}' is no field. {nearest(name, known, 'Fields')}".removesuffix("."))
    return record(
        **{
            name: hints[name](value) if hints[name] in {bool, int, float, str} else np.asarray(value)
            for name, value in values.items()
        }
    )
