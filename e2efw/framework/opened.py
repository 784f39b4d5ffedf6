"""A job after all checks: products resolved, modules ordered and begun, outputs prepared."""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from e2efw.errors import ConfigurationError
from e2efw.framework.aliases import first_names
from e2efw.framework.blocks import ProductInfo, Wanted
from e2efw.framework.configured import JobConfiguration
from e2efw.framework.context import ModuleContext
from e2efw.framework.dataflow import Dataflow, resolve
from e2efw.framework.eventsetup import EventSetup
from e2efw.framework.files import find_file
from e2efw.framework.limits import OutputLimits
from e2efw.framework.modules import OpenSource, OutputWriter
from e2efw.framework.observer import JobView, Observers
from e2efw.framework.plan import OutputPlan, Plan, demanded, last_use, through_demand
from e2efw.framework.provenance import Provenance
from e2efw.framework.recording import process_record, settle
from e2efw.framework.schedule import RESULTS, PathPlan, Step, ordered
from e2efw.framework.select_events import Selection, processes
from e2efw.framework.tags import ProductKey
from e2efw.framework.transitions import Surroundings
from e2efw.framework.worker import Worker
from e2efw.io import path_results

_LOG = logging.getLogger("e2efw.framework")


@dataclass(frozen=True)
class Opened:
    """A job ready for events.

    Args:
        n_events: how many there will be at most, -1 if that shows only at the end.
        aliases: for each product of an EDAlias, the product that it is.
    """

    source: OpenSource
    n_events: int
    plan: Plan
    writers: Mapping[str, OutputWriter]
    limits: OutputLimits
    wanted: Wanted
    aliases: Mapping[ProductKey, ProductKey]

    @classmethod
    def open(
        cls, configuration: JobConfiguration, source: OpenSource, observers: Observers, stack: contextlib.ExitStack
    ) -> Self:
        """Check the flow of products, prepare the outputs, begin the modules; what is quick to check comes first."""
        process = configuration.process_name
        _check_process_name(process, source)
        n_events = _expected_events(configuration, source)
        limits = OutputLimits(list(configuration.outputs), configuration.options.max_written)
        content = {**source.content, **_made_by_framework(configuration.paths, process)}
        unscheduled = configuration.unscheduled
        flow = resolve(configuration.running, content, process, configuration.idle, unscheduled, configuration.aliases)
        outputs = {label: _selecting(label, configuration, flow) for label in configuration.outputs}
        needs = flow.needs(process)
        on_demand = _on_demand(configuration, needs)
        steps = ordered(configuration.paths, _on_paths(configuration, needs, on_demand))
        facts: dict[str, dict[str, Any]] = {label: {} for label in configuration.running}
        record = process_record(configuration, flow, facts)
        provenance = Provenance([*source.provenance.processes, record])
        writers: dict[str, OutputWriter] = {}
        for label, output in configuration.outputs.items():
            with configuration.blaming(label, output):
                writers[label] = output.open(flow.content, provenance)
            stack.callback(writers[label].abort)
            makers = {
                label: {
                    key.label
                    for key in first_names(label, writers[label].wanted, flow.aliases)
                    if key.process == process
                }
            }
            asked = demanded(label, {**needs, **makers}, unscheduled)
            outputs[label] = OutputPlan(outputs[label].selection, outputs[label].results, asked)
        needed = _needed(configuration, flow, on_demand, outputs)
        settle(record, needed, configuration, flow)
        setup = EventSetup(
            configuration.eventsetup.modules,
            configuration.eventsetup.preferred,
            lambda name: find_file(name, configuration.folder),
        )
        workers = {}
        for label in needed:
            configured = configuration.running[label]
            options = configuration.options
            context = ModuleContext(
                *(configured, flow, configuration.folder, options.threads_per_stream),
                *(facts[label], observers, options.accelerators),
            )
            workers[label] = _begun(configuration, context, setup, stack)
        kept: dict[ProductKey, type[Any] | None] = {}
        for label, writer in writers.items():
            kept |= {key: kept.get(key) or cls for key, cls in first_names(label, writer.wanted, flow.aliases).items()}
        read = set(kept) | {key for label in needed for key in flow.inputs[label].values() if key is not None}
        selecting = {key for output in outputs.values() for key in output.results.values()}
        late = {label for output in outputs.values() for label in output.on_demand}
        own = ProductKey(RESULTS, "", process)
        plan = Plan(
            configuration.paths,
            steps,
            workers,
            outputs,
            on_demand,
            last_use(steps, workers, on_demand, late, set(kept) | selecting),
            own if own in read else None,
            _status_keys(configuration.paths, process, read),
            {key: label for label, worker in workers.items() for key in worker.outputs},
            configuration.options.actions,
            observers,
            {key: flow.aliases[key] for writer in writers.values() for key in writer.wanted if key in flow.aliases},
        )
        wanted = {key: flow.content[key].product_class or kept.get(key) for key in source.content if key in read}
        wanted |= dict.fromkeys(selecting, path_results.RESULTS_CLASS)
        if configuration.options.print_dependencies:
            _print_dependencies(plan, flow)
        return cls(source, n_events, plan, writers, limits, wanted, flow.aliases)

    def plugins(self, configuration: JobConfiguration) -> dict[str, str]:
        """Labels and types of everything that takes time, in the order it runs."""
        plan = self.plan
        order: list[str] = []
        for step in plan.steps:
            if isinstance(step, Step) and step.entry.label in plan.workers:
                order += [*plan.on_demand.get(step.entry.label, ()), step.entry.label]
        order += [label for output in plan.outputs.values() for label in output.on_demand]
        modules = {label: type(plan.workers[label].module).__name__ for label in dict.fromkeys(order)}
        outputs = {label: type(output).__name__ for label, output in configuration.outputs.items()}
        return {"source": type(configuration.source).__name__, **modules, **outputs}

    def view(self, configuration: JobConfiguration) -> JobView:
        """What observers may know."""
        return JobView(
            configuration.process_name,
            configuration.options.threads,
            configuration.options.streams,
            self.n_events,
            self.plugins(configuration),
            {
                path.name: [entry.label for entry in path.entries if entry.label not in configuration.outputs]
                for path in configuration.paths
            },
            {label: worker.inputs for label, worker in self.plan.workers.items()},
            list(configuration.outputs),
            {name: key for name, key in self.aliases.items() if key.label in self.plan.workers},
            {label: list(writer.wanted) for label, writer in self.writers.items()},
        )


