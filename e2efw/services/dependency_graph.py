"""DependencyGraph: who reads what from whom, drawn when the job begins."""

from pathlib import Path

from e2efw.framework.modules import Service, param
from e2efw.framework.observer import Observer
from e2efw.services.graph import GraphWriter


class DependencyGraph(Service):
    """Writes the graph of all modules: Graphviz text or a picture, by the suffix of the file."""

    file_name: str = param("dependency.gv", doc="file to write: .gv, .dot, .png, .pdf or .svg", tracked=False)
    highlight_modules: tuple[str, ...] = param((), doc="labels of modules to colour", tracked=False)

    def open(self) -> Observer:
        """Wait for the job to begin."""
        return GraphWriter(Path(self.file_name), self.highlight_modules)
