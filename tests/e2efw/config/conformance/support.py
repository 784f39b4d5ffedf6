"""A SwitchProducer and accelerators that several of these tests use."""

from typing import Any

from e2efw import config as cms
from e2efw.config.accelerators import UnavailableAcceleratorError


def modules(count: int = 5) -> list[Any]:
    """Producers m1, m2, ..."""
    made = [cms.EDProducer(f"M{number}") for number in range(1, count + 1)]
    for number, module in enumerate(made, start=1):
        module.setLabel(f"m{number}")
    return made


def low(accelerators: list[str]) -> tuple[bool, int]:
    return True, -10


def high(accelerators: list[str]) -> tuple[bool, int]:
    return True, -9


def never(accelerators: list[str]) -> tuple[bool, int]:
    return False, 0


def on_host(accelerators: list[str]) -> tuple[bool, int]:
    return "test-one" in accelerators, 5


class SwitchProducerTest(cms.SwitchProducer):
    """Two cases that are always possible, one that never is, one that needs an accelerator."""

    def __init__(self, **cases: Any) -> None:
        super().__init__({"test1": low, "test2": high, "test3": never, "host": on_host}, **cases)


class ProcessAcceleratorTest(cms.ProcessAccelerator):
    """Offers two labels, of which the host has some; writes them into a service."""

    def __init__(self, enabled: list[str] | None = None) -> None:
        super().__init__()
        self._enabled = ["test-one", "test-two"] if enabled is None else enabled

    def labels(self) -> list[str]:
        return ["test-one", "test-two"]

    def enabledLabels(self) -> list[str]:
        return self._enabled

    def apply(self, process: Any, accelerators: list[str]) -> None:
        process.add_(cms.Service("AcceleratorService", found=cms.untracked.vstring(accelerators)))

    def dumpArguments_(self) -> str:
        return f"enabled={self._enabled!r}"


class OtherAcceleratorTest(cms.ProcessAccelerator):
    """A second one."""

    def labels(self) -> list[str]:
        return ["other"]

    def enabledLabels(self) -> list[str]:
        return ["other"]


class Resolver:
    """Writes the backend of a module."""

    def __init__(self, accelerators: list[str]) -> None:
        self._accelerators = accelerators

    def setModuleVariant(self, module: Any) -> None:
        if not module.type_().endswith("@alpaka"):
            return
        wanted = module.getParameter(["alpaka", "backend"])
        if wanted is not None and wanted.value() not in self._accelerators:
            raise UnavailableAcceleratorError(f"{module.type_()}: backend {wanted.value()!r} is not on this host.")
        backend = self._accelerators[0] if wanted is None else wanted.value()
        module._parameters["alpaka"] = cms.untracked.PSet(backend=cms.untracked.string(backend))


class ResolvingAcceleratorTest(OtherAcceleratorTest):
    """One that chooses variants of modules."""

    def moduleTypeResolver(self, accelerators: list[str]) -> Resolver:
        return Resolver(accelerators)


class SecondResolvingAcceleratorTest(ResolvingAcceleratorTest):
    """One too many."""