def _made_by_framework(paths: Sequence[PathPlan], process: str) -> dict[ProductKey, ProductInfo]:
    """Trigger results, if there is a path, and the status of each path; of end paths if there are several."""
    names = [path.name for path in paths if path.kind == "Path"]
    several = sum(path.kind == "EndPath" for path in paths) > 1
    content = {
        ProductKey(path.name, "", process): path_results.status_info(path.kind)
        for path in paths
        if path.kind == "Path" or (path.kind == "EndPath" and several)
    }
    return content | ({ProductKey(RESULTS, "", process): path_results.results_info(names)} if names else {})


def _status_keys(paths: Sequence[PathPlan], process: str, read: set[ProductKey]) -> dict[int, ProductKey]:
    keys = {number: ProductKey(path.name, "", process) for number, path in enumerate(paths)}
    return {number: key for number, key in keys.items() if key in read}


def _selecting(label: str, configuration: JobConfiguration, flow: Dataflow) -> OutputPlan:
    """The events that an output chooses, checked against the names of the paths."""
    output = configuration.outputs[label]
    with configuration.blaming(label, output):
        who = f"{type(output).__name__} '{label}'"
        entries = output.select_events.select_events
        names = {"": [path.name for path in configuration.paths if path.kind == "Path"]}
        known = {key.process: key for key in flow.content if (key.label, key.instance) == (RESULTS, "")}
        results = {}
        for process in processes(entries, who) - {""}:
            if process == configuration.process_name:
                names[process] = names[""]
            elif process in known and flow.content[known[process]].description.get("paths"):
                names[process] = flow.content[known[process]].description["paths"]
                results[process] = known[process]
        return OutputPlan(Selection(entries, names, who), results)


