"""What a job did: events, time by module, what was dropped, what was written."""

from dataclasses import dataclass, field

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

    @property
    def events_per_second(self) -> float:
        """Events over wall time, start-up not counted."""
        return self.events / self.seconds if self.seconds else 0.0

    def add(self, done: Done) -> None:
        """Count a processed block."""
        self.events += len(done.block)
        for label, seconds in done.seconds.items():
            self.modules[label].seconds += seconds
            self.modules[label].events += done.visited[label]
