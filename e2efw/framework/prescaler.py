"""Prescaler: one event in so many."""

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDFilter, param
from e2efw.framework.parameters import not_negative, positive


class Prescaler(EDFilter):
    """One event in so many, counted from 1 over all events of the job in the order of the input.

    CMSSW's Prescaler counts the events that reach it, in whatever order its threads get them; here an event's number in
    the job decides, so the same events pass for any threads, blocks and earlier filters.
    """

    prescale_factor: int = param(1, doc="one event in so many passes", check=positive)
    prescale_offset: int = param(
        0,
        doc="remainder of the number of an event that passes; 0: the last of so many, 1: the first",
        check=not_negative,
    )

    def filter(self, ids: EventIDs) -> NDArray[np.bool_]:
        """(events,) True for those that pass.

        Raises:
            LogicError: the events have no numbers in a job.
        """
        if ids.ordinal is None:
            raise LogicError("Prescaler: these events have no number in a job.")
        return np.asarray((ids.ordinal + 1) % self.prescale_factor == self.prescale_offset)
