"""Read-only looks at a process: its objects by kind."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from e2efw.config.accelerators import ProcessAccelerator
from e2efw.config.alias import EDAlias
from e2efw.config.esprefer import ESPrefer
from e2efw.config.modules import (
    EDAnalyzer,
    EDFilter,
    EDProducer,
    ESProducer,
    ESSource,
    Module,
    OutputModule,
    Service,
)
from e2efw.config.paths import EndPath, FinalPath, Path
from e2efw.config.pset import PSet, VPSet
from e2efw.config.schedule import Schedule
from e2efw.config.sequences import ModuleSequence, Sequence, unique
from e2efw.config.switch import SwitchProducer
from e2efw.config.tasks import ConditionalTask, Task

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
        """All EDProducers by label, without SwitchProducers."""
        found = self._of_kind(EDProducer)
        return ReadOnly({label: value for label, value in found.items() if not isinstance(value, SwitchProducer)})

    @property
    def switchProducers(self) -> ReadOnly[SwitchProducer]:
        """All SwitchProducers by label."""
        return self._of_kind(SwitchProducer)

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

    @property
    def finalpaths(self) -> ReadOnly[FinalPath]:
        """All FinalPaths in the order they run."""
        return self._of_kind(FinalPath)

    @property
    def tasks(self) -> ReadOnly[Task]:
        """All named Tasks."""
        return self._of_kind(Task)

    @property
    def conditionaltasks(self) -> ReadOnly[ConditionalTask]:
        """All named ConditionalTasks."""
        return self._of_kind(ConditionalTask)

    @property
    def es_producers(self) -> ReadOnly[ESProducer]:
        """All ESProducers by label."""
        return self._of_kind(ESProducer)

    @property
    def es_sources(self) -> ReadOnly[ESSource]:
        """All ESSources by label."""
        return self._of_kind(ESSource)

    @property
    def es_prefers(self) -> ReadOnly[ESPrefer]:
        """All preferences among EventSetup modules."""
        return self._of_kind(ESPrefer)

    @property
    def aliases(self) -> ReadOnly[EDAlias]:
        """All EDAliases by label."""
        return self._of_kind(EDAlias)

    @property
    def processAccelerators(self) -> ReadOnly[ProcessAccelerator]:
        """All accelerators by the name of their class."""
        return self._of_kind(ProcessAccelerator)

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
        """Everything that runs, in order: what the Schedule says, else all Paths and EndPaths; FinalPaths come last."""
        schedule = self._objects.get("schedule")
        if isinstance(schedule, Schedule):
            return sorted(schedule, key=lambda path: isinstance(path, FinalPath))
        return [*self.paths.values(), *self.endpaths.values(), *self.finalpaths.values()]

    def associatedTasks_(self) -> list[Task | ConditionalTask]:
        """All tasks that go with what runs, nested ones included, each once."""
        return list(unique(task for group in self._with_tasks() for task in group.tasks_()))

    def _with_tasks(self) -> list[ModuleSequence]:
        """What runs, and the schedule's own tasks."""
        schedule = self._objects.get("schedule")
        own = [Sequence(task) for task in schedule._tasks] if isinstance(schedule, Schedule) else []
        return [*self.schedule_(), *own]

    def unscheduled_(self) -> list[Module]:
        """The producers and filters that run on demand: on a Task that goes with what runs, and on no path."""
        standing = {id(module) for path in self.schedule_() for module in path.modules_()}
        found = unique(module for group in self._with_tasks() for module in group.on_tasks_())
        return [module for module in found if id(module) not in standing]

    def disabled_(self) -> list[object]:
        """EventSetup modules and services that stand on tasks, but on none that goes with what runs."""
        enabled = {id(item) for task in self.associatedTasks_() for item in task}
        held = unique(item for task in self.tasks.values() for item in task if not isinstance(item, Module))
        return [item for item in held if id(item) not in enabled]
