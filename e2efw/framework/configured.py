"""From the configuration to modules: every name, type and value checked against the plugins' declarations."""

import contextlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from e2efw import config as cms
from e2efw.config.conversion import converted
from e2efw.errors import ConfigurationError, E2EFWError, nearest
from e2efw.framework.aliases import Alias, aliases_of
from e2efw.framework.building import configured_module, plugin_of, values_of
from e2efw.framework.conditional import conditional_labels, placed
from e2efw.framework.dataflow import Configured
from e2efw.framework.es_configuration import ESConfiguration, es_configuration
from e2efw.framework.modules import Module, OpenSource, OutputModule, Service, Source
from e2efw.framework.options import Options
from e2efw.framework.schedule import PathEntry, PathPlan
from e2efw.framework.seeds import apply_seeds

_LOG = logging.getLogger("e2efw.framework")

HEEDED_ON_END_PATHS = ("TriggerResultsFilter", "HLTPrescaler")
"""Types of filters whose decision counts on an end path."""


@dataclass(frozen=True)
class JobConfiguration:
    """A process whose names, types and values are all legal.

    Args:
        folder: where the cfg lies; files it names are looked for there first.
        running: the modules on paths, then those on tasks, without outputs, by label.
        outputs: the output modules on end paths, by label.
        paths: paths, then end paths, then final paths.
        origins: where each module was set, by label, the source as ``source``.
        idle: for modules that are defined and never run a sentence why, by label.
        unscheduled: labels of modules on tasks and on no path: they run if somebody reads what they make.
        services: by the name of their plugin.
        aliases: second labels of modules.
    """

    process_name: str
    folder: Path
    options: Options
    source: Source
    running: Mapping[str, Configured]
    outputs: Mapping[str, OutputModule]
    paths: list[PathPlan]
    origins: Mapping[str, str]
    idle: Mapping[str, str]
    unscheduled: frozenset[str] = frozenset()
    services: Mapping[str, Service] = field(default_factory=dict)
    eventsetup: ESConfiguration = field(default_factory=ESConfiguration)
    aliases: Sequence[Alias] = ()

    def open_source(self) -> OpenSource:
        """Open the input."""
        with self.blaming("source", self.source):
            return self.source.open()

    @contextlib.contextmanager
    def blaming(self, label: str, module: Module) -> Iterator[None]:
        """An error inside is told which module it is about and where the cfg set that."""
        try:
            yield
        except Exception as error:
            error.add_note(f"in module '{label}' ({type(module).__name__}) {self.origins[label]}")
            raise


def configure(process: Any, folder: Path) -> JobConfiguration:
    """Check a process and build its modules.

    Args:
        process: what the cfg left, a `config.Process`.
        folder: where the cfg lies.

    Raises:
        ConfigurationError: unknown plugin or parameter, wrong type, illegal value, no source; with file and line.
    """
    process = _settled(process)
    apply_seeds(process)
    if process.source is None:
        raise ConfigurationError(
            f"process '{process.name_()}' has no source: process.source = cms.Source('PoolSource', ...)."
        )
    built_source = configured_module("source", process.source)
    source = built_source.module
    if not isinstance(source, Source):
        raise ConfigurationError(
            f"process.source: {type(source).__name__} is an {source.kind}, not a Source ({process.source.origin_()})."
        )
    aliases = aliases_of(process)
    paths = _paths(process)
    unscheduled = dict.fromkeys(module.label_() for module in process.unscheduled_())
    unscheduled = {label: None for label in unscheduled if label not in process.aliases}  # cases of a SwitchProducer
    conditional = conditional_labels(process)
    on_paths = [entry.label for path in paths for entry in path.entries]
    labels = dict.fromkeys([*on_paths, *unscheduled, *(label for labels in conditional.values() for label in labels)])
    defined = process.modules_()
    built = {label: configured_module(label, defined[label]) for label in labels}
    paths = placed(paths, conditional, built, aliases, process.name_())
    built, unread = _without_unread(built, paths, unscheduled)
    idle = {label: f"The module '{label}' is on no path." for label in defined if label not in labels}
    if idle:
        _LOG.info("modules on no path and no task, which never run: %s", ", ".join(sorted(idle)))
    if unread:
        _LOG.info("modules on ConditionalTasks that nothing on their paths reads: %s", ", ".join(sorted(unread)))
    options = Options.of(process)
    for label in sorted(options.actions.tolerant - set(defined)):
        known = nearest(label, defined, "Modules")
        _LOG.warning("process.options.modulesToCallForTryToContinue: '%s' is no module. %s", label, known)
    outputs = {label: module.module for label, module in built.items() if isinstance(module.module, OutputModule)}
    return JobConfiguration(
        process.name_(),
        folder,
        options,
        source,
        {label: module for label, module in built.items() if label not in outputs},
        outputs,
        [_without_filters(path, built) if path.kind == "EndPath" else path for path in paths],
        {label: module.origins[""] for label, module in {**built, "source": built_source}.items()},
        idle | unread,
        frozenset(unscheduled),
        {name: _service(name, service) for name, service in process.services.items()},
        es_configuration(process),
        aliases,
    )


