"""Accelerators: what a host can compute with, and which of it a job may use."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, NoReturn, Protocol

from e2efw.config.modules import Service
from e2efw.config.nodes import describe
from e2efw.config.origin import Located, here
from e2efw.config.pset import Parameterizable
from e2efw.errors import E2EFWError, nearest

CPU = "cpu"


class UnavailableAcceleratorError(E2EFWError, RuntimeError):
    """A job or a module asks for an accelerator that this host does not have."""

    category = "UnavailableAccelerator"
    exit_code = 8035


class ModuleTypeResolver(Protocol):
    """Chooses the variant of a module for the selected accelerators."""

    def setModuleVariant(self, module: Parameterizable) -> None:
        """Write the variant into the module's parameters.

        Raises:
            UnavailableAcceleratorError: the module is pinned to one that is not selected.
        """


class ProcessAccelerator(Located):
    """Base of accelerators that a cfg adds: ``process.add_(MyAccelerator())``.

    It must be possible to pickle it: which labels are enabled is asked on the host that runs the job.
    """

    def __init__(self) -> None:
        self._locate()

    def type_(self) -> str:
        """Name of the class, under which the process holds it."""
        return type(self).__name__

    def labels(self) -> list[str]:
        """Labels that this accelerator can offer anywhere."""
        raise NotImplementedError

    def enabledLabels(self) -> list[str]:
        """Labels that it offers on this host."""
        raise NotImplementedError

    def moduleTypeResolver(self, accelerators: list[str]) -> ModuleTypeResolver | None:  # noqa: ARG002  subclasses use it
        """What chooses variants of modules, if this accelerator has variants."""
        return None

    def apply(self, process: "ServicesOnly", accelerators: list[str]) -> None:
        """Change services of the process for the selected accelerators."""

    def dumpArguments_(self) -> str:
        """Arguments of the constructor as Python source."""
        return ""

    def dumpPython(self) -> str:
        """Python text that makes this accelerator again; its class must be imported."""
        return f"{self.type_()}({self.dumpArguments_()})"


class ServicesOnly:
    """A process as `ProcessAccelerator.apply` may see it: nothing but services.

    Raises:
        TypeError: anything else is read, set, added or deleted.
    """

    def __init__(self, process: Any) -> None:
        object.__setattr__(self, "_process", process)

    def __getattr__(self, label: str) -> Service:
        found = getattr(vars(self)["_process"], label)
        if not isinstance(found, Service):
            self._refuse(label, found)
        return found

    def __setattr__(self, label: str, value: Any) -> None:
        if not isinstance(value, Service):
            self._refuse(label, value)
        setattr(vars(self)["_process"], label, value)

    def __delattr__(self, label: str) -> None:
        self.__getattr__(label)
        delattr(vars(self)["_process"], label)

    def add_(self, service: Any) -> None:
        """Add a service."""
        if not isinstance(service, Service):
            self._refuse("add_", service)
        vars(self)["_process"].add_(service)

    def _refuse(self, label: str, found: object) -> NoReturn:
        raise TypeError(f"process.{label}: an accelerator may touch Services only, not {describe(found)} ({here()}).")


def selected_accelerators(patterns: Iterable[str], accelerators: Iterable[ProcessAccelerator]) -> list[str]:
    """Labels that a job may use on this host, ``cpu`` among them where it fits.

    Args:
        patterns: ``process.options.accelerators``; ``*`` alone for all, else labels with ``*`` and ``?``.
        accelerators: those of the process.

    Raises:
        ValueError: ``*`` beside others, or a pattern that fits no label.
        UnavailableAcceleratorError: this host has nothing that fits.
    """
    offers = list(accelerators)
    possible = {CPU, *(label for offer in offers for label in offer.labels())}
    enabled = {CPU, *(label for offer in offers for label in offer.enabledLabels())}
    wanted = list(patterns)
    if "*" in wanted and len(wanted) > 1:
        raise ValueError(f"process.options.accelerators: '*' stands alone, not beside {wanted}.")
    for pattern in wanted:
        if not any(fnmatchcase(label, pattern) for label in possible):
            raise ValueError(
                f"process.options.accelerators: {pattern!r} fits no accelerator. {nearest(pattern, possible)}"
            )
    chosen = sorted(label for label in enabled if any(fnmatchcase(label, pattern) for pattern in wanted))
    if not chosen:
        asked = f"none of {', '.join(wanted)} is on this host; it" if wanted else "the list is empty; this host"
        raise UnavailableAcceleratorError(f"process.options.accelerators: {asked} has {', '.join(sorted(enabled))}.")
    return chosen


def module_type_resolver(accelerators: Iterable[ProcessAccelerator], chosen: list[str]) -> ModuleTypeResolver | None:
    """What chooses variants of modules; at most one accelerator has it.

    Raises:
        RuntimeError: two have one.
    """
    found = [(offer, offer.moduleTypeResolver(chosen)) for offer in accelerators]
    resolvers = [(offer.type_(), resolver) for offer, resolver in found if resolver is not None]
    if len(resolvers) > 1:
        names = ", ".join(name for name, _ in resolvers)
        raise RuntimeError(f"at most one accelerator may choose variants of modules, not {names}.")
    return resolvers[0][1] if resolvers else None
