"""The process: a job under construction, to which modules and paths are attached by assignment."""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from e2efw.config.modules import Module, Service, Source
from e2efw.config.nodes import Labelled, Node, describe
from e2efw.config.options import STEERING, defaults
from e2efw.config.origin import Located, here
from e2efw.config.process_dump import dump
from e2efw.config.pset import PSet, VPSet
from e2efw.config.sequences import ModuleSequence, Sequence, direct_edit, direct_members, substitution
from e2efw.config.views import Views
from e2efw.errors import nearest

_COMPONENTS = (Module, Source, Service, PSet, VPSet, ModuleSequence)


class Process(Located, Views):
    """Everything a job consists of.

    ``process.label = cms.EDProducer(...)`` attaches, ``process.label = other`` replaces everywhere,
    ``del process.label`` removes everywhere. ``source`` is None until set. ``options`` and ``maxEvents`` exist from the
    start; assigning to them a PSet or dict changes what it names and resets the rest.

    Args:
        name: letters and digits only; it becomes part of the branch names of the output.

    Raises:
        RuntimeError: another name.
    """

    _name: str
    _loading: bool

    def __init__(self, name: str) -> None:
        self._locate()
        self._objects = {}
        self._loading = False
        self.setName_(name)
        for steering in STEERING:
            self._objects[steering] = defaults(steering)

    def name_(self) -> str:
        """Name of the process."""
        return self._name

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

    def __getattr__(self, label: str) -> Any:
        if label.startswith("_"):  # ours, and asked for before it exists: pickle and copy do
            raise AttributeError(label)
        source = self._objects.get("source")
        if label in self._objects:
            return self._objects[label]
        if label == "source" or (source is not None and source.type_() == label):
            return source
        raise AttributeError(
            f"process {self._name!r}: nothing is called {label!r} ({here()}). {nearest(label, self._objects)}"
        )

    def __setattr__(self, label: str, value: Any) -> None:
        if label.startswith("_"):
            object.__setattr__(self, label, value)
        elif label in STEERING:
            self._objects[label] = _steering(label, value)
        else:
            self._check(label, value)
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
        if label in STEERING:
            self._objects[label] = defaults(label)
        elif isinstance(old, Labelled):
            if isinstance(old, Module):
                for user in self._users(old):
                    direct_edit(user, lambda node: () if getattr(node, "operand", node) is old else None)
            old.setLabel(None)

    def _check(self, label: str, value: Any) -> None:
        where = f"process.{label}"
        if not isinstance(value, _COMPONENTS):
            hint = (
                "wrap it in cms.Sequence(...)"
                if isinstance(value, Node)
                else "a module, path, sequence or PSet is wanted"
            )
            raise TypeError(f"{where}: {describe(value)} is no part of a process; {hint} ({here()}).")
        if not re.fullmatch("[A-Za-z0-9_]+", label):
            raise ValueError(f"{label!r} is no label; use letters, digits and underscores ({here()}).")
        taken = getattr(type(self), label, None)
        if isinstance(taken, property):
            raise AttributeError(f"{where} is a read-only view; write process.<label> = ... ({here()}).")
        if taken is not None:
            raise ValueError(f"{where} is a method of cms.Process; choose another label ({here()}).")
        if isinstance(value, Source) and label != "source":
            raise ValueError(f"{where}: a Source must be called 'source' ({here()}).")
        if label == "source" and not isinstance(value, Source):
            raise TypeError(f"{where}: a cms.Source is wanted, not {describe(value)} ({here()}).")
        if isinstance(value, Service) and label != value.type_():
            raise TypeError(
                f"{where}: a Service has the name of its plugin, {value.type_()!r}; use process.add_(...) ({here()})."
            )

    def _place(self, label: str, value: Any) -> None:
        old = self._objects.get(label)
        if isinstance(value, ModuleSequence):
            self._check_members(label, value)
        if isinstance(value, Labelled) and value.hasLabel_():
            value.setLabel(label)  # refuses a second label before anything is replaced
        if old is not None and old is not value:
            self._replace(label, old, value)
        if isinstance(value, Labelled):
            value.setLabel(label)
        self._objects[label] = value

    def _replace(self, label: str, old: Any, new: Any) -> None:
        users = [user for user in self._users(old) if user is not new]
        if users and self._loading:
            raise ValueError(
                f"loading {new.origin_().filename} would replace {label!r} of {old.origin_()} by that of "
                f"{new.origin_()}, but it is in use by {_names(users)} of process {self._name!r}; "
                f"rename one of the two, or load before you use it ({here()})."
            )
        if users and not isinstance(new, Node):
            raise ValueError(
                f"process.{label}: {describe(new)} cannot take the place of {describe(old)} that stands "
                f"on {_names(users)}; del process.{label} first ({here()})."
            )
        for user in users:
            direct_edit(user, substitution(old, new))
        if isinstance(old, Labelled):
            old.setLabel(None)

    def _check_members(self, label: str, sequence: ModuleSequence) -> None:
        """Refuse a path whose modules and named sequences are not part of this process.

        Raises:
            RuntimeError: a module without label, or something of another process.
        """
        inner = [node for node in direct_members(sequence) if isinstance(node, Sequence) and node.hasLabel_()]
        for module in [*sequence.modules_(), *inner]:
            if not module.hasLabel_() or self._objects.get(module.label_()) is not module:
                raise RuntimeError(
                    f"process.{label}: {describe(module)} ({module.origin_()}) is not part of process {self._name!r}; "
                    f"assign it to the process first ({here()})."
                )
        sequence._check_members(sequence._members)

    def _users(self, item: object) -> list[ModuleSequence]:
        """Sequences and paths on which something stands directly."""
        sequences: Iterator[ModuleSequence] = (x for x in self._objects.values() if isinstance(x, ModuleSequence))
        return [sequence for sequence in sequences if any(member is item for member in direct_members(sequence))]

    def add_(self, component: Any) -> None:
        """Attach something that has no label of its own: a Service.

        Raises:
            TypeError: anything else.
        """
        if not isinstance(component, Service):
            raise TypeError(
                f"process.add_: {describe(component)} needs a label, process.<label> = ...; "
                f"add_ takes cms.Service ({here()})."
            )
        setattr(self, component.type_(), component)

    def load(self, name: str) -> None:
        """Import a Python module and attach what it defines.

        Args:
            name: ``"Pkg.Sub.file_cff"``; slashes are accepted.

        Raises:
            ModuleNotFoundError: there is no such Python module.
        """
        dotted = name.replace("/", ".")
        try:
            module = importlib.import_module(dotted)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{dotted}.".startswith(f"{error.name}."):
                raise  # an import inside the fragment
            raise ModuleNotFoundError(
                f"process.load: no Python module {name!r}; {error.name!r} is not on sys.path ({here()}).",
                name=error.name,
            ) from None
        self.extend(module)

    def extend(self, other: ModuleType | Mapping[str, Any]) -> None:
        """Attach the modules, PSets, sequences, paths and services that a Python module defines.

        Names beginning with an underscore stay private.

        Raises:
            ValueError: a label that is in use already, or one object under two names.
        """
        names = other if isinstance(other, Mapping) else vars(other)
        found = {name: x for name, x in names.items() if isinstance(x, _COMPONENTS) and not name.startswith("_")}
        self._loading = True
        try:
            for name, component in sorted(found.items(), key=lambda item: _rank(item[1])):
                if isinstance(component, Service):
                    self.add_(component)
                else:
                    setattr(self, name, component)
        finally:
            self._loading = False

    def dumpPython(self) -> str:
        """The whole process as Python that makes it again: canonical, so equal processes have equal dumps."""
        return dump(self)

    def __repr__(self) -> str:
        return f"cms.Process({self._name!r})"


def _rank(component: object) -> tuple[int, int]:
    """Modules first, then sequences from the inside out, then paths; among equals the order of the file."""
    if isinstance(component, Sequence):
        return 1, 1 + max((_rank(member)[1] for member in direct_members(component)), default=0)
    return (2, 0) if isinstance(component, ModuleSequence) else (0, 0)


def _steering(name: str, value: Any) -> PSet:
    """A PSet or dict merged over the defaults."""
    changes = value._parameters if isinstance(value, PSet) else value
    if not isinstance(changes, Mapping):
        raise TypeError(f"process.{name}: a cms.untracked.PSet or a dict is wanted, not {value!r} ({here()}).")
    merged = defaults(name)
    for parameter, new in changes.items():
        setattr(merged, parameter, new)
    return merged


def _names(users: Iterable[ModuleSequence]) -> str:
    return ", ".join(f"{type(user).__name__} {user.label_()!r}" for user in users)
