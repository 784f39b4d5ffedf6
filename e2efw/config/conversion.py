"""From what a cfg wrote to what the job gets: everything that was left open is settled here."""

import copy
import logging
from typing import Any

from e2efw.config.accelerators import ServicesOnly, module_type_resolver, selected_accelerators
from e2efw.config.declared import unset_names
from e2efw.config.eventids import Numbered
from e2efw.config.graphics import NvidiaAccelerator
from e2efw.config.modules import Module
from e2efw.config.parameter import Parameter
from e2efw.config.parametertypes import TYPES
from e2efw.config.process import Process
from e2efw.config.pset import Parameterizable, PSet, VPSet
from e2efw.config.scalars import string
from e2efw.config.secsource import SecSource
from e2efw.config.switch import SwitchProducer
from e2efw.config.tasks import ConditionalTask
from e2efw.errors import nearest

_LOG = logging.getLogger("e2efw.config")
_REFERENCE = "refToPSet_"


def converted(process: Process) -> Process:
    """The process as the job gets it; the one given keeps what was left open, except for placeholders.

    Placeholders are resolved, optional parameters without value are gone and so are obsolete ones, ``refToPSet_`` has
    become the PSet it names, SwitchProducers the case that this host can run, accelerators are chosen.

    Raises:
        RuntimeError: a required parameter without value, a reference or placeholder to nothing, no possible case.
        ValueError: `process.options.accelerators` fits nothing.
    """
    process.resolve()
    _tell_what_has_no_effect(process)
    job = copy.copy(process)
    disabled = {id(item) for item in process.disabled_()}
    job._objects = {label: found for label, found in process._objects.items() if id(found) not in disabled}
    _list_tolerant_modules(job)
    accelerators = list(process.processAccelerators.values())
    patterns = process.options.accelerators
    chosen = selected_accelerators(patterns, [NvidiaAccelerator(), *accelerators])
    job._accelerators = tuple(chosen)
    for accelerator in accelerators:
        accelerator.apply(ServicesOnly(job), chosen)
    resolver = module_type_resolver(accelerators, chosen)
    for label, found in list(job._objects.items()):
        new = found
        if isinstance(found, SwitchProducer):
            new = found.cases_()[found.chosen_(chosen)]
        if isinstance(new, Parameterizable):
            new = settled(new, process)
        if resolver is not None and isinstance(new, Module):
            new = copy.copy(new) if new is found else new
            new._parameters = dict(new._parameters)
            resolver.setModuleVariant(new)
        job._objects[label] = new
    return job


def _list_tolerant_modules(job: Process) -> None:
    """`Module.shouldTryToContinue` is an entry of an option."""
    labels = [label for label, module in job.modules_().items() if module._tolerant]
    if labels:
        options = job.options.clone()
        options.modulesToCallForTryToContinue = [*options.modulesToCallForTryToContinue, *labels]
        job._objects["options"] = options


def _tell_what_has_no_effect(process: Process) -> None:
    """One notice for conditions, which formulas stand for here, and one for what CMSSW has given up."""
    if any(isinstance(task, ConditionalTask) for task in process.associatedTasks_()):
        _LOG.warning("cms.ConditionalTask is gone from CMSSW 16; write a cms.Task, whose modules run for every reader")
    tag = getattr(process.es_sources.get("GlobalTag"), "globaltag", None)
    if tag is not None:
        _LOG.warning("GlobalTag %s is kept in the provenance and has no effect: no conditions are read", tag.value())


