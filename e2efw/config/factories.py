"""Modules with the defaults that their plugins declare: ``from e2efw.modules import JetFrameProducer``.

In CMSSW every package has such a module: ``from RecoE2E.FrameProducers.modules import JetFrameProducer`` works in a cfg
here too, and so does ``.modules`` of every other package of which there are fragments. What is imported is a function;
called with changes, it returns the module.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from e2efw.config import declared, modules, parametertypes, pset
from e2efw.config.origin import here
from e2efw.errors import ConfigurationError, nearest

Factory = Callable[..., Any]


def factory(plugin: str) -> Factory:
    """The function that makes modules of a plugin.

    Raises:
        ConfigurationError: there is no such plugin; names the nearest.
        AttributeError: a name of Python's own.
    """
    if plugin.startswith("_"):
        raise AttributeError(plugin)
    from e2efw.framework.plugins import find_plugin  # noqa: PLC0415 (the language stands on its own)

    found = find_plugin(plugin)

    def make(*blocks: Any, **changes: Any) -> Any:
        return _made(found, blocks, changes)

    make.__name__ = make.__qualname__ = plugin
    make.__doc__ = found.__doc__
    return make


def names() -> list[str]:
    """All plugins."""
    from e2efw.framework.plugins import known_plugins  # noqa: PLC0415 (the language stands on its own)

    return known_plugins()


def _made(plugin: Any, blocks: tuple[Any, ...], changes: dict[str, Any]) -> Any:
    """The module: every declared parameter, typed; changes follow the rules of a module's clone.

    Parameters of earlier systems stand for several of today's: with one of them only what is given is set.

    Raises:
        ConfigurationError: a parameter that the plugin does not have; names the nearest.
    """
    from e2efw.framework.parameters import declared as declared_by  # noqa: PLC0415 (the language stands on its own)

    kind = getattr(modules, plugin.kind)
    old = plugin.old_parameters()
    if any(name in old for name in changes):
        return kind(plugin.__name__, *blocks, **changes)
    known = declared_by(plugin)
    for name in changes:
        if known and name not in known:
            raise ConfigurationError(
                f"{plugin.__name__}: no parameter '{name}' ({here()}). {nearest(name, [*known, *old])}"
            )
    return kind(plugin.__name__, **_typed(known)).clone(*blocks, **changes)


def _typed(known: Any) -> dict[str, Any]:
    """The declared parameters with their defaults, of which some are to be set."""
    found = {}
    for name, parameter in known.items():
        kind = parametertypes.TYPES[parameter.cms_type]
        if parameter.required:
            typed: Any = declared.Required((kind,), tracked=parameter.tracked)
        else:
            typed = _default(kind, parameter.default)
            typed.setIsTracked(parameter.tracked)
        found[name] = typed
    return found


def _default(kind: Any, value: Any) -> Any:
    """A parameter of this type from a value that a plugin declares."""
    if kind is pset.PSet:
        return _pset(value)
    if kind is pset.VPSet:
        return pset.VPSet(*map(_pset, value))
    if isinstance(value, tuple):
        return kind(*(item if isinstance(item, bool | int | float | str) else str(item) for item in value))
    return kind(value if isinstance(value, bool | int | float | str) else str(value))


def _pset(value: Any) -> Any:
    """A PSet from a set of parameters."""
    from e2efw.framework.parameters import declared as declared_by  # noqa: PLC0415 (the language stands on its own)

    given = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    filled = pset.PSet()
    for name, parameter in declared_by(type(value)).items():
        typed = _default(parametertypes.TYPES[parameter.cms_type], given[parameter.name])
        typed.setIsTracked(parameter.tracked)
        setattr(filled, name, typed)
    return filled
