"""From what a cfg says of one plugin to the plugin: its class, and every parameter checked and in its type."""

import logging
from collections.abc import Mapping
from typing import Any

from e2efw import config as cms
from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.dataflow import Configured
from e2efw.framework.modules import Module
from e2efw.framework.parameters import Parameter, camel_case
from e2efw.framework.plugins import find_plugin
from e2efw.framework.schema import schema_of

_LOG = logging.getLogger("e2efw.framework")


def configured_module(label: str, module: Any) -> Configured:
    """Find the plugin and give it the values of the cfg."""
    plugin: type[Module] = plugin_of(label, module)
    values, origins = values_of(label, module, plugin)
    return Configured(label, plugin(**values), schema_of(plugin), origins)


def plugin_of(label: str, module: Any) -> type[Any]:
    """The class that the cfg names, if it is of the kind that the cfg says."""
    try:
        plugin = find_plugin(module.type_(), type(module).__name__)
    except ConfigurationError as error:
        raise ConfigurationError(f"'{label}' ({module.origin_()}): {error}") from error
    written = type(module).__name__
    if plugin.kind != written:
        raise ConfigurationError(
            f"'{label}': {plugin.__name__} is an {plugin.kind}, write cms.{plugin.kind}, "
            f"not cms.{written} ({module.origin_()})."
        )
    return plugin


def values_of(label: str, module: Any, plugin: type[Module]) -> tuple[dict[str, Any], dict[str, str]]:
    """Values by Python name, and where each parameter was set by cfg name."""
    schema = schema_of(plugin)
    origins = {"": f"({module.origin_()})"}
    written_parameters = module.parameters_()
    old = {name: written_parameters.pop(name) for name in list(written_parameters) if name in plugin.old_parameters()}
    values = {}
    for cfg_name, given in written_parameters.items():
        origins[cfg_name] = f"({given.origin_()})"
        if cfg_name not in schema.parameters:
            raise ConfigurationError(
                f"{plugin.__name__} '{label}': no parameter '{cfg_name}' {origins[cfg_name]}. "
                f"{nearest(cfg_name, [*schema.parameters, *plugin.old_parameters()])}"
            )
        parameter = schema.parameters[cfg_name]
        values[parameter.name] = _value(
            f"{plugin.__name__} '{label}': parameter '{cfg_name}'", parameter, module, given
        )
    if old:
        values |= _translated(plugin, label, old, origins)
    for parameter in schema.parameters.values():
        if parameter.required and parameter.name not in values:
            raise ConfigurationError(
                f"{plugin.__name__} '{label}': parameter '{parameter.cfg_name}' must be set {origins['']}. "
                f"It is: {parameter.doc}."
            )
    return values, origins


def _translated(plugin: type[Module], label: str, old: Mapping[str, Any], origins: dict[str, str]) -> Mapping[str, Any]:
    """Values of today's parameters that stand for those of an earlier system; says so once."""
    who, names, origin = f"{plugin.__name__} '{label}'", ", ".join(old), f"({next(iter(old.values())).origin_()})"
    try:
        values = plugin.translated({name: given.value() for name, given in old.items()})
    except ValueError as error:
        raise ConfigurationError(f"{who}: {error} {origin}.") from error
    today = {camel_case(name): value for name, value in values.items()}
    for name in today:
        if name in origins:
            raise ConfigurationError(
                f"{who}: '{name}' {origins[name]} and {names} {origin} say the same; keep '{name}'."
            )
        origins[name] = origin
    _LOG.warning("%s: %s %s stands for %s", who, names, origin, "; ".join(f"{a} = {b!r}" for a, b in today.items()))
    return values


def _value(who: str, parameter: Parameter, module: Any, given: Any) -> Any:
    """The Python value of a cfg parameter; a plain Python value in the cfg takes the type that the plugin declares."""
    written = type(given).__name__
    try:
        if given.isInferred():
            module.retype_(parameter.cfg_name, getattr(cms, parameter.cms_type), parameter.tracked)
            given = module.getParameter(parameter.cfg_name)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ConfigurationError(f"{who} is a {parameter.cms_type}, not a {written}: {error}") from error
    if not parameter.accepts(type(given).__name__):
        raise ConfigurationError(f"{who} is a {parameter.cms_type}, not a {written} ({given.origin_()}).")
    try:
        return parameter.convert(given.value())
    except ValueError as error:
        raise ConfigurationError(f"{who}: {error} ({given.origin_()}).") from error