def settled(owner: Any, process: Any = None) -> Any:
    """The same module or PSet if nothing in it is open, else a copy in which it is settled.

    Args:
        owner: a module or PSet.
        process: where ``refToPSet_`` looks; None if there are none.

    Raises:
        RuntimeError: a required parameter without value, or a reference to nothing.
    """
    missing = list(unset_names(owner._parameters.items()))
    if missing:
        raise RuntimeError(f"{owner._who()}: required parameter {missing[0]!r} has no value ({owner.origin_()}).")
    parameters = _referred(owner, process) if isinstance(owner, PSet) else owner._parameters
    new = {name: _settled_parameter(parameter, process) for name, parameter in parameters.items()}
    kept = {name: parameter for name, parameter in new.items() if parameter is not None}
    if parameters is owner._parameters and _same(kept, parameters):
        return owner
    twin = copy.copy(owner)
    twin._parameters = kept
    return twin


def _same(new: dict[str, Parameter], old: dict[str, Parameter]) -> bool:
    return len(new) == len(old) and all(new[name] is old[name] for name in new)


def _settled_parameter(parameter: Parameter, process: Any) -> Parameter | None:
    held: Any = None if _obsolete(parameter) else parameter.concrete_()
    if isinstance(held, Parameterizable):
        settled_parameter: Parameter = settled(held, process)
        return settled_parameter
    if isinstance(held, VPSet):
        new = [settled(pset, process) for pset in held]
        if any(one is not other for one, other in zip(new, held, strict=True)):
            twin = copy.copy(held)
            twin._items = new
            return twin
    kept: Parameter | None = held
    return kept


def _obsolete(parameter: Parameter) -> bool:
    return parameter._declared and getattr(parameter, "_word", "") == "obsolete"


def _referred(pset: PSet, process: Any) -> dict[str, Parameter]:
    """The parameters of a PSet, or of the one of the process that it refers to, however often that refers on."""
    seen: list[str] = []
    while _REFERENCE in pset._parameters:
        reference = pset._parameters[_REFERENCE]
        name = reference.value()
        found = getattr(process, "_objects", {}).get(name)
        if not isinstance(reference, string) or not isinstance(found, PSet) or name in seen:
            known = getattr(process, "psets", {})
            raise RuntimeError(
                f"{_REFERENCE} = {name!r} names no PSet of the process ({reference.origin_()}). "
                f"{nearest(str(name), known)}"
            )
        seen.append(name)
        own = {key: value for key, value in pset._parameters.items() if key != _REFERENCE}
        if own:
            raise RuntimeError(f"{_REFERENCE} stands alone, not beside {', '.join(own)} ({reference.origin_()}).")
        pset = found
    return pset._parameters


def neutral(owner: Parameterizable) -> dict[str, tuple[str, bool, Any]]:
    """Type, trackedness and plain value of each parameter, nested PSets likewise: what any builder can take."""
    described = {}
    for name, parameter in settled(owner)._parameters.items():
        described[name] = (type(parameter).__name__, parameter.isTracked(), _neutral_value(parameter))
    return described


def _neutral_value(parameter: Parameter) -> Any:
    if isinstance(parameter, SecSource):
        return [parameter.type_(), neutral(parameter)]
    if isinstance(parameter, PSet):
        return neutral(parameter)
    if isinstance(parameter, VPSet):
        return [neutral(pset) for pset in parameter]
    if isinstance(parameter, Numbered):
        return list(parameter.value())
    value = parameter.value()
    return (
        [item if isinstance(item, (int, float, str)) else str(item) for item in value]
        if isinstance(value, list)
        else value
    )


def from_neutral(described: dict[str, tuple[str, bool, Any]]) -> PSet:
    """The PSet that `neutral` described."""
    block = PSet()
    for name, (kind, tracked, value) in described.items():
        if kind == "PSet":
            parameter: Parameter = from_neutral(value)
        elif kind == "VPSet":
            parameter = VPSet(*(from_neutral(one) for one in value))
        elif kind == "SecSource":
            parameter = SecSource(value[0], from_neutral(value[1]))
        elif issubclass(TYPES[kind], Numbered):
            parameter = TYPES[kind](*value)
        else:
            parameter = TYPES[kind](value)
        parameter.setIsTracked(tracked)
        block._parameters[name] = parameter
    return block
