"""CMSSW's MassReplace: one parameter or InputTag changed in many modules at once."""

import sys
from collections.abc import Iterable
from typing import Any

from e2efw.config.groups import everything
from e2efw.config.nodes import Leaf
from e2efw.config.origin import here
from e2efw.config.pset import Parameterizable, PSet, VPSet
from e2efw.config.schedule import Schedule
from e2efw.config.tags import InputTag, VInputTag

__all__ = [
    "MassSearchParamVisitor",
    "MassSearchReplaceAnyInputTagVisitor",
    "MassSearchReplaceParamVisitor",
    "massReplaceInputTag",
    "massReplaceParameter",
    "massSearchReplaceAnyInputTag",
    "massSearchReplaceParam",
]


class _ModuleVisitor:
    """Calls `change` for each module that it meets, once for each."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def enter(self, visitee: Any) -> None:
        """Change a module."""
        if isinstance(visitee, Parameterizable) and id(visitee) not in self._seen:
            self._seen.add(id(visitee))
            self.change(visitee)

    def leave(self, visitee: Any) -> None:
        """Nothing to do."""

    def change(self, module: Parameterizable) -> None:
        """Change one module."""
        raise NotImplementedError


class MassSearchReplaceAnyInputTagVisitor(_ModuleVisitor):
    """Replaces a tag in every InputTag and VInputTag, also in nested PSets.

    Args:
        old: the tag as text or InputTag.
        new: what takes its place.
        verbose: print each change.
        skipLabelTest: do not ask modules for their labels; for modules without.
        moduleLabelOnly: compare and replace the module label only.
    """

    def __init__(
        self, old: Any, new: Any, verbose: bool = False, skipLabelTest: bool = False, moduleLabelOnly: bool = False
    ) -> None:
        super().__init__()
        self._old, self._new = InputTag(old), InputTag(new)
        self._verbose, self._skips, self._label_only = verbose, skipLabelTest, moduleLabelOnly

    def change(self, module: Parameterizable) -> None:
        """Change the tags of one module."""
        named = not self._skips and isinstance(module, Leaf) and module.hasLabel_()
        self._change_all(module, module.label_() if named and isinstance(module, Leaf) else module._who())

    def _change_all(self, owner: Parameterizable, who: str) -> None:
        for name, parameter in owner._parameters.items():
            self._change_one(parameter.concrete_(), f"{who}.{name}")

    def _change_one(self, parameter: Any, who: str) -> None:
        if isinstance(parameter, PSet):
            self._change_all(parameter, who)
        elif isinstance(parameter, VPSet):
            for position, pset in enumerate(parameter):
                self._change_all(pset, f"{who}[{position}]")
        elif isinstance(parameter, VInputTag):
            for position, tag in enumerate(parameter.tags()):
                if self._is_meant(tag):
                    parameter[position] = self._replaced(tag, f"{who}[{position}]", text=parameter[position])
        elif isinstance(parameter, InputTag) and self._is_meant(parameter):
            parameter.setValue(self._replaced(parameter, who))

    def _is_meant(self, tag: InputTag) -> bool:
        if self._label_only:
            return tag.getModuleLabel() == self._old.getModuleLabel()
        return tag == self._old

    def _replaced(self, tag: InputTag, who: str, text: Any = None) -> Any:
        """The new tag; as text where the old one was written as text."""
        fields = self._new.fields_()
        new = InputTag(fields[0], *tag.fields_()[1:]) if self._label_only else InputTag(*fields)
        new.setIsTracked(tag.isTracked())
        if self._verbose:
            sys.stdout.write(f"Replacing {who}: {tag.value()} -> {new.value()}\n")
        return new.value() if isinstance(text, str) else new


class MassSearchReplaceParamVisitor(_ModuleVisitor):
    """Gives a parameter of the top level a new value where it has the old one.

    Args:
        name: of the parameter.
        old: value to look for; None for any.
        new: value to set.
        verbose: print each change.
    """

    def __init__(self, name: str, old: Any, new: Any, verbose: bool = False) -> None:
        super().__init__()
        self._name, self._old, self._new, self._verbose = name, old, new, verbose

    def change(self, module: Parameterizable) -> None:
        """Change one module."""
        parameter = module._parameters.get(self._name)
        if parameter is None or (self._old is not None and not bool(parameter == self._old)):
            return
        if self._verbose:
            sys.stdout.write(f"Replacing {module._who()}.{self._name}: {parameter!r} -> {self._new!r}\n")
        setattr(module, self._name, self._new)


class MassSearchParamVisitor(_ModuleVisitor):
    """Collects the modules whose parameter has a value."""

    def __init__(self, name: str, value: Any) -> None:
        super().__init__()
        self._name, self._value = name, value
        self._found: list[Any] = []

    def change(self, module: Parameterizable) -> None:
        """Take a module, if it has that value."""
        if self._name in module._parameters and bool(module._parameters[self._name] == self._value):
            self._found.append(module)

    def modules(self) -> list[Any]:
        """Those that were found."""
        return self._found


def massSearchReplaceAnyInputTag(
    sequence: Any,
    oldInputTag: Any,
    newInputTag: Any,
    verbose: bool = False,
    skipLabelTest: bool = False,
    moduleLabelOnly: bool = False,
) -> None:
    """Replace a tag in all modules of a sequence, path or task."""
    sequence.visit(
        MassSearchReplaceAnyInputTagVisitor(oldInputTag, newInputTag, verbose, skipLabelTest, moduleLabelOnly)
    )


def massSearchReplaceParam(
    sequence: Any, paramName: str, paramOldValue: Any, paramValue: Any, verbose: bool = False
) -> None:
    """Replace a value of a parameter in all modules of a sequence, path or task."""
    sequence.visit(MassSearchReplaceParamVisitor(paramName, paramOldValue, paramValue, verbose))


def massReplaceInputTag(
    process: Any,
    old: Any = "rawDataCollector",
    new: Any = "rawDataRepacker",
    verbose: bool = False,
    moduleLabelOnly: bool = False,
    skipLabelTest: bool = False,
) -> Any:
    """Replace a tag in all modules on paths, end paths and tasks of the schedule; returns the process."""
    _visit_all(process, MassSearchReplaceAnyInputTagVisitor(old, new, verbose, skipLabelTest, moduleLabelOnly))
    return process


def massReplaceParameter(process: Any, name: str, old: Any, new: Any, verbose: bool = False) -> Any:
    """Replace a value of a parameter in all modules on paths, end paths and tasks of the schedule.

    Args:
        process: the `cms.Process`, which is also returned.
        name: of the parameter, at the top level of the module.
        old: value to look for; None for any.
        new: value to set.
        verbose: print each change.

    Raises:
        TypeError: no name.
    """
    if not isinstance(name, str):
        raise TypeError(f"massReplaceParameter: the name of a parameter is wanted, not {name!r} ({here()}).")
    _visit_all(process, MassSearchReplaceParamVisitor(name, old, new, verbose))
    return process


def _visit_all(process: Any, visitor: _ModuleVisitor) -> None:
    groups: Iterable[Any] = [*process.paths.values(), *process.endpaths.values(), *process.finalpaths.values()]
    for group in groups:
        group.visit(visitor)
    if isinstance(process.schedule, Schedule):
        for item in everything(process.schedule._tasks):
            visitor.enter(item)
