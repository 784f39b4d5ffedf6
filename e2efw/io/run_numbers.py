"""Other run numbers for simulated events: setRunNumber and its relatives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from e2efw.config.eventids import LuminosityBlockID
from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import EventIDs


@dataclass
class RunNumbers:
    """Gives events new run numbers; at most one way is set.

    Args:
        owner: the source, for messages.
        set_run: number of the first run of each file, later ones keep their distance to it; 0: as it is.
        for_each_lumi: run numbers, one for each luminosity block in the order they come.
        first_lumi_of_run: luminosity blocks with which the runs begin, ascending.

    Raises:
        ConfigurationError: more than one way, or numbers that do not ascend.
    """

    owner: str
    set_run: int = 0
    for_each_lumi: Sequence[int] = ()
    first_lumi_of_run: Sequence[LuminosityBlockID] = ()
    _begun: int = 0
    _last: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        ways = {
            "setRunNumber": bool(self.set_run),
            "setRunNumberForEachLumi": bool(self.for_each_lumi),
            "firstLuminosityBlockForEachRun": bool(self.first_lumi_of_run),
        }
        used = [way for way, given in ways.items() if given]
        if len(used) > 1:
            raise ConfigurationError(f"{self.owner}: {' and '.join(used)} both set the run number; keep one.")
        self.parameter = used[0] if used else ""
        if 0 in self.for_each_lumi:
            raise ConfigurationError(f"{self.owner}: 'setRunNumberForEachLumi' has a run number 0; runs begin at 1.")
        starts = [(each.run(), each.luminosityBlock()) for each in self.first_lumi_of_run]
        for one, other in pairwise(starts):
            if other[0] <= one[0] or other[1] <= one[1]:
                raise ConfigurationError(
                    f"{self.owner}: 'firstLuminosityBlockForEachRun' must ascend in run and luminosity block, "
                    f"but {other[0]}:{other[1]} follows {one[0]}:{one[1]}."
                )

    def apply(self, ids: EventIDs, *, real: bool, first_run: int) -> EventIDs:
        """The same events with their new runs.

        Args:
            ids: in the order they are processed; a luminosity block may go on in the next call.
            real: they come from a detector.
            first_run: first run of their file.

        Raises:
            ConfigurationError: real data, or too few numbers.
        """
        if not self.parameter or not len(ids):
            return ids
        if real:
            raise ConfigurationError(
                f"{self.owner}: '{self.parameter}' is for simulated events, but {ids.file} holds real data."
            )
        run: NDArray[np.int64]
        if self.set_run:
            run = ids.run.astype(np.int64) - first_run + self.set_run
        elif self.for_each_lumi:
            run = self._by_order(ids)
        else:
            run = self._by_lumi(ids)
        return replace(ids, run=run.astype(np.uint32))

    def _by_order(self, ids: EventIDs) -> NDArray[np.int64]:
        begins = np.ones(len(ids), np.bool_)
        begins[1:] = (np.diff(ids.run.astype(np.int64)) != 0) | (np.diff(ids.lumi.astype(np.int64)) != 0)
        begins[0] = self._last != (int(ids.run[0]), int(ids.lumi[0]))
        number = self._begun + np.cumsum(begins)
        self._begun, self._last = int(number[-1]), (int(ids.run[-1]), int(ids.lumi[-1]))
        if self._begun > len(self.for_each_lumi):
            late = int(np.argmax(number > len(self.for_each_lumi)))
            raise ConfigurationError(
                f"{self.owner}: 'setRunNumberForEachLumi' has {len(self.for_each_lumi)} run numbers, but event "
                f"{ids.name(late)} of {ids.file} is in one luminosity block more."
            )
        of_each: NDArray[np.int64] = np.array(self.for_each_lumi, np.int64)[number - 1]
        return of_each

    def _by_lumi(self, ids: EventIDs) -> NDArray[np.int64]:
        lumis = np.array([each.luminosityBlock() for each in self.first_lumi_of_run], np.int64)
        runs = np.array([each.run() for each in self.first_lumi_of_run], np.int64)
        place = np.searchsorted(lumis, ids.lumi.astype(np.int64), side="right") - 1
        if np.any(place < 0):
            raise ConfigurationError(
                f"{self.owner}: 'firstLuminosityBlockForEachRun' begins with luminosity block {lumis[0]}, but event "
                f"{ids.name(int(np.argmin(place)))} of {ids.file} comes before it."
            )
        return np.asarray(runs[place], np.int64)
