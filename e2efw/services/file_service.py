"""TFileService: one ROOT file with the histograms of all modules, a folder for each.

>>> class PtPlot(EDAnalyzer):
...     def begin_job(self, job: BookingContext) -> Booked:
...         return Booked(job.histograms.book("pt", hist.axis.Regular(50, 0, 500, name="pt", label="pt [GeV]")))
...
...     def analyze(self, jets: Jets, booked: Booked) -> None:
...         booked.pt.fill(ak.to_numpy(ak.flatten(jets.pt)))
"""

import threading
from pathlib import Path
from typing import Any

import hist
import uproot

from e2efw.errors import LogicError
from e2efw.framework.modules import Service, param
from e2efw.framework.observer import Histograms, Observer
from e2efw.framework.report import JobReport
from e2efw.io.whole_file import WholeFile


def _named(name: str) -> str | None:
    return None if name else "must name a file"


class TFileService(Service):
    """Writes histograms that modules book; ``job.histograms`` in their `begin_job`."""

    file_name: str = param(doc="ROOT file to write; it appears when the job has ended well", check=_named)
    close_file_fast: bool = param(False, doc="no effect here", tracked=False)

    def open(self) -> Observer:
        """Make sure that the file can be written.

        Raises:
            FileWriteError: it cannot.
        """
        return HistogramFile(Path(self.file_name.removeprefix("file:")))


class Booked:
    """A histogram that all streams fill.

    Sums of weights depend on the order of the blocks in their last digits if several streams fill; counts do not.

    Args:
        histogram: what is filled; read it when the job has ended.
    """

    def __init__(self, histogram: Any) -> None:
        self.histogram = histogram
        self._lock = threading.Lock()

    def fill(self, *values: Any, **options: Any) -> None:
        """As `hist.Hist.fill`."""
        with self._lock:
            self.histogram.fill(*values, **options)


class HistogramFile(Observer):
    """The histograms of one job.

    Args:
        target: the file to write.
    """

    def __init__(self, target: Path) -> None:
        self._file = WholeFile(target, "TFileService")
        self._booked: dict[str, Booked] = {}

    def folder(self, label: str) -> Histograms:
        """The folder of a module."""
        return Folder(label, self._booked)

    def end_job(self, report: JobReport) -> None:
        """Write all of them; the file appears."""
        with self._file.writing(), uproot.recreate(self._file.temporary) as file:
            for path, booked in self._booked.items():
                file[path] = booked.histogram
        size = self._file.finish()
        report.outputs.append(f"{len(self._booked)} histograms, {size} bytes in {self._file.target}")

    def close(self) -> None:
        """Leave nothing behind if the job has failed."""
        self._file.discard()


class Folder:
    """A module's folder in the file.

    Args:
        label: of the module.
        booked: all histograms by path.
    """

    def __init__(self, label: str, booked: dict[str, Booked]) -> None:
        self._label = label
        self._booked = booked

    def book(self, name: str, *axes: Any, **options: Any) -> Booked:
        """A histogram.

        Args:
            name: in the file; slashes make folders.
            axes: of `hist`, up to three.
            options: of `hist.Hist`, such as ``storage=hist.storage.Weight()``.

        Raises:
            LogicError: the name is taken, or a ROOT file cannot hold so many axes.
        """
        path = f"{self._label}/{name}"
        if path in self._booked:
            raise LogicError(f"module '{self._label}' books histogram '{name}' twice.")
        if not 1 <= len(axes) <= 3:
            raise LogicError(f"module '{self._label}': histogram '{name}' has {len(axes)} axes; ROOT has 1, 2 or 3.")
        self._booked[path] = Booked(hist.Hist(*axes, **options))
        return self._booked[path]
