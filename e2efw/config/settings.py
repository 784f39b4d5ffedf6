"""``--set module.parameter=value``: parameters changed from the command line, after the cfg has run."""

import ast
from collections.abc import Iterable
from typing import Any

from e2efw.config.inference import infer
from e2efw.config.origin import Origin
from e2efw.config.parameter import Parameter
from e2efw.config.process import Process
from e2efw.config.pset import Parameterizable, PSet
from e2efw.config.scalars import string
from e2efw.errors import CommandLineError, nearest

ORIGIN = Origin("--set", 0)
_WORDS = {"true": True, "false": False}


def apply_settings(process: Process, settings: Iterable[str]) -> None:
    """Change parameters of a process in place.

    The text is read by the type of the parameter; for a list, commas split. A parameter not set yet is recorded with
    the type its text looks like and marked inferred, so that the framework can check it against the plugin.

    Args:
        process: what to change.
        settings: ``module.parameter=value`` or ``module.pset.parameter=value``; a module or
            ``source``, ``options``, ``maxEvents``.

    Raises:
        CommandLineError: not of this form, nothing of that name, or a text that is no such value.
    """
    for setting in settings:
        target, equals, text = setting.partition("=")
        label, *names = target.strip().split(".")
        if not equals or not names or not all(names):
            raise CommandLineError(f"--set {setting!r}: wanted module.parameter=value.")
        owners: dict[str, Parameterizable] = {
            name: found for name, found in vars(process)["_objects"].items() if isinstance(found, Parameterizable)
        }
        if label not in owners:
            raise CommandLineError(
                f"--set {setting!r}: process {process.name_()!r} has no {label!r}. {nearest(label, owners)}"
            )
        _change(owners[label], names, text, setting)


def _change(owner: Parameterizable, names: list[str], text: str, setting: str) -> None:
    """Replace one parameter by a changed copy, so that whoever shares the old one keeps its value."""
    name, *deeper = names
    parameters = vars(owner)["_parameters"]
    old = parameters.get(name)
    held = None if old is None else old.concrete_()
    old = held if isinstance(held, PSet) else old
    if deeper:
        if not isinstance(old, PSet):
            psets = [key for key, value in parameters.items() if isinstance(value, PSet)]
            raise CommandLineError(f"--set {setting!r}: {name!r} is no PSet. {nearest(name, psets, 'PSets')}")
        new: Any = old.copy()
        _change(new, deeper, text, setting)
    else:
        new = _guessed(text) if old is None or old.isInferred() else _read(old, text, setting)
        new._locate(ORIGIN)
    parameters[name] = new


def _read(old: Parameter, text: str, setting: str) -> Parameter:
    if isinstance(old, PSet):
        raise CommandLineError(
            f"--set {setting!r}: that is a PSet; name one of its parameters. {nearest('', old.parameterNames_())}"
        )
    try:
        value = old.read_(text)
    except (ValueError, TypeError, RuntimeError):
        raise CommandLineError(
            f"--set {setting!r}: {text!r} is no {type(old).__name__}, which the parameter is ({old.origin_()})."
        ) from None
    value.setIsTracked(old.isTracked())
    value._modified = old.isModified() or value != old
    return value


def _guessed(text: str) -> Parameter:
    """A parameter of the type that the text looks like; `retype_` reads the text again, as what the plugin wants."""
    try:
        looks_like = _WORDS[text] if text in _WORDS else ast.literal_eval(text)
    except (ValueError, SyntaxError):
        looks_like = text
    inferred = infer(looks_like)
    parameter = string(text) if inferred is None else inferred
    parameter._inferred = True
    parameter._text = text
    parameter._modified = True
    return parameter
