"""The job's options: ``process.options`` and ``process.maxEvents``."""

import os
from dataclasses import dataclass
from typing import Any, Self

from e2efw.config.options import STEERING, defaults
from e2efw.errors import ConfigurationError, UnimplementedFeatureError, nearest

_IMPLEMENTED = {"options": {"eventsPerBlock", "numberOfStreams", "numberOfThreads"}, "maxEvents": {"input"}}


@dataclass(frozen=True)
class Options:
    """What a cfg says about how the job runs; it never changes results.

    Args:
        threads: threads in all.
        streams: blocks processed at the same time.
        events_per_block: events that travel together.
        max_events: stop after so many, -1 for all.
    """

    threads: int = 1
    streams: int = 1
    events_per_block: int = 256
    max_events: int = -1

    @property
    def threads_per_stream(self) -> int:
        """Threads a module may use inside its stream."""
        return max(1, self.threads // self.streams)

    @classmethod
    def of(cls, process: Any) -> Self:
        """Read the options of a process; 0 threads means all cores, 0 streams as many as threads.

        Raises:
            ConfigurationError: an unknown option, or a number that makes no sense.
            UnimplementedFeatureError: an option of CMSSW that would be ignored here.
        """
        for name in STEERING:
            if name in process.psets:
                _check_names(name, getattr(process, name))
        options = process.options
        threads = options.numberOfThreads.value() or os.cpu_count() or 1
        streams = options.numberOfStreams.value() or threads
        events_per_block = options.eventsPerBlock.value()
        if events_per_block < 1:
            raise ConfigurationError(f"process.options.eventsPerBlock must be at least 1, not {events_per_block}.")
        return cls(threads, min(streams, threads), events_per_block, process.maxEvents.input.value())


def _check_names(name: str, given: Any) -> None:
    """Refuse options that do not exist or that would be ignored."""
    known = defaults(name)
    for option, parameter in given.parameters_().items():
        if not known.hasParameter(option):
            raise ConfigurationError(
                f"process.{name}: no option '{option}' ({parameter.origin_()}). "
                f"{nearest(option, known.parameterNames_())}"
            )
        default = known.getParameter(option)
        if option not in _IMPLEMENTED.get(name, ()) and parameter != default and parameter.value() is not None:
            raise UnimplementedFeatureError(
                f"process.{name}.{option} cannot be changed here yet ({parameter.origin_()}); its value is fixed at "
                f"{default.value()!r}."
            )