def _without_unread(
    built: Mapping[str, Configured], paths: Sequence[PathPlan], unscheduled: Collection[str]
) -> tuple[dict[str, Configured], dict[str, str]]:
    """The modules that may run, and why those of ConditionalTasks that nothing on their paths reads do not."""
    standing = {entry.label for path in paths for entry in path.entries} | {*unscheduled}
    why = "is on a ConditionalTask, and no module on its path reads it."
    unread = {label: f"The module '{label}' {why}" for label in built if label not in standing}
    return {label: module for label, module in built.items() if label in standing}, unread


def mistakes(process: Any) -> list[E2EFWError]:
    """What is wrong with each module, the source and each service on its own; `configure` stops at the first."""
    try:
        process = _settled(process)
    except E2EFWError as error:
        return [error]
    source = {} if process.source is None else {"source": process.source}
    found: list[E2EFWError] = []
    for label, module in {**source, **process.modules_(), **process.services}.items():
        build = _service if label in process.services else configured_module
        try:
            build(label, module)
        except E2EFWError as error:
            found.append(error)
    return found


def _settled(process: Any) -> Any:
    """The process without anything left open: placeholders, optional parameters, references, choices of the host."""
    try:
        return converted(process)
    except (RuntimeError, ValueError) as error:
        if isinstance(error, E2EFWError):
            raise
        raise ConfigurationError(str(error)) from error


def _service(name: str, service: Any) -> Service:
    """Find the plugin of a service; some read their PSets themselves."""
    plugin: type[Service] = plugin_of(name, service)
    built = plugin.from_cfg(service)
    if built is None:
        built = plugin(**values_of(name, service, plugin)[0])
    return built


def _paths(process: Any) -> list[PathPlan]:
    """What the Schedule says, else all that the cfg wrote: paths, then end paths; final paths become one at the end."""
    paths, end_paths, last = [], [], []
    for path in process.schedule_():
        entries = tuple(entry for entry in map(PathEntry.parse, path.flattened()) if entry.label not in process.aliases)
        if isinstance(path, cms.Path):
            paths.append(PathPlan(path.label_(), entries))
        elif isinstance(path, cms.EndPath):
            end_paths.append(PathPlan(path.label_(), entries, "EndPath"))
        else:
            last.append(PathPlan(path.label_(), entries, "FinalPath"))
    if last:
        name, entries = last[0].name, tuple(entry for path in last for entry in path.entries)
        end_paths.append(PathPlan(name, entries, "FinalPath"))
    return [*paths, *end_paths]


def _without_filters(path: PathPlan, modules: Mapping[str, Configured]) -> PathPlan:
    """An end path, on which only filters that look at trigger results count; says so of every other one."""
    entries = []
    for entry in path.entries:
        configured = modules[entry.label]
        plugin = type(configured.module).__name__
        heeded = configured.schema.function != "filter" or entry.ignore or plugin in HEEDED_ON_END_PATHS
        if not heeded:
            _LOG.warning(
                "FilterOnEndPath: the decision of %s on EndPath '%s' is ignored %s; put it on a Path, or inside "
                "cms.ignore",
                configured.name, path.name, configured.origins[""],
            )  # fmt: skip
        entries.append(entry if heeded else replace(entry, ignore=True, veto=False))
    return replace(path, entries=tuple(entries))
