"""What one module may know of the job it is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from e2efw.framework.dataflow import Configured, Dataflow
from e2efw.framework.files import find_file
from e2efw.framework.observer import Histograms, Observers
from e2efw.framework.provenance import branch_name


@dataclass(frozen=True)
class ModuleContext:
    """The job as one module sees it; see `modules.JobContext` for the meaning."""

    configured: Configured
    flow: Dataflow
    folder: Path
    threads_per_stream: int
    facts: dict[str, Any]
    observers: Observers = field(default_factory=Observers)
    accelerators: tuple[str, ...] = ("cpu",)

    @property
    def label(self) -> str:
        """The module's own label."""
        return self.configured.label

    @property
    def histograms(self) -> Histograms:
        """The module's folder in the histogram file."""
        return self.observers.histograms(self.label)

    def description(self, parameter: str) -> Mapping[str, Any]:
        """What is known before the first event of the product behind an InputTag parameter."""
        key = self.flow.inputs[self.label].get(parameter)
        return {} if key is None else self.flow.content[key].description

    def branch(self, parameter: str) -> str:
        """Branch name of the product behind an InputTag parameter."""
        key = self.flow.inputs[self.label].get(parameter)
        return "" if key is None else branch_name(self.flow.content[key].friendly_type, key)

    def find_file(self, name: str) -> Path:
        """A file named in the cfg."""
        return find_file(name, self.folder)

    def record(self, fact: str, value: Any) -> None:
        """Store a fact about this module in the provenance of the output."""
        self.facts[fact] = value
