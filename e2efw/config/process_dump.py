"""A process as canonical Python text that makes it again."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from e2efw.config.esprefer import ESPrefer
from e2efw.config.groups import Group, direct_members
from e2efw.config.importing import special_imports
from e2efw.config.messagelogger import is_default

_HEAD = """from e2efw import config as cms
{}
process = cms.Process("{}")
"""


def dump(process: Any) -> str:
    """Source, PSets, modules and services, each kind alphabetically; tasks and sequences by dependency; paths in order.

    A MessageLogger as every process has it is not shown.

    Args:
        process: the `cms.Process`.
    """
    imports = special_imports(
        type(x) for x in [*process.switchProducers.values(), *process.processAccelerators.values()]
    )
    head = _HEAD.format("".join(f"{line}\n" for line in imports), process.name_())
    return "\n".join([head, *(f"{statement(label, found)}\n" for label, found in ordered(process))])


def statement(label: str, found: Any, prefix: str = "process.") -> str:
    """The line that attaches one object.

    Args:
        label: of the object in the process.
        found: the object.
        prefix: "process." for a cfg, empty for a cfi.
    """
    if isinstance(found, ESPrefer):
        return found.dumpPythonAs(label, prefix)
    arguments = [prefix] if isinstance(found, Group) else []
    return f"{prefix}{label} = {found.dumpPython(*arguments)}"


def ordered(process: Any) -> Iterator[tuple[str, Any]]:
    """Labels and objects in the order of the dump."""
    if process.source is not None:
        yield "source", process.source
    services = {label: found for label, found in process.services.items() if not is_default(found)}
    kinds: tuple[Mapping[str, Any], ...] = (
        *(process.psets, process.vpsets, process.producers, process.switchProducers, process.filters),
        *(process.analyzers, process.outputModules, services, process.processAccelerators),
        *(process.es_producers, process.es_sources, process.es_prefers),
    )
    for kind in kinds:
        yield from sorted(kind.items())
    for groups in (process.tasks, process.conditionaltasks, process.sequences):
        yield from by_dependency(groups)
    for paths in (process.paths, process.endpaths, process.finalpaths):
        yield from paths.items()
    yield from sorted(process.aliases.items())
    if process.schedule is not None:
        yield "schedule", process.schedule


def by_dependency(groups: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Each group after those of its kind that it contains, else alphabetically."""
    placed: dict[str, Any] = {}

    def place(group: Group) -> None:
        for member in direct_members(group):
            if isinstance(member, Group) and member.hasLabel_() and member.label_() in groups:
                place(member)
        placed.setdefault(group.label_(), group)

    for label in sorted(groups):
        place(groups[label])
    return placed.items()
