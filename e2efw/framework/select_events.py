"""SelectEvents: which events an output writes, chosen by what became of them on the paths.

How it is wired: `OutputModule` declares the parameter ``SelectEvents = cms.untracked.PSet(SelectEvents =
cms.vstring(...))``, so every output module has it as ``self.select_events``. The job binds it to the paths before the
first event and gives `OutputWriter.write` a block that holds the chosen events only. Such a block tells in `Block.cut`
which events of the input it was cut from, for tables of luminosity blocks; an output has nothing else to do.

The grammar is CMSSW's. An event is written if any entry accepts it, or if there is no entry:

==========================  ==========================================================================
``name``                    that path passed
``na*e``, ``na?e``          any path of such a name passed
``!name``                   that path failed (it did not end with an exception)
``!na*e``                   all paths of such names failed
``exception@na*e``          any path of such a name ended with an exception
``...&noexception``         only if no path at all ended with an exception; ``&noex`` for short
``...:PROCESS``             the paths of an earlier process
==========================  ==========================================================================
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.parameters import ParameterSet, param

_LOG = logging.getLogger("e2efw.framework")
_PASS, _FAIL, _EXCEPTION = 1, 2, 3
_EXCEPTION_AT: Final = "exception@"
_SUFFIXES: Final = ("noexception", "noex")
_EVERYTHING: Final = {"*", "!*", "exception@*"}

States: TypeAlias = Mapping[str, NDArray[np.uint8]]
"""For each process, "" for this one: (events, paths) state of every path."""


class SelectEvents(ParameterSet):
    """The value of an output module's parameter ``SelectEvents``."""

    select_events: tuple[str, ...] = param(
        (), doc="entries such as 'path', '!path', 'exception@path'; none: all events", name="SelectEvents"
    )


@dataclass(frozen=True)
class Entry:
    """One entry, taken apart.

    Args:
        text: as it was written, without blanks.
        pattern: name of a path, with ``*`` and ``?``.
        wanted: state that is asked for.
        process: "" for this one.
    """

    text: str
    pattern: str
    wanted: int
    no_exception: bool
    process: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take an entry apart.

        Raises:
            ConfigurationError: it does not follow the grammar.
        """
        text = "".join(text.split())
        path, _, process = text.partition(":")
        pattern, *suffixes = path.split("&")
        process, *late_suffixes = process.split("&")
        suffixes += late_suffixes
        for suffix in suffixes:
            if suffix not in _SUFFIXES:
                raise ConfigurationError(f"SelectEvents '{text}': '&{suffix}' means nothing; '&noexception' is known")
        if len(suffixes) > 1:
            raise ConfigurationError(f"SelectEvents '{text}': '&noexception' stands there twice")
        negated = pattern.startswith("!")
        pattern = pattern.removeprefix("!")
        exception = pattern.startswith(_EXCEPTION_AT)
        pattern = pattern.removeprefix(_EXCEPTION_AT)
        if exception and (negated or suffixes):
            other = "'!'" if negated else "'&noexception'"
            raise ConfigurationError(f"SelectEvents '{text}': {other} and 'exception@' exclude each other")
        if not re.fullmatch(r"[A-Za-z0-9_*?]+", pattern) or not re.fullmatch("[A-Za-z0-9]*", process):
            raise ConfigurationError(
                f"SelectEvents '{text}': wanted name, !name or exception@name of a path, with * and ? if need be"
            )
        wanted = _EXCEPTION if exception else _FAIL if negated else _PASS
        return cls(text, pattern, wanted, bool(suffixes), process)

    @property
    def is_glob(self) -> bool:
        """True if it may mean several paths."""
        return bool(set("*?") & set(self.pattern))


@dataclass(frozen=True)
class _Bound:
    """An entry whose paths are known by number."""

    entry: Entry
    columns: NDArray[np.int64]

    def accepted(self, states: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """(events,) whether this entry accepts them."""
        found = states[:, self.columns] == self.entry.wanted
        accepted = found.all(axis=1) if self.entry.wanted == _FAIL else found.any(axis=1)
        if self.entry.no_exception:
            accepted &= ~(states == _EXCEPTION).any(axis=1)
        return np.asarray(accepted, np.bool_)


class Selection:
    """Entries bound to the paths of a job.

    Args:
        entries: as the cfg wrote them.
        paths: names of the paths of each process that is asked for, "" for this one.
        who: the output, for messages.

    Raises:
        ConfigurationError: an entry breaks the grammar, or names no path.
    """

    def __init__(self, entries: Sequence[str], paths: Mapping[str, Sequence[str]], who: str) -> None:
        parsed = [_parsed(text, who) for text in entries]
        self.processes = frozenset(entry.process for entry in parsed)
        self.everything = not parsed or {entry.text for entry in parsed} >= _EVERYTHING
        self._entries = [] if self.everything else [_bound(entry, paths, who) for entry in parsed]

    def accepted(self, states: States, n_events: int) -> NDArray[np.bool_]:
        """(events,) True for those that are written."""
        accepted = np.full(n_events, self.everything)
        for bound in self._entries:
            accepted |= bound.accepted(states[bound.entry.process])
        return accepted


def processes(entries: Sequence[str], who: str) -> set[str]:
    """Whose paths the entries ask for, "" for this process.

    Raises:
        ConfigurationError: an entry breaks the grammar.
    """
    return {_parsed(text, who).process for text in entries}


def matching(pattern: str, paths: Sequence[str]) -> NDArray[np.int64]:
    """Numbers of the paths that a name with ``*`` and ``?`` means."""
    wanted = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
    return np.array([number for number, path in enumerate(paths) if wanted.fullmatch(path)], np.int64)


def _parsed(text: str, who: str) -> Entry:
    try:
        return Entry.parse(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{who}: {error}.") from error


def _bound(entry: Entry, paths: Mapping[str, Sequence[str]], who: str) -> _Bound:
    if entry.process not in paths:
        raise ConfigurationError(
            f"{who}: SelectEvents '{entry.text}': the input has no TriggerResults of process '{entry.process}' that "
            f"name their paths. {nearest(entry.process, filter(None, paths), 'Processes that do')}"
        )
    names = paths[entry.process]
    columns = matching(entry.pattern, names)
    if not columns.size:
        missing = f"{who}: SelectEvents '{entry.text}' names no path. {nearest(entry.pattern, names, 'Paths')}"
        if not entry.is_glob or entry.wanted == _FAIL:
            raise ConfigurationError(missing)
        _LOG.warning("%s", missing)
    return _Bound(entry, columns)
