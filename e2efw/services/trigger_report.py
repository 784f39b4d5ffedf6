"""TrigReport and TimeReport, line by line as cmsRun prints them: scripts read these columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from e2efw.framework.counts import Counts, PathCounts
from e2efw.framework.report import JobReport


def trigger_report(report: JobReport) -> Iterator[str]:
    """How often every path and module ran, passed, failed and raised."""
    counts = report.counts
    yield from _lines(
        "TrigReport",
        "---------- Event  Summary ------------",
        [f"Events total = {counts.events} passed = {counts.passed} failed = {counts.events - counts.passed}"],
    )
    for title, end in (("---------- Path  ", False), ("-------End-Path  ", True)):
        yield ""
        rows = [_numbered(number, path.total, path.name, end=end) for number, path in _paths(report, end=end)]
        yield from _lines("TrigReport", f"{title} Summary ------------", [_headings("Trig Bit#", "Executed"), *rows])
    for number, path, end in _all_paths(report):
        yield ""
        title = f"{'------ Modules in End-Path' if end else '---------- Modules in Path'}: {path.name} ------------"
        rows = [
            _numbered(position if end else number, place, label, end=end)
            for position, (label, place) in enumerate(zip(path.labels, path.places, strict=True))
        ]
        yield from _lines("TrigReport", title, [_headings("Trig Bit#", "Visited"), *rows])
    yield ""
    rows = [
        _columns(module.visited, module.executed, module.passed, module.failed, module.error, label)
        for label, module in _modules(report)
    ]
    headings = _columns("Visited", "Executed", "Passed", "Failed", "Error", "Name")
    yield from _lines("TrigReport", "---------- Module Summary ------------", [headings, *rows])


def time_report(report: JobReport) -> Iterator[str]:
    """What time every path and module took, seconds; modules on demand count for the path that asked first."""
    counts = report.counts
    events = max(1, counts.events)
    efficiency = report.cpu_seconds / report.seconds / report.threads if report.seconds else 0.0
    yield "TimeReport ---------- Event  Summary ---[sec]----"
    yield f"TimeReport       event loop CPU/event = {report.cpu_seconds / events:.6f}"
    yield f"TimeReport      event loop Real/event = {report.seconds / events:.6f}"
    yield f"TimeReport     sum Streams Real/event = {counts.stream_seconds / events:.6f}"
    yield f"TimeReport efficiency CPU/Real/thread = {efficiency:.6f}"
    for title, end in (("---------- Path  ", False), ("-------End-Path  ", True)):
        yield ""
        rows = [_times(events, path.total, [path.total.visited], path.name) for _, path in _paths(report, end=end)]
        headings = f"{'per event':>10} {'per exec':>12}  Name"
        yield from _lines("TimeReport", f"{title} Summary ---[Real sec]----", [headings, *rows, headings])
    headings = f"{'per event':>10} {'per visit':>12}  Name"
    for end in (False, True):
        for _, path in _paths(report, end=end):
            yield ""
            title = f"{'------ Modules in End-Path' if end else '---------- Modules in Path'}: {path.name}"
            places = zip(path.labels, path.places, strict=True)
            rows = [_times(events, place, [place.visited], label) for label, place in places]
            yield from _lines("TimeReport", f"{title} ---[Real sec]----", [headings, *rows])
        if _paths(report, end=end):
            yield f"TimeReport {headings}"
    yield ""
    rows = [_times(events, module, [module.executed, module.visited], label) for label, module in _modules(report)]
    headings = f"{'per event':>10} {'per exec':>12} {'per visit':>12}  Name"
    yield from _lines("TimeReport", "---------- Module Summary ---[Real sec]----", [headings, *rows, headings])
    yield ""
    yield "T---Report end!"


def _lines(start: str, title: str, rows: Iterable[str]) -> Iterator[str]:
    yield f"{start} {title}"
    for row in rows:
        yield f"{start} {row}"


def _columns(*cells: object) -> str:
    """Right-aligned numbers, then a name."""
    return " ".join([*(f"{cell:>10}" for cell in cells[:-1]), str(cells[-1])])


def _headings(first: str, second: str) -> str:
    return _columns(first, second, "Passed", "Failed", "Error", "Name")


def _numbered(bit: int, counts: Counts, name: str, *, end: bool) -> str:
    """One path, or one place on it; in front 1 for paths and 0 for end paths, then the number."""
    return _columns(f"{0 if end else 1:>5}{bit:>5}", counts.visited, counts.passed, counts.failed, counts.error, name)


def _times(events: int, counts: Counts, times: Sequence[int], name: str) -> str:
    per = " ".join(f"{counts.seconds / max(1, number):>12.6f}" for number in times)
    return f"{counts.seconds / events:>10.6f} {per}  {name}"


def _paths(report: JobReport, *, end: bool) -> list[tuple[int, PathCounts]]:
    """Paths, or end and final paths, numbered."""
    return list(enumerate(_with_outputs(report, path) for path in report.counts.paths if (path.kind != "Path") is end))


def _with_outputs(report: JobReport, path: PathCounts) -> PathCounts:
    """A path with the time of its outputs, which write after the streams have run."""
    seconds = [
        report.modules[label].seconds if _is_output(report, label) else place.seconds
        for label, place in zip(path.labels, path.places, strict=True)
    ]
    places = [replace(place, seconds=second) for place, second in zip(path.places, seconds, strict=True)]
    more = sum(seconds) - sum(place.seconds for place in path.places)
    return replace(path, total=replace(path.total, seconds=path.total.seconds + more), places=places)


def _all_paths(report: JobReport) -> Iterator[tuple[int, PathCounts, bool]]:
    for end in (False, True):
        for number, path in _paths(report, end=end):
            yield number, path, end


def _modules(report: JobReport) -> list[tuple[str, Counts]]:
    """All modules by label, as cmsRun sorts them; those that never ran have zeros."""
    labels = [label for label in report.modules if label != "source" and not _is_output(report, label)]
    counts = {label: report.counts.modules.get(label, Counts()) for label in labels}
    for _, path, _ in _all_paths(report):
        for label, place in zip(path.labels, path.places, strict=True):
            if _is_output(report, label):
                counts[label] = replace(place, executed=place.visited)
    if any(path.kind == "Path" for path in report.counts.paths):
        events = report.counts.events
        counts["TriggerResults"] = Counts(events, events, events)
    return sorted(counts.items())


def _is_output(report: JobReport, label: str) -> bool:
    return label in report.files