def _on_demand(configuration: JobConfiguration, needs: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """For each module on a path, the unscheduled ones that it needs."""
    scheduled = [label for label in configuration.running if label not in configuration.unscheduled]
    return {label: demanded(label, needs, configuration.unscheduled) for label in scheduled}


def _on_paths(
    configuration: JobConfiguration, needs: Mapping[str, set[str]], on_demand: Mapping[str, Sequence[str]]
) -> dict[str, set[str]]:
    """For each module on a path, what must have run on paths before it."""
    unscheduled = configuration.unscheduled
    return {label: through_demand(label, needs, asked, unscheduled) for label, asked in on_demand.items()}


def _needed(
    configuration: JobConfiguration,
    flow: Dataflow,
    on_demand: Mapping[str, Sequence[str]],
    outputs: Mapping[str, OutputPlan],
) -> list[str]:
    """Labels of the modules that will run, makers before readers among the unscheduled ones.

    Raises:
        E2EFWError: one of them lacks what it reads.
    """
    asked = [*on_demand.values(), *(output.on_demand for output in outputs.values())]
    demand = dict.fromkeys(label for labels in asked for label in labels)
    for label in demand:
        if label in flow.unresolved:
            raise flow.unresolved[label]
    unused = [label for label in configuration.unscheduled if label not in demand]
    if unused:
        _LOG.info("modules on tasks that nobody needs, which never run: %s", ", ".join(sorted(unused)))
    if not configuration.options.delete_unused:
        demand |= dict.fromkeys(label for label in unused if label not in flow.unresolved)
    return [*on_demand, *demand]


def _check_process_name(name: str, source: OpenSource) -> None:
    """A name that made products of the input cannot make others: they would have the same branches."""
    used = {key.process for key in source.content} | {process.name for process in source.provenance.processes}
    if name in used:
        raise ConfigurationError(
            f"the input has been through a process '{name}' already; give this one another name, such as '{name}2'. "
            f"Used: {', '.join(sorted(used))}."
        )


def _expected_events(configuration: JobConfiguration, source: OpenSource) -> int:
    """What the source has and what the job wants, whichever is less; -1 if that shows only at the end.

    Raises:
        ConfigurationError: both are without end.
    """
    wanted = configuration.options.max_events
    if source.n_events is None and wanted < 0:
        name = type(configuration.source).__name__
        with configuration.blaming("source", configuration.source):
            raise ConfigurationError(f"{name} never ends: set process.maxEvents.input to the number of events to make.")
    return min((n for n in (source.n_events, wanted) if n is not None and n >= 0), default=-1)


def _begun(
    configuration: JobConfiguration, context: ModuleContext, setup: EventSetup, stack: contextlib.ExitStack
) -> Worker:
    """A module that has opened what it needs."""
    configured = context.configured
    module, label = configured.module, configured.label
    schema, state = configured.schema, None
    with configuration.blaming(label, module):
        records = setup.read_by(module, schema.records, configured.name)
        if module.begin_job is not None:
            state = module.begin_job(context)
            stack.callback(module.end_job, state)
    surroundings = Surroundings(module, schema.states, records)
    stack.callback(surroundings.close)
    outputs = list(configured.products(configuration.process_name))
    inputs = context.flow.inputs[label]
    return Worker(label, module, schema, inputs, outputs, state, surroundings if surroundings.matter else None)


def _print_dependencies(plan: Plan, flow: Dataflow) -> None:
    """``process.options.printDependencies``."""
    for label in plan.workers:
        makers = sorted({str(key) for key in flow.inputs[label].values() if key is not None})
        _LOG.info("'%s' consumes %s", label, ", ".join(makers) or "nothing")
