"""A process as canonical Python text that makes it again."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from e2efw.config.sequences import ModuleSequence, Sequence, direct_members

_HEAD = """from e2efw import config as cms

process = cms.Process("{}")
"""


def dump(process: Any) -> str:
    """Source, PSets, modules and services, each kind alphabetically; sequences by dependency; paths in order.

    Args:
        process: the `cms.Process`.
    """
    return "\n".join([_HEAD.format(process.name_()), *(f"process.{text}\n" for text in _statements(process))])


def _statements(process: Any) -> Iterator[str]:
    if process.source is not None:
        yield f"source = {process.source.dumpPython()}"
    kinds: tuple[Mapping[str, Any], ...] = (
        process.psets,
        process.vpsets,
        process.producers,
        process.filters,
        process.analyzers,
        process.outputModules,
        process.services,
    )
    for kind in kinds:
        yield from (f"{label} = {kind[label].dumpPython()}" for label in sorted(kind))
    for sequence in [*_by_dependency(process.sequences), *process.schedule_()]:
        yield f"{sequence.label_()} = {sequence.dumpPython()}"


def _by_dependency(sequences: Mapping[str, Sequence]) -> Iterable[ModuleSequence]:
    """Each sequence after those it contains, else alphabetically."""
    placed: dict[str, ModuleSequence] = {}

    def place(sequence: ModuleSequence) -> None:
        for member in direct_members(sequence):
            if isinstance(member, Sequence) and member.hasLabel_():
                place(member)
        placed.setdefault(sequence.label_(), sequence)

    for label in sorted(sequences):
        place(sequences[label])
    return placed.values()
