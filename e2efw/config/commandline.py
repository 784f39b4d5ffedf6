"""``cms.arguments``: a cfg's own ``name=value`` arguments in one line."""

import sys
from types import SimpleNamespace
from typing import Any

from e2efw.config.origin import here
from e2efw.config.parametertypes import TYPES
from e2efw.errors import CommandLineError, nearest

_KINDS = {bool: "bool", int: "int64", float: "double", str: "string"}


def read(name: str, kind: type, text: str) -> Any:
    """The value of one argument.

    Args:
        name: of the argument.
        kind: bool, int, float or str.
        text: what stands behind the ``=``.

    Raises:
        CommandLineError: the text is no such value.
    """
    try:
        return TYPES[_KINDS[kind]].fromText_(text).value()
    except ValueError:
        raise CommandLineError(f"argument {name!r}: {text!r} is no {kind.__name__}.") from None


def arguments(**defaults: Any) -> SimpleNamespace:
    """The cfg's arguments, ``e2efw run my_cfg.py name=value ...``, over their defaults.

    Each value is read by the type of its default. For a list, commas split, repeated names append, and the first value
    replaces the default. ``--help`` prints names and defaults and ends the job.

    Raises:
        CommandLineError: an unknown argument, one that is not ``name=value``, a wrong value, a single value twice.
        TypeError: a default that is no bool, int, float, str or list of these.
    """
    for name, default in defaults.items():
        _element_kind(name, default)
    values = {name: list(value) if isinstance(value, (list, tuple)) else value for name, value in defaults.items()}
    given: set[str] = set()
    for argument in sys.argv[1:]:
        if argument in {"help", "--help", "-h"}:
            sys.stdout.write("".join(f"{name}={_shown(value)}\n" for name, value in defaults.items()))
            raise SystemExit(0)
        name, equals, text = argument.partition("=")
        if not equals or name not in defaults:
            wrong = "is no argument of this cfg" if equals else "is not of the form name=value"
            raise CommandLineError(
                f"{sys.argv[0]}: {argument!r} {wrong}. {nearest(name, defaults)} Declared in {here()}."
            )
        kind = _element_kind(name, defaults[name])
        if isinstance(values[name], list):
            parts = [read(name, kind, part) for part in text.split(",") if part]
            values[name] = [*(values[name] if name in given else []), *parts]
        elif name in given:
            raise CommandLineError(f"{sys.argv[0]}: {name!r} is given twice, and it is no list. Declared in {here()}.")
        else:
            values[name] = read(name, kind, text)
        given.add(name)
    return SimpleNamespace(**values)


def _element_kind(name: str, default: Any) -> type:
    """Type of a default, or of the elements of a list; str for an empty list."""
    sample = (default[0] if default else "") if isinstance(default, (list, tuple)) else default
    if type(sample) not in _KINDS:
        raise TypeError(
            f"cms.arguments: default {name}={default!r} must be bool, int, float, str or a list of these ({here()})."
        )
    return type(sample)


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
