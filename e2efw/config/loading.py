"""``process.load`` and ``process.extend``: attaching what other Python modules define."""

import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from e2efw.config.attaching import COMPONENTS, UNLABELLED
from e2efw.config.groups import Group, direct_members
from e2efw.config.messagelogger import is_default
from e2efw.config.modifiers import ProcessModifier
from e2efw.config.modules import Service
from e2efw.config.nodes import Node
from e2efw.config.origin import here
from e2efw.config.schedule import Schedule
from e2efw.config.tasks import TaskBase


class Loads:
    """The loading half of a process."""

    _loading: bool

    def add_(self, component: Any) -> None:
        """Attach something that needs no label of its own."""
        raise NotImplementedError

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
            if error.name is None or not f"{dotted}.".startswith(f"{error.name}.") or str(error) != _plain(error):
                raise  # an import inside the fragment, or an import that explains itself
            raise ModuleNotFoundError(
                f"process.load: no Python module {name!r}; {error.name!r} is not on sys.path ({here()}).",
                name=error.name,
            ) from None
        self.extend(module)

    def extend(self, other: Any) -> None:
        """Attach what a Python module, mapping or ProcessFragment defines.

        Modules come first, then tasks, sequences, paths and the Schedule; changes by ``makeProcessModifier`` last.
        Names beginning with an underscore stay private.

        Raises:
            ValueError: a label that is in use already, or one object under two names.
        """
        names = _names_of(other)
        found = {
            name: x
            for name, x in names.items()
            if isinstance(x, COMPONENTS) and (not name.startswith("_") or hasattr(other, "components_"))
        }
        for fragment in [x for name, x in names.items() if hasattr(x, "components_") and not name.startswith("_")]:
            self.extend(fragment)
        before, self._loading = self._loading, True
        try:
            for name, component in sorted(found.items(), key=lambda item: _rank(item[1])):
                if isinstance(component, Service) and is_default(component):
                    continue  # the process has a MessageLogger already, perhaps changed
                if isinstance(component, UNLABELLED) and not getattr(component, "hasLabel_", lambda: False)():
                    self._add_under(name, component)
                else:
                    setattr(self, name, component)
        finally:
            self._loading = before
        for modifier in [x for x in names.values() if isinstance(x, ProcessModifier)]:
            modifier.apply(self)

    def _add_under(self, name: str, component: Any) -> None:
        """Services and accelerators go by their type; EventSetup modules by the name that the file gives."""
        if hasattr(component, "hasLabel_"):
            setattr(self, name, component)
        else:
            self.add_(component)


def _plain(error: ModuleNotFoundError) -> str:
    """What Python itself says of a module that does not exist."""
    said = f"No module named {error.name!r}"
    return str(error) if str(error).startswith(said) else said


def _names_of(other: Any) -> Mapping[str, Any]:
    if isinstance(other, Mapping):
        return other
    if isinstance(other, ModuleType):
        return vars(other)
    if hasattr(other, "components_"):
        found: Mapping[str, Any] = other.components_()
        return found
    raise TypeError(f"process.extend: a Python module or ProcessFragment is wanted, not {other!r} ({here()}).")


def _rank(component: object) -> tuple[int, int]:
    """Modules first, then tasks and sequences from the inside out, then paths; among equals the order of the file."""
    if isinstance(component, Schedule):
        return 4, 0
    if not isinstance(component, Group):
        return 0, 0
    inside = direct_members(component)
    if isinstance(component, (TaskBase, Node)):
        kind = 1 if isinstance(component, TaskBase) else 2
        return kind, 1 + max((_rank(member)[1] for member in inside), default=0)
    return 3, 0
