"""TriggerResultsFilter: events chosen by what became of them on the paths of this or an earlier process."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from dataformats.trigger import PathState, TriggerResults
from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.modules import EDFilter, InputTag, JobContext, param
from e2efw.framework.select_events import matching

_LOG = logging.getLogger("e2efw.framework")
_TOKEN: Final = re.compile(r"\s*([()]|[A-Za-z0-9_*?]+)")

Mask = NDArray[np.bool_]


class Term(Protocol):
    """A condition on the paths that passed."""

    def accepted(self, passed: Mask) -> Mask:
        """(events,) from (events, paths)."""


@dataclass(frozen=True)
class AnyOf:
    """At least one of these paths passed."""

    columns: NDArray[np.int64]

    def accepted(self, passed: Mask) -> Mask:
        """(events,) from (events, paths)."""
        return np.asarray(passed[:, self.columns].any(axis=1))


@dataclass(frozen=True)
class Constant:
    """``TRUE`` or ``FALSE``."""

    value: bool

    def accepted(self, passed: Mask) -> Mask:
        """(events,) from (events, paths)."""
        return np.full(len(passed), self.value)


@dataclass(frozen=True)
class Not:
    """The opposite."""

    term: Term

    def accepted(self, passed: Mask) -> Mask:
        """(events,) from (events, paths)."""
        return ~self.term.accepted(passed)


@dataclass(frozen=True)
class Joined:
    """Several terms: all must hold (``AND``) or one of them (``OR``)."""

    terms: Sequence[Term]
    every: bool

    def accepted(self, passed: Mask) -> Mask:
        """(events,) from (events, paths)."""
        combined = np.array([term.accepted(passed) for term in self.terms])
        return np.asarray(combined.all(axis=0) if self.every else combined.any(axis=0))


@dataclass(frozen=True)
class TriggerConditions:
    """Conditions of which one must hold."""

    terms: Sequence[Term]


class TriggerResultsFilter(EDFilter):
    """Accepts events for which one of several conditions on paths holds.

    A condition joins names of paths, with ``*`` and ``?``, by AND, OR, NOT and parentheses: ``HLT_Mu* AND NOT
    HLT_Jet*``. A name with ``*`` means any of its paths. The one filter whose decision counts on an EndPath.
    """

    hlt_results: InputTag = param("TriggerResults", doc="what became of the events on the paths")
    trigger_conditions: tuple[str, ...] = param(doc="conditions, of which one must hold")
    throw: bool = param(True, doc="a name that is no path is an error; otherwise a path that never passes")

    def begin_job(self, job: JobContext) -> TriggerConditions:
        """Find the paths.

        Raises:
            ConfigurationError: a condition cannot be read, or the paths are not known.
        """
        description: Mapping[str, Any] = job.description("hlt_results")
        if "paths" not in description:
            raise ConfigurationError(
                f"TriggerResultsFilter '{job.label}': the input does not tell the names of the paths of "
                f"'{self.hlt_results}'."
            )
        who = f"TriggerResultsFilter '{job.label}'"
        return TriggerConditions(
            [_Reader(who, text, description["paths"], self.throw).read() for text in self.trigger_conditions]
        )

    def filter(self, hlt_results: TriggerResults, conditions: TriggerConditions) -> NDArray[np.bool_]:
        """(events,) whether one of the conditions holds."""
        passed = hlt_results.state == PathState.PASS
        accepted = np.zeros(len(hlt_results), np.bool_)
        for term in conditions.terms:
            accepted |= term.accepted(passed)
        return accepted


class _Reader:
    """Reads one condition from left to right; NOT binds closer than AND, AND closer than OR."""

    def __init__(self, who: str, text: str, paths: Sequence[str], throw: bool) -> None:
        self._who, self._text, self._paths, self._throw = who, text, paths, throw
        self._words = _TOKEN.findall(text)
        if "".join(self._words) != "".join(text.split()):
            self._refuse("names of paths, AND, OR, NOT and parentheses are wanted")

    def read(self) -> Term:
        term = self._either()
        if self._words:
            self._refuse(f"'{self._words[0]}' is one too many")
        return term

    def _either(self) -> Term:
        return self._joined("OR", self._both)

    def _both(self) -> Term:
        return self._joined("AND", self._single)

    def _joined(self, word: str, part: Any) -> Term:
        terms = [part()]
        while self._words and self._words[0] == word:
            self._words.pop(0)
            terms.append(part())
        return terms[0] if len(terms) == 1 else Joined(terms, every=word == "AND")

    def _single(self) -> Term:
        if not self._words or self._words[0] in {"AND", "OR", ")"}:
            self._refuse("a name of a path is missing")
        word = self._words.pop(0)
        if word == "NOT":
            return Not(self._single())
        if word == "(":
            term = self._either()
            if not self._words or self._words.pop(0) != ")":
                self._refuse("a ')' is missing")
            return term
        if word in {"TRUE", "FALSE"}:
            return Constant(word == "TRUE")
        columns = matching(word, self._paths)
        if not columns.size:
            missing = f"'{word}' is no path. {nearest(word, self._paths, 'Paths')}"
            if self._throw:
                self._refuse(missing)
            _LOG.warning("%s: condition '%s': %s", self._who, self._text, missing)
        return AnyOf(columns)

    def _refuse(self, reason: str) -> None:
        raise ConfigurationError(f"{self._who}: condition '{self._text}': {reason.removesuffix('.')}.")
