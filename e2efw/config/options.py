"""What ``process.options`` and its like may hold, as data."""

from typing import Any, NamedTuple

from e2efw.config.booleans import bool as cms_bool
from e2efw.config.declared import Obsolete, Optional
from e2efw.config.parameter import Parameter
from e2efw.config.pset import PSet, VPSet
from e2efw.config.scalars import int32, string, uint32
from e2efw.config.vectors import vstring


class Option(NamedTuple):
    """One entry of a PSet that steers the job; all are untracked."""

    name: str
    kind: type[Parameter]
    default: Any
    meaning: str


OPTIONS: tuple[Option, ...] = (
    Option("IgnoreCompletely", vstring, (), "categories of errors that count as success, with a warning"),
    Option("Rethrow", vstring, (), "categories of errors that end the job; all that no other list names do"),
    Option("TryToContinue", vstring, (), "categories of errors that cost only the event"),
    Option("accelerators", vstring, ("*",), "patterns of the accelerators that may be used"),
    Option("canDeleteEarly", vstring, (), "branches that are dropped after their last reader"),
    Option("deleteNonConsumedUnscheduledModules", cms_bool, True, "leave out modules on tasks that nobody asks for"),
    Option("dumpOptions", cms_bool, False, "print these options when the job starts"),
    Option("eventsPerBlock", uint32, 256, "events that travel together; results do not depend on it"),
    Option("fileMode", string, "FULLMERGE", "FULLMERGE or NOMERGE: what happens to runs that span files"),
    Option("forceEventSetupCacheClearOnNewRun", cms_bool, False, "make EventSetup products again in every run"),
    Option("holdsReferencesToDeleteEarly", VPSet, (), "products that must live as long as others"),
    Option("modulesToCallForTryToContinue", vstring, (), "modules that run although what they read is missing"),
    Option("modulesToIgnoreForDeleteEarly", vstring, (), "readers that do not keep products alive"),
    Option(
        "numberOfConcurrentLuminosityBlocks", uint32, 0, "luminosity blocks open at a time; 0 to let the job choose"
    ),
    Option("numberOfConcurrentRuns", uint32, 1, "runs open at a time"),
    Option("numberOfStreams", uint32, 0, "blocks in flight at a time; 0 for as many as threads"),
    Option("numberOfThreads", uint32, 1, "threads; 0 for as many as there are cores"),
    Option("printDependencies", cms_bool, False, "print which module needs which"),
    Option("throwIfIllegalParameter", cms_bool, True, "a parameter that a plugin does not declare is an error"),
    Option("wantSummary", cms_bool, False, "print how often each path and module ran and passed"),
)

MAX_EVENTS: tuple[Option, ...] = (Option("input", int32, -1, "events to read; -1 for all"),)
_MAX_LUMIS = (Option("input", int32, -1, "luminosity blocks to read; -1 for all"),)
_MAX_SECONDS = (Option("input", int32, -1, "seconds after which no event is begun; -1 for no limit"),)

STEERING: dict[str, tuple[Option, ...]] = {
    "options": OPTIONS,
    "maxEvents": MAX_EVENTS,
    "maxLuminosityBlocks": _MAX_LUMIS,
    "maxSecondsUntilRampdown": _MAX_SECONDS,
}
"""The PSets that steer a job."""

BORN = ("options", "maxEvents", "maxLuminosityBlocks")
"""Those every process is born with."""

UNSET: dict[str, dict[str, tuple[type[Optional | Obsolete], tuple[type[Parameter], ...]]]] = {
    "options": {
        "allowUnscheduled": (Obsolete, (cms_bool,)),
        "emptyRunLumiMode": (Obsolete, (string,)),
        "makeTriggerResults": (Obsolete, (cms_bool,)),
        "sizeOfStackForThreadsInKB": (Optional, (uint32,)),
    },
    "maxEvents": {"output": (Optional, (int32, PSet))},
}
"""What these PSets may hold beside, without default: in either of the types, or without any effect."""


def defaults(name: str) -> PSet:
    """A fresh ``options``, ``maxEvents`` or the like with default values."""
    block = PSet()
    for option in STEERING[name]:
        parameter = option.kind(option.default)
        parameter.setIsTracked(False)
        block._parameters[option.name] = parameter
    for other, (declared, kinds) in UNSET.get(name, {}).items():
        block._parameters[other] = declared(kinds, tracked=False, chooses=len(kinds) > 1)
    if name == "options":
        block._parameters["eventSetup"] = _event_setup()
    block.setIsTracked(False)
    block._name = f"process.{name}"
    return block


def _event_setup() -> PSet:
    concurrency = uint32(0)
    forced = PSet(allowAnyLabel_=Optional((uint32,), tracked=False))
    block = PSet(numberOfConcurrentIOVs=concurrency, forceNumberOfConcurrentIOVs=forced)
    for parameter in (concurrency, forced, block):
        parameter.setIsTracked(False)
    return block
