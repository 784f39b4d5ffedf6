"""The MessageLogger that every process is born with: destinations, and limits per category."""

from typing import Any

from e2efw.config.booleans import bool as cms_bool
from e2efw.config.declared import optional
from e2efw.config.modules import Service
from e2efw.config.parameter import Parameter
from e2efw.config.parametertypes import untracked
from e2efw.config.pset import Parameterizable, PSet
from e2efw.config.scalars import int32, string
from e2efw.config.vectors import vstring

NAME = "MessageLogger"
_LISTS = ("debugModules", "suppressDebug", "suppressFwkInfo", "suppressInfo", "suppressWarning")


def message_logger() -> Service:
    """A fresh MessageLogger with default values."""
    return Service(
        NAME,
        cerr=_destination(True, INFO=_category(0), FwkReport=_category(10_000_000), default=_category(10_000_000)),
        cout=_destination(False),
        files=untracked(PSet(allowAnyLabel_=optional.untracked.PSet)),
        **{name: untracked(vstring()) for name in _LISTS},
    )


def is_default(service: Service) -> bool:
    """Whether a service is a MessageLogger as a process is born with it."""
    return service.type_() == NAME and _values(service) == _DEFAULT


def _values(owner: Parameterizable) -> dict[str, Any]:
    """What is set, nested PSets likewise."""
    held = {name: parameter.concrete_() for name, parameter in owner._parameters.items()}
    return {
        name: _values(value) if isinstance(value, PSet) else (value.value(), value.isTracked())
        for name, value in held.items()
        if value is not None
    }


def _category(limit: int) -> PSet:
    return untracked(PSet(limit=untracked(int32(limit)), reportEvery=untracked(int32(1))))


def _destination(enabled: bool, **categories: PSet) -> PSet:
    """Where messages go; a name that is not declared is a category with its limits."""
    category = optional.untracked.PSetTemplate(
        limit=optional.untracked.int32, reportEvery=untracked(int32(1)), timespan=optional.untracked.int32
    )
    declared: dict[str, Parameter] = {
        "enable": untracked(cms_bool(enabled)),
        "enableStatistics": untracked(cms_bool(False)),
        "lineLength": optional.untracked.int32,
        "noLineBreaks": optional.untracked.bool,
        "noTimeStamps": untracked(cms_bool(False)),
        "statisticsThreshold": untracked(string("WARNING")),
        "threshold": untracked(string("INFO")),
    }
    block = PSet(allowAnyLabel_=category)
    block._parameters.update(declared)
    for name, limits in categories.items():
        setattr(block, name, limits)
    block.resetModified()
    return untracked(block)


_DEFAULT = _values(message_logger())
