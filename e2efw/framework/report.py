"""What a job did: events, time by module, what was dropped, what was written."""

from dataclasses import dataclass, field

from e2efw.framework.counts import Counts, PathCounts, TriggerCounts
from e2efw.framework.failures import EventFailure
from e2efw.framework.options import Options
from e2efw.framework.plan import Plan
from e2efw.framework.streams import Done


@dataclass
class ModuleTime:
    """Time spent in one module, summed over streams.

    Args:
        events: events it ran for.
        seconds: wall time.
    """

    label: str
    plugin: str
    events: int = 0
    seconds: float = 0.0


@dataclass
class JobReport:
    """Counts and times of a job.

    Args:
        seconds: wall time from the first event to the closed outputs.
        start_up: seconds from the start of the job to the first event.
        modules: in the order they run; reading and writing included.
        notices: lines of the source and of modules: dropped hits and the like.
        outputs: one line per file written.
        files: the files of every output, by its label.
        phases: seconds of each phase before the first event.
        metrics: what services measured: by kind, by name.
        threads: threads in all.
        cpu_seconds: of all threads from the first event to the closed outputs.
        want_summary: whether the cfg asks for the trigger report.
        counts: how often paths and modules ran, passed, failed and raised.
        failures: events that a module could not process and that did not end the job.
        signal: what ended the job early, "" if no signal did.
    """

    events: int = 0
    streams: int = 1
    seconds: float = 0.0
    start_up: float = 0.0
    modules: dict[str, ModuleTime] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    threads: int = 1
    cpu_seconds: float = 0.0
    want_summary: bool = False
    counts: TriggerCounts = field(default_factory=TriggerCounts)
    failures: list[EventFailure] = field(default_factory=list)
    signal: str = ""

    @property
    def events_per_second(self) -> float:
        """Events over wall time, start-up not counted."""
        return self.events / self.seconds if self.seconds else 0.0

    def begin(self, plan: Plan, options: Options) -> None:
        """What is known of the job before its first event."""
        self.streams = options.streams
        self.threads = options.threads
        self.want_summary = options.want_summary
        self.counts = TriggerCounts(
            paths=[
                PathCounts(
                    path.name,
                    path.kind,
                    [entry.label for entry in path.entries],
                    places=[Counts() for _ in path.entries],
                )
                for path in plan.paths
            ]
        )

    def add(self, done: Done) -> None:
        """Count a processed block."""
        self.events += len(done.block)
        for label, counts in done.counts.modules.items():
            self.modules[label].seconds += counts.seconds
            self.modules[label].events += counts.executed
        self.counts.add(done.counts)
        self.failures += done.failures
