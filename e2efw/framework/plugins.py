"""Finding a plugin class by the name a cfg gives."""

import contextlib
import functools
import sys
from importlib.metadata import EntryPoints, entry_points
from typing import Any

from e2efw.errors import ConfigurationError, LogicError, nearest

ENTRY_POINTS = "e2efw.plugins"
"""Packages name their plugins in this entry-point group: ``HcalSum = "my_package.module:HcalSum"``."""

_registered: dict[str, type[Any]] = {}


def register(cls: type[Any]) -> None:
    """Called for every plugin class when its module is imported."""
    known = _registered.get(cls.__name__)
    if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise LogicError(
            f"Two plugins are called {cls.__name__}: one in {known.__module__}, one in {cls.__module__}. Rename one."
        )
    _registered[cls.__name__] = cls


def announced() -> EntryPoints:
    """What installed packages declare."""
    return _announced(tuple(sys.path))


@functools.cache
def _announced(path: tuple[str, ...]) -> EntryPoints:
    """Those of all packages that are found on this path; to read them takes a hundredth of a second."""
    del path
    return entry_points(group=ENTRY_POINTS)


def known_plugins() -> list[str]:
    """Names of all plugins: those imported and those that installed packages declare."""
    return sorted({*_registered, *(entry.name for entry in announced())})


def find_plugin(name: str, kind: str = "") -> type[Any]:
    """The class of that name, imported if need be.

    Args:
        kind: what is looked for, such as ``Service``; the message about a name that is none lists only these.

    Raises:
        ConfigurationError: there is none; names the nearest.
    """
    if name not in _registered:
        for entry in announced().select(name=name):
            entry.load()
    if name not in _registered:
        raise ConfigurationError(
            f"no plugin '{name}'. {nearest(name, _of_kind(kind), f'{kind}s' if kind else 'Known')}"
        )
    return _registered[name]


def _of_kind(kind: str) -> list[str]:
    """Names of the plugins of one kind, or all; to know their kinds, all are imported."""
    names = known_plugins()
    if not kind:
        return names
    for entry in announced():
        with contextlib.suppress(ImportError):  # a package that is broken, or lacks something, is not what is asked for
            entry.load()
    return [name for name in names if name in _registered and _registered[name].kind == kind]
