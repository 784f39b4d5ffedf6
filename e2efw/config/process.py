"""The process: a job under construction, to which modules and paths are attached by assignment."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from e2efw.config.accelerators import CPU
from e2efw.config.attaching import UNLABELLED, check_component, check_members
from e2efw.config.esprefer import ESPrefer
from e2efw.config.groups import Group, direct_edit, direct_members, removal, substitution
from e2efw.config.loading import Loads
from e2efw.config.messagelogger import NAME as MESSAGE_LOGGER
from e2efw.config.messagelogger import message_logger
from e2efw.config.modifiers import choose
from e2efw.config.modules import ESModule, Service
from e2efw.config.nodes import Labelled, Node, describe
from e2efw.config.options import BORN, STEERING, defaults
from e2efw.config.origin import Located, here
from e2efw.config.process_dump import dump
from e2efw.config.pset import Parameterizable, PSet
from e2efw.config.sequences import Sequence
from e2efw.config.splitting import split
from e2efw.config.surgery import Surgery
from e2efw.config.tasks import TaskBase
from e2efw.config.views import Views
from e2efw.errors import nearest


class Process(Located, Views, Loads, Surgery):
    """Everything a job consists of.

    ``process.label = cms.EDProducer(...)`` attaches, ``process.label = other`` replaces everywhere,
    ``del process.label`` removes everywhere. ``source``, ``looper`` and ``schedule`` are None until set. ``options``,
    ``maxEvents`` and ``maxLuminosityBlocks`` exist from the start, and so does a MessageLogger; assigning a PSet or
    dict to the first three changes what it names and resets the rest.

    Args:
        name: letters and digits only; it becomes part of the branch names of the output.
        modifiers: Modifiers and ModifierChains that shall hold.

    Raises:
        RuntimeError: another name, or a Modifier that an earlier process was made without.
    """

    _name: str
    _loading: bool
    _strict: bool
    _accelerators: tuple[str, ...] = (CPU,)

    def __init__(self, name: str, *modifiers: Any) -> None:
        self._locate()
        self._objects = {}
        self._loading = False
        self._strict = False
        self.setName_(name)
        self._modifiers = choose(modifiers)
        self._objects.update({steering: defaults(steering) for steering in BORN})
        self.add_(message_logger())

    def name_(self) -> str:
        """Name of the process."""
        return self._name

    def accelerators_(self) -> tuple[str, ...]:
        """Labels of what the job may compute with on this host, the CPU last; known once the process is converted."""
        return tuple(sorted(self._accelerators, key=CPU.__eq__))

    def setName_(self, name: str) -> None:
        """Rename the process.

        Raises:
            RuntimeError: the name is empty or not purely letters and digits.
        """
        if not re.fullmatch("[A-Za-z0-9]+", str(name)):
            raise RuntimeError(
                f"cms.Process: {name!r} is no name; use letters and digits only, no underscore ({here()})."
            )
        self._name = name

    def setStrict(self, value: bool) -> None:
        """Freeze the parameters of all that is attached from now on."""
        self._strict = value

    def isUsingModifier(self, modifier: object) -> bool:
        """Whether the process was made with this Modifier or chain, also as part of a chain."""
        return any(modifier is chosen for chosen in self._modifiers)

    def __getattr__(self, label: str) -> Any:
        if label.startswith("_"):  # ours, and asked for before it exists: pickle and copy do
            raise AttributeError(label)
        source = self._objects.get("source")
        if label in self._objects:
            return self._objects[label]
        if label in {"source", "schedule", "looper"} or (source is not None and source.type_() == label):
            return source if label not in {"schedule", "looper"} else None
        raise AttributeError(
            f"process {self._name!r}: nothing is called {label!r} ({here()}). {nearest(label, self._objects)}"
        )

    def __setattr__(self, label: str, value: Any) -> None:
        if label.startswith("_"):
            object.__setattr__(self, label, value)
        elif label in STEERING:
            self._objects[label] = _steering(label, value)
        elif label == "schedule" and value is None:
            self._objects.pop(label, None)
        else:
            check_component(self, label, value)
            self._place(label, value)

    def __delattr__(self, label: str) -> None:
        if label.startswith("_"):
            object.__delattr__(self, label)
            return
        if label not in self._objects:
            raise KeyError(
                f"process {self._name!r}: nothing is called {label!r} ({here()}). {nearest(label, self._objects)}"
            )
        old = self._objects.pop(label)
        if label in BORN:
            self._objects[label] = defaults(label)
            return
        if not isinstance(old, (Sequence, TaskBase)):  # these only lose their name
            for user in self._users(old):
                direct_edit(user, removal(old))
        self._released(old)

    def _place(self, label: str, value: Any) -> None:
        old = self._objects.get(label)
        if isinstance(value, Group):
            check_members(self, label, value)
        if isinstance(value, Labelled) and value.hasLabel_():
            value.setLabel(label)  # refuses a second label before anything is replaced
        if old is not None and old is not value:
            self._replace(label, old, value)
        if isinstance(value, Labelled) and label != "schedule":
            value.setLabel(label)
        if isinstance(value, Service):
            value.setInProcess_(True)
        if self._strict and isinstance(value, Parameterizable):
            value._frozen = True
        self._objects[label] = value

    def _replace(self, label: str, old: Any, new: Any) -> None:
        users = [user for user in self._users(old) if user is not new]
        if users and self._loading:
            raise ValueError(
                f"loading {new.origin_().filename} would replace {label!r} of {old.origin_()} by that of "
                f"{new.origin_()}, but it is in use by {_names(users)} of process {self._name!r}; "
                f"rename one of the two, or load before you use it ({here()})."
            )
        if users and isinstance(old, (Node, ESModule)) and not isinstance(new, (Node, ESModule)):
            raise ValueError(
                f"process.{label}: {describe(new)} cannot take the place of {describe(old)} that stands "
                f"on {_names(users)}; del process.{label} first ({here()})."
            )
        for user in users:
            direct_edit(user, substitution(old, new))
        self._released(old)

    def _released(self, old: Any) -> None:
        """Take the name from what is no longer part of the process."""
        if isinstance(old, Labelled):
            old.setLabel(None)
        if isinstance(old, Service):
            old.setInProcess_(False)

    def _users(self, item: object) -> list[Group]:
        """Sequences, paths, tasks and the schedule on which something stands directly."""
        groups: Iterator[Group] = (found for found in self._objects.values() if isinstance(found, Group))
        return [group for group in groups if any(member is item for member in direct_members(group))]

    def add_(self, component: Any) -> None:
        """Attach something that needs no label of its own: a Service, EventSetup module, preference or accelerator.

        Raises:
            TypeError: anything else.
        """
        if not isinstance(component, UNLABELLED):
            raise TypeError(
                f"process.add_: {describe(component)} needs a label, process.<label> = ...; "
                f"add_ takes cms.Service, ESSource, ESProducer, ESPrefer and accelerators ({here()})."
            )
        setattr(self, unlabelled_name(component), component)

    def dumpPython(self) -> str:
        """The whole process as Python that makes it again: canonical, so equal processes have equal dumps."""
        return dump(self)

    def splitPython(self, folders: bool = False) -> dict[str, str]:
        """The same as one file per object, and ``cfg`` that loads them all.

        Args:
            folders: sort the files into psets, modules, services, eventsetup, tasks, sequences and paths.

        Returns:
            Content by file name without ``.py``.
        """
        return split(self, folders=folders)

    def __repr__(self) -> str:
        return f"cms.Process({self._name!r})"


class ProcessFragment(Process):
    """Part of a process, made as a process is; loading it changes nothing but what it holds.

    Args:
        process: a name, or a process whose objects are meant.

    Raises:
        TypeError: neither.
    """

    def __init__(self, process: Any) -> None:
        if not isinstance(process, (str, Process)):
            raise TypeError(f"cms.ProcessFragment takes a name or a cms.Process, not {describe(process)} ({here()}).")
        if isinstance(process, Process):
            self._locate()
            self._objects, self._loading, self._strict = process._objects, False, False
            self._name, self._modifiers = process._name, process._modifiers
            return
        super().__init__(process)
        for name in (*BORN, MESSAGE_LOGGER):
            del self._objects[name]

    def components_(self) -> dict[str, Any]:
        """What loading it attaches."""
        return {label: found for label, found in self._objects.items() if label not in {*STEERING, MESSAGE_LOGGER}}


def unlabelled_name(component: Any) -> str:
    """The name under which something without label of its own is attached."""
    if isinstance(component, ESPrefer):
        return f"es_prefer_{component.targetLabel_() or component.type_()}"
    own: str = component.label_() if isinstance(component, Labelled) and component.hasLabel_() else component.type_()
    return own


def _steering(name: str, value: Any) -> PSet:
    """A PSet or dict merged over the defaults."""
    changes = value._parameters if isinstance(value, PSet) else value
    if not isinstance(changes, Mapping):
        raise TypeError(f"process.{name}: a cms.untracked.PSet or a dict is wanted, not {value!r} ({here()}).")
    merged = defaults(name)
    for parameter, new in changes.items():
        setattr(merged, parameter, new)
    return merged


def _names(users: Iterable[Group]) -> str:
    return ", ".join(f"{type(user).__name__}{f' {user.label_()!r}' if user.hasLabel_() else ''}" for user in users)
