"""The job report: what was read and written, as ``FrameworkJobReport.xml`` and as JSON with the same names.

Source of the layout: CMSSW's ``edm::JobReport``. We have no file catalog, so LFN, Catalog and GUID are empty.
"""

import json
import threading
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import E2EFWError, FileWriteError
from e2efw.framework.blocks import Block
from e2efw.framework.observer import JobView, Observer
from e2efw.framework.report import JobReport
from e2efw.framework.tags import ProductKey
from e2efw.io.arrow import pyarrow
from e2efw.io.inventory import Inventory, Lumis, count_lumis

DEFAULT_NAME: Final = "FrameworkJobReport.xml"


class JobReportService(Observer):
    """Notes what a job reads and writes; `write` makes files of it, also after a failure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._view: JobView | None = None
        self._read: dict[str, Lumis] = {}
        self._written: dict[str, Lumis] = {}
        self._counts: Counter[ProductKey] = Counter()
        self._report: JobReport | None = None
        self.phases: dict[str, float] = {}
        """Seconds of what came before the job proper."""

    def begin_job(self, job: JobView) -> None:
        """Note who is who."""
        self._view = job

    def begin_block(self, block: Block) -> None:
        """Count events by file, run and luminosity block."""
        with self._lock:
            _add(self._read.setdefault(block.ids.file, {}), count_lumis(block.ids))

    def end_module(self, label: str, block: Block, events: NDArray[np.int64], seconds: float) -> None:
        """Count reads of the input's products, and what each output is given."""
        if self._view is None:
            return
        with self._lock:
            if label in self._view.outputs:
                _add(self._written.setdefault(label, {}), count_lumis(block.ids.take(events)))
            for key in self._view.inputs.get(label, {}).values():
                if key is not None and key.process != self._view.process:
                    self._counts[key] += int(events.size)

    def end_job(self, report: JobReport) -> None:
        """Keep what the job says of itself."""
        self._report = report

    def content(self, failure: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The report as JSON data.

        Args:
            failure: ``ExitStatus``, ``Type`` and ``Description`` of the error that ended the job.
        """
        inventories = [_inventory(path) for path in self._read]
        names = {name.key: str(name) for inventory in inventories if inventory for name in inventory.products}
        content: dict[str, Any] = {
            "ReadBranches": [
                {"Name": f"{names[key]}.", "ReadCount": count}
                for key, count in sorted(self._counts.items())
                if key in names
            ],
            "InputFile": [
                self._input(path, inventory) for path, inventory in zip(self._read, inventories, strict=True)
            ],
            "File": self._outputs(),
            "PerformanceReport": self._performance(),
            "EventFailures": self._failures(),
        }
        if failure is not None:
            content["FrameworkError"] = dict(failure)
        return content

    def write(self, path: Path, failure: Mapping[str, Any] | None = None) -> None:
        """Write the report and its twin: one of them is XML, the other ``.json``; a ``.json`` comes alone.

        Raises:
            FileWriteError: a file cannot be written.
        """
        content = self.content(failure)
        texts = {path.with_suffix(".json"): json.dumps(content, indent=1) + "\n"}
        if path.suffix != ".json":
            texts[path] = as_xml(content)
        for target, text in texts.items():
            try:
                target.write_text(text, encoding="utf-8")
            except OSError as error:
                raise FileWriteError(f"job report: cannot write {target}: {error.strerror or error}.") from error

    def _input(self, path: str, inventory: Inventory | None) -> dict[str, Any]:
        lumis = self._read[path]
        return {
            "State": "closed",
            **_names(path),
            "InputType": "primaryFiles",
            "ModuleLabel": "source",
            "GUID": "",
            "InputSourceClass": self._plugin("source"),
            "EventsRead": sum(sum(counts.values()) for counts in lumis.values()),
            "Runs": _runs(lumis),
            "Branches": _branches(inventory),
        }

    def _outputs(self) -> list[dict[str, Any]]:
        """Nothing appears under its name before the job has ended well."""
        files = {} if self._report is None else self._report.files
        return [self._output(label, path, alone=len(paths) == 1) for label, paths in files.items() for path in paths]

    def _output(self, label: str, path: str, *, alone: bool) -> dict[str, Any]:
        """One file; if it is no file of events but all that its module wrote, what the module was given counts."""
        inventory = _inventory(path)
        branches = _branches(inventory) if inventory else _columns(path)
        lumis = inventory.lumis if inventory else self._written.get(label, {}) if alone else None
        return {
            "State": "closed",
            **_names(path),
            "ModuleLabel": label,
            "GUID": "",
            "OutputModuleClass": self._plugin(label),
            "TotalEvents": None if lumis is None else sum(sum(counts.values()) for counts in lumis.values()),
            "DataType": ("Data" if inventory.real_data else "MC") if inventory else None,
            "BranchHash": f"{zlib.crc32(' '.join(branches).encode()):08x}",
            "Runs": _runs(lumis or {}),
            "Inputs": [{**_names(source), "FastCopying": 0} for source in self._read],
            "Branches": branches,
        }

    def _performance(self) -> dict[str, dict[str, float]]:
        report = self._report
        if report is None:
            return {"StartUp": self.phases}
        modules = {f"{label} seconds": module.seconds for label, module in report.modules.items()}
        return {"StartUp": {**self.phases, **report.phases}, "ModuleTime": modules, **report.metrics}

    def _failures(self) -> list[dict[str, str]]:
        """Events that a module could not process and that did not end the job."""
        failures = [] if self._report is None else self._report.failures
        return [
            {
                "Event": failure.event,
                "PFN": failure.file,
                "ModuleLabel": failure.module,
                "Type": failure.category,
                "Action": failure.action.value,
                "Description": failure.message,
            }
            for failure in failures
        ]

    def _plugin(self, label: str) -> str:
        return "" if self._view is None else self._view.modules.get(label, "")


def _inventory(path: str) -> Inventory | None:
    """None if this is no file of events: a generator, or a table for training."""
    try:
        return Inventory.of(path)
    except E2EFWError:
        return None


def _columns(path: str) -> list[str]:
    """Columns of a table for training; nothing of files of another kind."""
    if not path.endswith(".parquet"):
        return []
    return sorted(pyarrow("the job report on Parquet files").parquet.read_schema(path).names)


def _add(counts: Lumis, more: Lumis) -> None:
    for run, lumis in more.items():
        known = counts.setdefault(run, {})
        for lumi, count in lumis.items():
            known[lumi] = known.get(lumi, 0) + count


def _names(path: str) -> dict[str, str]:
    return {"LFN": "", "PFN": path, "Catalog": ""}


def _runs(lumis: Lumis) -> list[dict[str, Any]]:
    return [
        {"ID": run, "LumiSection": [{"ID": lumi, "NEvents": n} for lumi, n in counts.items()]}
        for run, counts in lumis.items()
    ]


def _branches(inventory: Inventory | None) -> list[str]:
    return sorted(f"{name}." for name in inventory.products) if inventory else []


def as_xml(content: Mapping[str, Any]) -> str:
    """The text of ``FrameworkJobReport.xml``."""
    root = ET.Element("FrameworkJobReport")
    reads = ET.SubElement(root, "ReadBranches")
    for branch in content["ReadBranches"]:
        ET.SubElement(reads, "Branch", {key: str(value) for key, value in branch.items()})
    for kind in ("InputFile", "File"):
        for entry in content[kind]:
            _file(ET.SubElement(root, kind), entry)
    performance = ET.SubElement(root, "PerformanceReport")
    for kind, metrics in content["PerformanceReport"].items():
        summary = ET.SubElement(performance, "PerformanceSummary", Metric=kind)
        for name, value in metrics.items():
            ET.SubElement(summary, "Metric", Name=name, Value=f"{value:.6g}")
    for event in content["EventFailures"]:
        _texts(ET.SubElement(root, "EventFailure"), event)
    if "FrameworkError" in content:
        error = content["FrameworkError"]
        element = ET.SubElement(root, "FrameworkError", ExitStatus=str(error["ExitStatus"]), Type=error["Type"])
        element.text = error["Description"]
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _file(element: ET.Element, entry: Mapping[str, Any]) -> None:
    ET.SubElement(element, "State", Value=entry["State"])
    for key, value in entry.items():
        if key == "Runs":
            _xml_runs(ET.SubElement(element, key), value)
        elif key == "Branches":
            branches = ET.SubElement(element, key)
            for name in value:
                ET.SubElement(branches, "Branch").text = name
        elif key == "Inputs":
            inputs = ET.SubElement(element, key)
            for source in value:
                _texts(ET.SubElement(inputs, "Input"), source)
        elif key != "State":
            _texts(element, {key: value})


def _texts(element: ET.Element, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        ET.SubElement(element, key).text = "" if value is None else str(value)


def _xml_runs(element: ET.Element, runs: Sequence[Mapping[str, Any]]) -> None:
    for run in runs:
        one = ET.SubElement(element, "Run", ID=str(run["ID"]))
        for lumi in run["LumiSection"]:
            ET.SubElement(one, "LumiSection", NEvents=str(lumi["NEvents"]), ID=str(lumi["ID"]))
