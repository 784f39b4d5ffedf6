"""Types for raw Python values in a module's constructor: our one extension of CMSSW's language.

``cms.EDProducer("HcalSum", minEnergy = 0.3)`` needs no ``cms.double``. The type guessed here is provisional: the
parameter is marked inferred, and the framework may retype it to what the plugin declares.
"""

from typing import Any

from e2efw.config.booleans import bool as cms_bool
from e2efw.config.booleans import vbool
from e2efw.config.parameter import Parameter
from e2efw.config.scalars import double, int32, int64, string
from e2efw.config.vectors import vdouble, vint32, vint64, vstring

_SCALARS: tuple[tuple[type, tuple[type[Parameter], ...]], ...] = (
    (bool, (cms_bool,)),  # before int, which bool is
    (int, (int32, int64)),
    (float, (double,)),
    (str, (string,)),
)
_VECTORS: tuple[tuple[tuple[type, ...], tuple[type[Parameter], ...]], ...] = (
    ((bool,), (vbool,)),
    ((int,), (vint32, vint64)),
    ((int, float), (vdouble,)),
    ((str,), (vstring,)),
)


def infer(value: Any) -> Parameter | None:
    """The parameter for a raw scalar or homogeneous list, or None if no type fits.

    bool, int, float and str become bool, int32 (int64 where needed), double and string; lists and tuples the
    corresponding vectors, an empty one a vstring.
    """
    kinds: tuple[type[Parameter], ...] = ()
    if isinstance(value, (list, tuple)):
        kinds = next((found for types, found in _VECTORS if all(_is_one(item, types) for item in value)), ())
        kinds = kinds if value else (vstring,)
    else:
        kinds = next((found for kind, found in _SCALARS if isinstance(value, kind)), ())
    for kind in kinds:
        try:
            parameter = kind(value)
        except (ValueError, TypeError):  # too wide for this kind
            continue
        parameter._inferred = True
        return parameter
    return None


def _is_one(item: Any, types: tuple[type, ...]) -> bool:
    return isinstance(item, types) and (bool in types or not isinstance(item, bool))
