"""Operations on a process as a whole: replacing, preferring, resolving placeholders, leaving out what never runs."""

from typing import Any

from e2efw.config.esprefer import ESPrefer
from e2efw.config.groups import everything, nested
from e2efw.config.modules import ESModule, Module, Service
from e2efw.config.nodes import Placeholder
from e2efw.config.origin import here
from e2efw.config.pset import VPSet
from e2efw.config.schedule import Schedule
from e2efw.config.sequences import ModuleSequence, Sequence
from e2efw.config.tasks import TaskBase
from e2efw.errors import nearest


class Surgery:
    """The surgical half of a process."""

    _objects: dict[str, Any]

    def globalReplace(self, label: str, new: Any) -> None:
        """Put something else everywhere the object of that label stands.

        Raises:
            LookupError: there is none.
        """
        if label not in self._objects:
            raise LookupError(f"process has no {label!r} ({here()}). {nearest(label, self._objects)}")
        setattr(self, label, new)

    def prefer(self, name: str, **records: Any) -> None:
        """Prefer an EventSetup module where two provide the same record.

        Args:
            name: label of the module, or its type if that is unique.
            records: ``RecordName = cms.vstring("type/label")`` to restrict it to what it makes.

        Raises:
            RuntimeError: no such module, or several of that type.
            TypeError: a keyword that is no vstring, or a module instead of its name.
        """
        if not isinstance(name, str):
            raise TypeError(f"process.prefer: the label or type is wanted as text, not {name!r} ({here()}).")
        modules = {label: found for label, found in self._objects.items() if isinstance(found, ESModule)}
        if name in modules:
            module = modules[name]
            label = name if name != module.type_() else ""
        else:
            of_type = [label for label, found in modules.items() if found.type_() == name]
            if len(of_type) > 1:
                raise RuntimeError(
                    f"process.prefer: several EventSetup modules are {name}: {', '.join(of_type)}; "
                    f"prefer one by its label ({here()})."
                )
            if not of_type:
                raise RuntimeError(
                    f"process.prefer: no EventSetup module {name!r} ({here()}). {nearest(name, modules)}"
                )
            label, module = of_type[0], modules[of_type[0]]
        setattr(self, f"es_prefer_{name}", ESPrefer(module.type_(), label, **records))

    def resolve(self, keepIfCannotResolve: bool = False) -> None:
        """Put objects in place of placeholders.

        Raises:
            RuntimeError: a placeholder for what the process does not have, or for what cannot stand there.
        """
        for group in list(self._objects.values()):
            if isinstance(group, (ModuleSequence, TaskBase, Schedule)):
                group.resolve(self._objects, keepIfCannotResolve)

    def prune(self, verbose: bool = False, keepUnresolvedSequencePlaceholders: bool = False) -> None:
        """Leave out what no path reaches: modules, sequences, tasks, paths that are not scheduled, and VPSets.

        Args:
            verbose: print what is left out.
            keepUnresolvedSequencePlaceholders: placeholders that stand for nothing stay instead of being errors.
        """
        self.resolve(keepUnresolvedSequencePlaceholders)
        schedule = self._objects.get("schedule")
        scheduled = [schedule] if isinstance(schedule, Schedule) else list(self._paths_())
        reached = {id(item) for item in everything(scheduled)}
        reached |= {id(group) for group in nested(scheduled)}
        waiting = {item.name_() for item in everything(scheduled) if isinstance(item, Placeholder)}
        kinds = (Module, Sequence, TaskBase, *((ModuleSequence,) if schedule is not None else ()))
        for label, found in list(self._objects.items()):
            unused = isinstance(found, kinds) and id(found) not in reached and label not in waiting
            if isinstance(found, (ESModule, Service)) or not (unused or isinstance(found, VPSet)):
                continue
            if verbose:
                print(f"prune: {type(found).__name__} {label}")  # noqa: T201  asked for
            delattr(self, label)

    def _paths_(self) -> list[ModuleSequence]:
        return [
            found
            for found in self._objects.values()
            if isinstance(found, ModuleSequence) and not isinstance(found, Sequence)
        ]
