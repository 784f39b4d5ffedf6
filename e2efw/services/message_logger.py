"""MessageLogger: who gets which messages, and how many of them.

The category of a message is the last part of its logger's name: ``logging.getLogger("e2efw.io")`` has the category
``io``. A message goes to a destination whose threshold it reaches; the limits of its category count, else those of its
severity (``INFO = cms.untracked.PSet(limit = ...)``), else those of ``default``. ``FwkReport`` is the line per event,
written for every ``reportEvery``-th.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from e2efw.config.messagelogger import is_default
from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.blocks import Block
from e2efw.framework.modules import Service
from e2efw.framework.observer import JobView, Observer
from e2efw.framework.report import JobReport
from e2efw.services.destinations import Destination, Place, destination_of

_SUPPRESSED: Final[Mapping[str, int]] = {
    "suppressDebug": logging.DEBUG,
    "suppressInfo": logging.INFO,
    "suppressWarning": logging.WARNING,
}
_LISTS: Final = (*_SUPPRESSED, "debugModules", "suppressFwkInfo")


class MessageLogger(Service):
    """Says which messages are printed where: thresholds, limits by category, a line per so many events."""

    @classmethod
    def from_cfg(cls, service: Any) -> Self:
        """Read the PSets of the cfg.

        Raises:
            ConfigurationError: a threshold or parameter that does not exist, or one of another shape.
        """
        made = cls()
        object.__setattr__(made, "_settings", Settings.of(service))
        return made

    @property
    def settings(self) -> "Settings":
        """What the cfg says."""
        settings: Settings = vars(self).get("_settings", Settings())
        return settings

    def open(self) -> Observer:
        """The line per event, and whom messages come from; nothing of that if the cfg says nothing."""
        return Observer() if self.settings.as_born else OpenMessageLogger(self.settings)


@dataclass(frozen=True)
class Settings:
    """What a cfg says of messages.

    Args:
        destinations: where they go.
        lists: labels of modules, by the name of the list: whose messages are suppressed, who may debug.
        as_born: the cfg says nothing: messages go where they went before, progress is shown in its usual way.
    """

    destinations: Sequence[Destination] = ()
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    as_born: bool = True

    @classmethod
    def of(cls, service: Any) -> Self:
        """Out of a ``cms.Service("MessageLogger", ...)``."""
        given = service.parameters_()
        destinations, lists = [], {}
        for name, parameter in given.items():
            if name in {"cerr", "cout"}:
                destinations.append(destination_of(name, parameter))
            elif name == "files":
                destinations += [destination_of(label, one) for label, one in parameter.parameters_().items()]
            elif name in _LISTS:
                lists[name] = frozenset(parameter.value())
            else:
                known = ("cerr", "cout", "files", *_LISTS)
                raise ConfigurationError(
                    f"MessageLogger: no parameter '{name}' ({parameter.origin_()}). {nearest(name, known)}"
                )
        return cls([one for one in destinations if one.enabled], lists, is_default(service))

    def allows(self, level: int, label: str) -> bool:
        """Whether a message of this severity from this module may be written at all."""
        for name, suppressed in _SUPPRESSED.items():
            if level == suppressed and label in self.lists.get(name, ()):
                return False
        debuggers = self.lists.get("debugModules", frozenset())
        return level > logging.DEBUG or "*" in debuggers or label in debuggers


class _Sender(NamedTuple):
    """The module that runs in this thread.

    Args:
        events: ``Run: 1 Event: 5-12``.
    """

    name: str
    label: str
    events: str


_NOBODY: Final = _Sender("AfterSource", "", "")


class OpenMessageLogger(Observer):
    """Messages of one job; from `install` on they go where the cfg says."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places: list[Place] = []
        self._handler: _Handler | None = None
        self._before: tuple[list[logging.Handler], int] | None = None
        self._modules: Mapping[str, str] = {}
        self._current = threading.local()
        self._lock = threading.Lock()
        self._n_events = 0
        self.counts: Counter[tuple[str, int]] = Counter()
        self._install()

    def _install(self) -> None:
        """Replace what handles messages now."""
        self._places = [Place(one) for one in self._settings.destinations]
        root = logging.getLogger()
        self._before = root.handlers[:], root.level
        self._handler = _Handler(self)
        root.handlers[:] = [self._handler]
        root.setLevel(min((one.threshold for one in self._settings.destinations), default=logging.ERROR))

    def begin_job(self, job: JobView) -> None:
        """Learn the types of modules."""
        self._modules = job.modules

    def begin_block(self, block: Block) -> None:
        """Write the line of every event that has one."""
        with self._lock:
            first, self._n_events = self._n_events, self._n_events + len(block)
        stream = threading.current_thread().name.rpartition("_")[2]
        for place in self._places:
            for ordinal in place.reported(first, len(block)):
                place.write(f"{begin_line(block, ordinal - first, ordinal + 1, stream)}\n")

    def begin_module(self, label: str, block: Block, events: NDArray[np.int64]) -> None:
        """Messages of this thread come from this module."""
        ids = block.ids
        here = f"Run: {ids.run[events[0]]} Event: {ids.event[events[0]]}" if events.size else ""
        until = f"-{ids.event[events[-1]]}" if events.size > 1 else ""
        self._current.sender = _Sender(self._modules.get(label, ""), label, here + until)

    def end_module(self, label: str, block: Block, events: NDArray[np.int64], seconds: float) -> None:
        """Messages of this thread come from nobody."""
        self._current.sender = _NOBODY

    def end_job(self, report: JobReport) -> None:
        """Statistics, where they are asked for."""
        for place in self._places:
            if place.destination.statistics:
                place.write("".join(f"{line}\n" for line in self._summary()))

    def close(self) -> None:
        """Messages go where they went before."""
        for place in self._places:
            place.close()
        if self._before is not None:
            logging.getLogger().handlers[:], level = self._before
            logging.getLogger().setLevel(level)
            self._before = None

    def sent(self, record: logging.LogRecord) -> None:
        """Write one message wherever it belongs."""
        category = record.name.rpartition(".")[2]
        sender: _Sender = getattr(self._current, "sender", _NOBODY)
        if not self._settings.allows(record.levelno, sender.label):
            return
        with self._lock:
            self.counts[category, record.levelno] += 1
            wanting = [place for place in self._places if place.wants(category, record.levelno, record.created)]
        source = f"{sender.name}:{sender.label}" if sender.label else sender.name
        for place in wanting:
            stamp = "" if place.destination.no_time_stamps else f" {_stamp(record.created)}"
            head = f"%MSG-{record.levelname[0].lower()} {category}:  {source}{stamp}  {sender.events}".rstrip()
            place.write(f"{head}\n{record.getMessage()}\n%MSG\n")

    def _summary(self) -> Iterator[str]:
        yield " MessageLogger Summary"
        yield f" {'type':10} {'category':24} {'count':>7}"
        for (category, level), count in sorted(self.counts.items(), key=lambda item: (-item[0][1], item[0][0])):
            yield f" {logging.getLevelName(level).lower():10} {category:24} {count:7d}"


class _Handler(logging.Handler):
    """Hands Python's log records to the MessageLogger."""

    def __init__(self, logger: OpenMessageLogger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Part of the logging protocol."""
        self._logger.sent(record)


def begin_line(block: Block, position: int, ordinal: int, stream: str) -> str:
    """``Begin processing the 1st record. Run 1, Event 5, LumiSection 1 on stream 0 at 26-Nov-2026 10:00:00.000 UTC``.

    Args:
        position: of the event in its block, from 0.
        ordinal: of the event in the job, from 1.
        stream: its number.
    """
    ids = block.ids
    ending = "th" if ordinal % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(ordinal % 10, "th")
    now = datetime.now().astimezone()
    when = f"{now:%d-%b-%Y %H:%M:%S}.{now.microsecond // 1000:03d} {now:%Z}"
    return (
        f"Begin processing the {ordinal}{ending} record. Run {ids.run[position]}, Event {ids.event[position]}, "
        f"LumiSection {ids.lumi[position]} on stream {stream if stream.isdigit() else 0} at {when}"
    )


def _stamp(created: float) -> str:
    return f"{datetime.fromtimestamp(created).astimezone():%d-%b-%Y %H:%M:%S %Z}"
