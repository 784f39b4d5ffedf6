"""Where messages go: standard error, standard output or a file, each with its threshold and limits."""

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from e2efw.errors import ConfigurationError, FileWriteError, nearest

_THRESHOLDS: Final[Mapping[str, int]] = {
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "FWKINFO": logging.INFO,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
}
_RULE: Final = ("limit", "reportEvery", "timespan")
_IDLE: Final = ("lineLength", "noLineBreaks", "resetStatistics", "statisticsThreshold", "useContext")
"""Of CMSSW; without effect here: lines are not broken."""
_KNOWN: Final = ("enable", "enableStatistics", "extension", "noTimeStamps", "output", "threshold", *_IDLE)
REPORT: Final = "FwkReport"
"""The category of the line per event."""


class Rule(NamedTuple):
    """How many messages of a category are written.

    Args:
        limit: at most so many, -1 for all.
        report_every: only the first of so many.
        timespan: after so many seconds without such a message counting begins anew; -1 for never.
    """

    limit: int = -1
    report_every: int = 1
    timespan: int = -1


@dataclass(frozen=True)
class Destination:
    """One destination as the cfg describes it.

    Args:
        target: ``cerr``, ``cout`` or the path of a file.
        threshold: the least severity, as the module `logging` numbers them.
        rules: by category or severity; ``default`` for all others.
        statistics: tell at the end how many messages of each category there were.
    """

    target: str
    enabled: bool = True
    threshold: int = logging.INFO
    rules: Mapping[str, Rule] = field(default_factory=dict)
    no_time_stamps: bool = False
    statistics: bool = False

    def rule(self, category: str, level: int) -> tuple[str, Rule]:
        """The rule that counts, and whose it is."""
        for name in (category, logging.getLevelName(level), "default"):
            if name in self.rules:
                return (category if name == "default" else name), self.rules[name]
        return category, Rule()


def destination_of(name: str, pset: Any) -> Destination:
    """Out of a PSet ``cerr``, ``cout`` or ``files.<name>``.

    Raises:
        ConfigurationError: a parameter is of another shape, or a threshold does not exist.
    """
    who = f"MessageLogger: {name}"
    if not hasattr(pset, "parameters_"):
        raise ConfigurationError(f"{who} is a PSet, not {pset!r} ({pset.origin_()}).")
    given = {key: parameter for key, parameter in pset.parameters_().items() if parameter.value() is not None}
    rules = {key: _rule(f"{who}.{key}", parameter) for key, parameter in given.items() if key not in _KNOWN}
    values = {key: given[key].value() for key in _KNOWN if key in given}
    threshold = str(values.get("threshold", "")) or "INFO"
    if threshold not in _THRESHOLDS:
        raise ConfigurationError(
            f"{who}: no threshold '{threshold}' ({given['threshold'].origin_()}). {nearest(threshold, _THRESHOLDS)}"
        )
    target = name if name in {"cerr", "cout"} else _file(name, values)
    return Destination(
        target,
        bool(values.get("enable", name != "cout")),
        _THRESHOLDS[threshold],
        rules,
        bool(values.get("noTimeStamps", False)),
        bool(values.get("enableStatistics", False)),
    )


def _file(name: str, values: Mapping[str, Any]) -> str:
    path = Path(str(values.get("output", name)))
    return str(path.with_suffix(f".{values.get('extension', 'log')}".replace("..", ".")) if not path.suffix else path)


def _rule(who: str, parameter: Any) -> Rule:
    """The limits of a category; a name that is no parameter of a destination is a category."""
    if not hasattr(parameter, "parameters_"):
        raise ConfigurationError(
            f"{who} is neither a parameter of a destination nor the PSet of a category ({parameter.origin_()}). "
            f"{nearest(who.rpartition('.')[2], _KNOWN)}"
        )
    values = {key: one for key, one in parameter.parameters_().items() if one.value() is not None}
    for key, one in values.items():
        if key not in _RULE:
            raise ConfigurationError(f"{who}: no parameter '{key}' ({one.origin_()}). {nearest(key, _RULE)}")
    numbers = {key: int(one.value()) for key, one in values.items()}
    every = numbers.get("reportEvery", 1)
    return Rule(numbers.get("limit", -1), max(every, 1), numbers.get("timespan", -1))


class Place:
    """A destination being written to.

    Args:
        destination: what the cfg says of it.

    Raises:
        FileWriteError: its file cannot be written.
    """

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self._seen: dict[str, tuple[int, float]] = {}
        self._file: TextIO | None = None
        if destination.target not in {"cerr", "cout"}:
            try:
                self._file = Path(destination.target).open("w", encoding="utf-8")  # noqa: SIM115 (`close` closes it)
            except OSError as error:
                raise FileWriteError(
                    f"MessageLogger: cannot write {destination.target}: {error.strerror or error}."
                ) from error

    def wants(self, category: str, level: int, created: float) -> bool:
        """Count a message; whether it is written here."""
        if level < self.destination.threshold:
            return False
        name, rule = self.destination.rule(category, level)
        before, last = self._seen.get(name, (0, created))
        if 0 <= rule.timespan < created - last:
            before = 0
        self._seen[name] = before + 1, created
        return _chosen(before, rule)

    def reported(self, first: int, n_events: int) -> list[int]:
        """Of events by number from 0, those whose line is written here."""
        if self.destination.threshold > logging.INFO:
            return []
        rule = self.destination.rules.get(REPORT, self.destination.rules.get("default", Rule()))
        start = -(-first // rule.report_every) * rule.report_every
        return [number for number in range(start, first + n_events, rule.report_every) if _chosen(number, rule)]

    def write(self, text: str) -> None:
        """Write and show."""
        stream = self._file or (sys.stderr if self.destination.target == "cerr" else sys.stdout)
        stream.write(text)
        stream.flush()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def _chosen(before: int, rule: Rule) -> bool:
    """Whether a message is written that has so many before it."""
    if before % rule.report_every:
        return False
    return rule.limit < 0 or before // rule.report_every < rule.limit
