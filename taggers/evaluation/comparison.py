"""`RegressionComparison`: which of two regressors of jets is closer to the truth, told at the end of a job."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.results import EventFloat, JetRegressions
from dataformats.truth import TruthLabels
from e2efw.errors import FileWriteError, LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDAnalyzer, InputTag, JobContext, param
from taggers.card import SIGMA
from taggers.evaluation.collected import Collected, Rows
from taggers.evaluation.compared import (
    Bootstrap,
    Compared,
    against_each_other,
    against_truth,
    has_truth,
    summary,
    table,
)
from taggers.evaluation.curves import enough_replicas
from taggers.evaluation.evaluate import write_metrics
from taggers.evaluation.sample import Array
from taggers.pairs import leading_pair

_LOG = logging.getLogger("e2efw.taggers")
_UNIT = "GeV"
JET_MASS, JET_PT, PAIR_MASS, LEADING_PT = "jet mass", "jet pt", "m_ttbar", "leading pt"
WHOLE_PAIR_MASS = f"{PAIR_MASS}, whole tops"
QUANTITIES = JET_MASS, JET_PT, PAIR_MASS, WHOLE_PAIR_MASS, LEADING_PT
FILE = "comparison.json"


def _two_or_none(value: tuple[str, ...]) -> str | None:
    return None if len(value) in {0, 2} else "must be two names, or none"


@dataclass
class Comparison:
    """What is open during a job.

    Args:
        label: of the module.
        models: names of the two, as they are printed.
        collected: what both said and what is true, by quantity.
    """

    label: str
    models: tuple[str, str]
    collected: dict[str, Collected] = field(default_factory=lambda: {name: Collected() for name in QUANTITIES})


@dataclass(frozen=True)
class Truth:
    """What is true, where somebody knows it.

    Args:
        truth: of the jets.
        pair_mass: of the events.
        pair_pt: of the events.
    """

    truth: TruthLabels | None
    pair_mass: EventFloat | None
    pair_pt: EventFloat | None

    def of_jets(self, jets: Jets) -> tuple[NDArray[np.bool_], Array, Array]:
        """Which jets (jets,) have a truth, and their masses and pts, GeV.

        Raises:
            LogicError: the truth is about other jets.
        """
        if self.truth is None:
            nothing = np.full(int(jets.offsets[-1]), np.nan)
            return np.isfinite(nothing), nothing, nothing
        if not np.array_equal(self.truth.offsets, jets.offsets):
            raise LogicError(
                f"TruthLabels of {self.truth.offsets[-1]} objects in {len(self.truth)} events are not about these "
                f"{jets.offsets[-1]} jets in {len(jets)} events."
            )
        mass, pt = (self.truth.flat(name).astype(np.float64) for name in ("target_mass", "target_pt"))
        return self.truth.flat("valid") & np.isfinite(mass), mass, pt


class RegressionComparison(EDAnalyzer):
    """Compares two regressors of the same jets with the truth, and prints a table when the job has ended.

    Quantities are mass and pt of jets that hold a whole top quark; mass of the top pair, once more for events with both
    tops in such jets; pt of its leading top. Only jets and events count that both regressors and the truth have.
    Without any truth, as in data, the two are compared with each other. Numbers do not depend on blocks and streams.
    """

    jets: InputTag = param("ak8PFJetsCHS", doc="jets that both speak of")
    said: InputTag = param("ttbar:regressed", doc="what the first says, of every jet")
    baseline: InputTag = param("baseline:regressed", doc="what the second says, of every jet")
    truth: InputTag = param("topMassTruth", doc="mass and pt of the top quark in each jet; may be missing")
    pair_mass: InputTag = param("topPair:mass", doc="mass of the top pair of each event; may be missing")
    pair_pt: InputTag = param("topPair:leadingPt", doc="pt of its leading top; may be missing")
    models: tuple[str, ...] = param(
        (), doc="names or folders of the two, for the table; empty for labels of modules", check=_two_or_none
    )
    replicas: int = param(200, doc="bootstrap samples behind errors", check=enough_replicas)
    seed: int = param(1, doc="of the bootstrap")
    folder: str = param("", doc=f"for {FILE}; made if need be, empty for none", tracked=False)

    def begin_job(self, job: JobContext) -> Comparison:
        """See that the file can be written.

        Raises:
            FileWriteError: it cannot.
        """
        place = Path(self.folder)
        where = place if place.exists() else place.parent
        if self.folder and not (where.is_dir() and os.access(where, os.W_OK)):
            raise FileWriteError(
                f"{job.label}: cannot write into {place}: {where} is no folder, or may not be written."
            )
        first, second = self.models or (self.said.label, self.baseline.label)
        return Comparison(job.label, (Path(first).name, Path(second).name))

    def analyze(
        self,
        ids: EventIDs,
        jets: Jets,
        said: JetRegressions,
        baseline: JetRegressions,
        known: Truth,
        comparison: Comparison,
    ) -> None:
        """Collect the jets and events of which both say something.

        Raises:
            LogicError: estimates or truth are not about these jets.
        """
        both = said, baseline
        for one in both:
            one.refuse_others(jets)
        valid, true_mass, true_pt = known.of_jets(jets)
        rows = {}
        for name, column, true in ((JET_MASS, "mass", true_mass), (JET_PT, "pt", true_pt)):
            values, sigma = ([one.flat(f"{column}{end}") for one in both] for end in ("", SIGMA))
            rows[name] = _rows(ids, jets.offsets, values, sigma, np.where(valid, true, np.nan))
        pairs = [leading_pair(jets, one) for one in both]
        whole = np.bincount(np.repeat(np.arange(len(jets)), jets.counts)[valid], minlength=len(jets)) == 2
        one_each = np.arange(len(jets) + 1)
        for name, column, known_one in ((PAIR_MASS, "mass", known.pair_mass), (LEADING_PT, "pt", known.pair_pt)):
            values, sigma = ([getattr(one, f"{column}{end}") for one in pairs] for end in ("", SIGMA))
            true = np.full(len(jets), np.nan) if known_one is None else known_one.values("value")
            rows[name] = _rows(ids, one_each, values, sigma, true)
            if name == PAIR_MASS:
                rows[WHOLE_PAIR_MASS] = _rows(ids, one_each, values, sigma, np.where(whole, true, np.nan))
        for name, found in rows.items():
            comparison.collected[name].add(found)

    def end_job(self, state: Comparison) -> None:
        """Print the table and write the file, unless the job fails or no event came.

        Raises:
            FileWriteError: the file cannot be written.
        """
        if sys.exception() is not None or not state.collected[JET_MASS]:
            return
        bootstrap = Bootstrap(self.replicas, self.seed)
        found = compared({name: one.rows() for name, one in state.collected.items()}, bootstrap)
        tags = ", ".join(map(str, (self.truth, self.pair_mass, self.pair_pt)))
        against = "the truth" if has_truth(found) else f"each other, as nothing is known of the truth ({tags})"
        lines = table(found, state.models, _UNIT) if found else ["  of no jet do both say anything"]
        _LOG.info("%s: %s and %s against %s\n%s", state.label, *state.models, against, "\n".join(lines))
        if self.folder:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
            numbers = summary(found, state.models, _UNIT, bootstrap)
            write_metrics(numbers, Path(self.folder) / FILE, state.label)


def compared(rows: Mapping[str, Rows], bootstrap: Bootstrap) -> dict[str, Compared]:
    """By quantity: objects that have a truth against it; if none has, all against each other.

    Args:
        rows: by quantity, with NaN for an unknown truth; what is empty in the end is left out.
        bootstrap: for errors.
    """
    has = {name: np.isfinite(one.truth) for name, one in rows.items()}
    compare, names = against_truth, [name for name, truth in has.items() if truth.any()]
    if not names:
        compare, has = against_each_other, {name: np.ones(len(one.truth), np.bool_) for name, one in rows.items()}
        names = [name for name in QUANTITIES if name != WHOLE_PAIR_MASS and has[name].size]
    return {name: compare(Rows._make(x[has[name]] for x in rows[name]), bootstrap) for name in names}


def _rows(
    ids: EventIDs,
    offsets: NDArray[np.int64],
    values: Sequence[NDArray[Any]],
    sigma: Sequence[NDArray[Any]],
    truth: Array,
) -> Rows:
    """The objects of which both say something, `values` and `sigma` by regressor."""
    said, claimed = (np.stack(columns, axis=1).astype(np.float64) for columns in (values, sigma))
    taken = np.flatnonzero(np.isfinite(said).all(axis=1))
    event = np.repeat(np.arange(len(ids)), np.diff(offsets))[taken]
    numbers = ids.run[event], ids.lumi[event], ids.event[event]
    return Rows(*numbers, taken - offsets[event], said[taken], truth[taken].astype(np.float64), claimed[taken])
