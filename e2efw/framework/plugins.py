"""Finding a plugin class by the name a cfg gives."""

from importlib.metadata import entry_points
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


def known_plugins() -> list[str]:
    """Names of all plugins: those imported and those that installed packages declare."""
    return sorted({*_registered, *(entry.name for entry in entry_points(group=ENTRY_POINTS))})


def find_plugin(name: str) -> type[Any]:
    """The class of that name, imported if need be.

    Raises:
        ConfigurationError: there is none; names the nearest.
    """
    if name not in _registered:
        for entry in entry_points(group=ENTRY_POINTS, name=name):
            entry.load()
    if name not in _registered:
        raise ConfigurationError(f"no plugin '{name}'. {nearest(name, known_plugins())}")
    return _registered[name]
