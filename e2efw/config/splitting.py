"""A process as one file per object, and a cfg that loads them all."""

from typing import Any

from e2efw.config.alias import EDAlias
from e2efw.config.esprefer import ESPrefer
from e2efw.config.groups import Group, direct_members
from e2efw.config.importing import special_import
from e2efw.config.modules import ESModule, Service
from e2efw.config.nodes import Labelled
from e2efw.config.process_dump import ordered, statement
from e2efw.config.pset import PSet, VPSet
from e2efw.config.schedule import Schedule
from e2efw.config.sequences import ModuleSequence, Sequence
from e2efw.config.tasks import TaskBase

_HEAD = "from e2efw import config as cms\n"
_FOLDERS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("psets", (PSet, VPSet)),
    ("services", (Service,)),
    ("eventsetup", (ESModule, ESPrefer)),
    ("tasks", (TaskBase,)),
    ("sequences", (Sequence,)),
    ("paths", (ModuleSequence,)),
)


def split(process: Any, *, folders: bool) -> dict[str, str]:
    """File contents by name without ``.py``: one ``_cfi`` per object, ``cfg`` for the rest.

    Args:
        process: the `cms.Process`.
        folders: put the files of one kind in one folder.
    """
    objects = dict(ordered(process))
    names = {label: _file_name(label, found, folders) for label, found in objects.items()}
    master = [_HEAD, f'process = cms.Process("{process.name_()}")\n']
    files = {}
    for label, found in objects.items():
        if isinstance(found, Schedule) or (
            isinstance(found, PSet)
            and not found.isTracked()
            and label in {"options", "maxEvents", "maxLuminosityBlocks"}
        ):
            master.append(f"{statement(label, found)}")
        else:
            files[names[label]] = _content(label, found, objects, names)
            master.append(f'process.load("{names[label].replace("/", ".")}")')
    return {**files, "cfg": "\n".join(master) + "\n"}


def _file_name(label: str, found: Any, folders: bool) -> str:
    suffix = "cff" if isinstance(found, Group) else "cfi"
    folder = next((name for name, kinds in _FOLDERS if isinstance(found, kinds)), "modules") if folders else ""
    return f"{folder}/{label}_{suffix}" if folder else f"{label}_{suffix}"


def _content(label: str, found: Any, objects: dict[str, Any], names: dict[str, str]) -> str:
    """One object with the imports of what it holds."""
    imports = []
    if isinstance(found, Group):
        held = {x.label_() for x in direct_members(found) if isinstance(x, Labelled) and x.hasLabel_()}
        held |= {x.type_() for x in direct_members(found) if isinstance(x, Service)}
        imports = [f"from {names[name].replace('/', '.')} import {name}" for name in sorted(held) if name in objects]
    elif not isinstance(found, EDAlias) and type(found).__module__.split(".")[0] != "e2efw":
        imports = [special_import(type(found))]
    return "\n".join([_HEAD, *imports, f"{statement(label, found, prefix='')}\n"])
