"""Read-only looks at a process: its objects by kind."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from e2efw.config.modules import EDAnalyzer, EDFilter, EDProducer, Module, OutputModule, Service
from e2efw.config.pset import PSet, VPSet
from e2efw.config.sequences import EndPath, ModuleSequence, Path, Sequence

T = TypeVar("T")


class ReadOnly(Mapping[str, T]):
    """Objects by label, in the order they were defined."""

    def __init__(self, objects: Mapping[str, T]) -> None:
        self._objects = dict(objects)

    def __getitem__(self, label: str) -> T:
        return self._objects[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._objects)

    def __len__(self) -> int:
        return len(self._objects)

    def __setitem__(self, label: str, value: object) -> NoReturn:
        raise AttributeError(f"this view of the process is read-only; write process.{label} = ...")

    def __delitem__(self, label: str) -> NoReturn:
        raise AttributeError(f"this view of the process is read-only; write del process.{label}")

    def __repr__(self) -> str:
        return repr(self._objects)


class Views:
    """The views of a process."""

    _objects: dict[str, Any]

    def _of_kind(self, kind: type[T]) -> ReadOnly[T]:
        return ReadOnly({label: value for label, value in self._objects.items() if isinstance(value, kind)})

    @property
    def producers(self) -> ReadOnly[EDProducer]:
        """All EDProducers by label."""
        return self._of_kind(EDProducer)

    @property
    def filters(self) -> ReadOnly[EDFilter]:
        """All EDFilters by label."""
        return self._of_kind(EDFilter)

    @property
    def analyzers(self) -> ReadOnly[EDAnalyzer]:
        """All EDAnalyzers by label."""
        return self._of_kind(EDAnalyzer)

    @property
    def outputModules(self) -> ReadOnly[OutputModule]:
        """All OutputModules by label."""
        return self._of_kind(OutputModule)

    @property
    def services(self) -> ReadOnly[Service]:
        """All Services by the name of their plugin."""
        return self._of_kind(Service)

    @property
    def psets(self) -> ReadOnly[PSet]:
        """All PSets of the process, ``options`` and ``maxEvents`` included."""
        return self._of_kind(PSet)

    @property
    def vpsets(self) -> ReadOnly[VPSet]:
        """All VPSets of the process."""
        return self._of_kind(VPSet)

    @property
    def sequences(self) -> ReadOnly[Sequence]:
        """All named Sequences."""
        return self._of_kind(Sequence)

    @property
    def paths(self) -> ReadOnly[Path]:
        """All Paths in the order they run."""
        return self._of_kind(Path)

    @property
    def endpaths(self) -> ReadOnly[EndPath]:
        """All EndPaths in the order they run."""
        return self._of_kind(EndPath)

    def producerNames(self) -> str:
        """Labels of the EDProducers, space-joined."""
        return " ".join(self.producers)

    def filterNames(self) -> str:
        """Labels of the EDFilters, space-joined."""
        return " ".join(self.filters)

    def analyzerNames(self) -> str:
        """Labels of the EDAnalyzers, space-joined."""
        return " ".join(self.analyzers)

    def pathNames(self) -> str:
        """Names of the Paths, space-joined."""
        return " ".join(self.paths)

    def modules_(self) -> ReadOnly[Module]:
        """Producers, filters, analyzers and outputs by label, in the order they were defined."""
        return self._of_kind(Module)

    def schedule_(self) -> list[ModuleSequence]:
        """Everything that runs, in order: all Paths, then all EndPaths."""
        return [*self.paths.values(), *self.endpaths.values()]
