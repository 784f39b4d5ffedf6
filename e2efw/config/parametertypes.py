"""All parameter types, and ``untracked``."""

from collections.abc import Callable
from typing import Any, TypeVar

from e2efw.config.booleans import bool, vbool
from e2efw.config.estags import ESInputTag, VESInputTag
from e2efw.config.eventids import (
    EventID,
    EventRange,
    LuminosityBlockID,
    LuminosityBlockRange,
    VEventID,
    VEventRange,
    VLuminosityBlockID,
    VLuminosityBlockRange,
)
from e2efw.config.origin import here
from e2efw.config.parameter import Parameter
from e2efw.config.pset import PSet, VPSet
from e2efw.config.scalars import FileInPath, double, int32, int64, string, uint32, uint64
from e2efw.config.secsource import SecSource
from e2efw.config.tags import InputTag, VInputTag
from e2efw.config.vectors import vdouble, vint32, vint64, vstring, vuint32, vuint64
from e2efw.errors import nearest

T = TypeVar("T", bound=Parameter)

TYPES: dict[str, type[Parameter]] = {
    kind.__name__: kind
    for kind in (
        *(int32, uint32, int64, uint64, double, bool, string, FileInPath),
        *(vint32, vuint32, vint64, vuint64, vdouble, vbool, vstring),
        *(InputTag, VInputTag, ESInputTag, VESInputTag, PSet, VPSet, SecSource),
        *(EventID, EventRange, LuminosityBlockID, LuminosityBlockRange),
        *(VEventID, VEventRange, VLuminosityBlockID, VLuminosityBlockRange),
    )
}
"""Every parameter type by the name that a cfg writes."""


class Untracked:
    """``cms.untracked.int32(1)`` or ``cms.untracked(cms.int32(1))``: a parameter that stays out of the provenance."""

    def __call__(self, parameter: T) -> T:
        """Make a parameter untracked.

        Raises:
            TypeError: it is no parameter.
        """
        if not isinstance(parameter, Parameter):
            raise TypeError(
                f"cms.untracked: {parameter!r} is no parameter; write cms.untracked.int32(5) and the like ({here()})."
            )
        parameter.setIsTracked(False)
        return parameter

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__") or name not in TYPES:
            raise AttributeError(f"cms.untracked: no parameter type {name!r} ({here()}). {nearest(name, TYPES)}")
        kind = TYPES[name]
        return lambda *arguments, **parameters: self(kind(*arguments, **parameters))


untracked = Untracked()
