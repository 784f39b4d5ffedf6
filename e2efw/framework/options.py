"""The job's options: ``process.options``, ``maxEvents``, ``maxLuminosityBlocks`` and ``maxSecondsUntilRampdown``."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from e2efw.config.options import defaults
from e2efw.errors import ConfigurationError, UnimplementedFeatureError, nearest
from e2efw.framework.failures import Action, ErrorActions

_LOG = logging.getLogger("e2efw.framework")

_IDLE: Final = {
    "allowUnscheduled": "modules on tasks always run on demand",
    "canDeleteEarly": "every product is dropped after its last reader",
    "emptyRunLumiMode": "it is obsolete",
    "eventSetup": "one interval of validity is open at a time",
    "forceEventSetupCacheClearOnNewRun": "records are made again when their interval of validity ends",
    "holdsReferencesToDeleteEarly": "products hold no references to each other",
    "makeTriggerResults": "they are always made",
    "modulesToIgnoreForDeleteEarly": "readers of all kinds keep products alive",
    "numberOfConcurrentLuminosityBlocks": "streams are never held up at borders of luminosity blocks",
    "numberOfConcurrentRuns": "streams are never held up at borders of runs",
    "sizeOfStackForThreadsInKB": "Python takes care of stacks",
}
"""Options of CMSSW that change nothing here, and why."""

_FIXED: Final = {"fileMode", "throwIfIllegalParameter"}
"""Options of CMSSW that can have one value only."""


@dataclass(frozen=True)
class Options:
    """What a cfg says about how the job runs.

    Args:
        threads: threads in all.
        streams: blocks processed at the same time.
        events_per_block: events that travel together.
        max_events: stop after so many, -1 for all.
        max_written: stop when every output has written so many; by label of the output, "" for all. Empty: no limit.
        max_lumis: stop after so many luminosity blocks, -1 for all.
        accelerators: labels of what modules may compute with, in order of preference, the CPU last.
        max_seconds: read no further block after so many seconds, -1 for no limit.
        delete_unused: modules on tasks that nobody needs are never begun.
    """

    threads: int = 1
    streams: int = 1
    events_per_block: int = 256
    max_events: int = -1
    max_written: Mapping[str, int] = field(default_factory=dict)
    max_lumis: int = -1
    max_seconds: int = -1
    actions: ErrorActions = field(default_factory=ErrorActions)
    want_summary: bool = False
    delete_unused: bool = True
    print_dependencies: bool = False
    accelerators: tuple[str, ...] = ("cpu",)

    @property
    def threads_per_stream(self) -> int:
        """Threads a module may use inside its stream."""
        return max(1, self.threads // self.streams)

    @classmethod
    def of(cls, process: Any) -> Self:
        """Read the options of a process; 0 threads means all cores, 0 streams as many as threads.

        Raises:
            ConfigurationError: an unknown option, or a number that makes no sense.
            UnimplementedFeatureError: a value of CMSSW that would be ignored here.
        """
        options = _read(process, "options")
        events = _read(process, "maxEvents")
        threads = options["numberOfThreads"] or os.cpu_count() or 1
        streams = options["numberOfStreams"] or threads
        if options["eventsPerBlock"] < 1:
            raise ConfigurationError(
                f"process.options.eventsPerBlock must be at least 1, not {options['eventsPerBlock']}."
            )
        if options["dumpOptions"]:
            _LOG.info("process.options = %s", process.options.dumpPython())
        lists = {action: tuple(options[action.value]) for action in Action}
        return cls(
            threads=threads,
            streams=min(streams, threads),
            events_per_block=options["eventsPerBlock"],
            max_events=events["input"],
            max_written=_written(events["output"]),
            max_lumis=_read(process, "maxLuminosityBlocks")["input"],
            max_seconds=_read(process, "maxSecondsUntilRampdown")["input"],
            actions=ErrorActions.of(lists, frozenset(options["modulesToCallForTryToContinue"])),
            want_summary=options["wantSummary"],
            delete_unused=options["deleteNonConsumedUnscheduledModules"],
            print_dependencies=options["printDependencies"],
            accelerators=process.accelerators_(),
        )


def _read(process: Any, name: str) -> dict[str, Any]:
    """The values of one of these PSets; what it does not hold has its default."""
    known = defaults(name)
    values = {option: known.getParameter(option).value() for option in known.parameterNames_()}
    given = process.psets[name].parameters_() if name in process.psets else {}
    for option, parameter in given.items():
        if option not in values:
            raise ConfigurationError(
                f"process.{name}: no option '{option}' ({parameter.origin_()}). {nearest(option, values)}"
            )
        if parameter.value() == values[option]:
            continue
        if option in _FIXED:
            raise UnimplementedFeatureError(
                f"process.{name}.{option} cannot be changed here yet ({parameter.origin_()}); its value is fixed at "
                f"{values[option]!r}."
            )
        if option in _IDLE:
            _LOG.info("process.%s.%s (%s) has no effect: %s", name, option, parameter.origin_(), _IDLE[option])
        values[option] = parameter.value()
    return values


def _written(given: Any) -> dict[str, int]:
    """Limits of outputs by label, "" for all."""
    if given is None:
        return {}
    if isinstance(given, int):
        return {"": given} if given >= 0 else {}
    return {label: parameter.value() for label, parameter in given.parameters_().items()}
