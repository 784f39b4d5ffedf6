"""Events without content, for jobs whose modules make everything themselves."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from e2efw.config.eventids import LuminosityBlockID
from e2efw.errors import ProductNotFoundError
from e2efw.framework.blocks import Block, EventIDs, SourceContent, Wanted
from e2efw.framework.modules import Source, param
from e2efw.framework.parameters import not_negative
from e2efw.framework.provenance import Provenance
from e2efw.io.run_numbers import RunNumbers

_NO_EFFECT = "no effect here: events keep no time"


class EmptySource(Source):
    """Makes events that have a run, luminosity block and event number and nothing else.

    `process.maxEvents.input` says how many. Numbers of events and luminosity blocks begin again with every run; event
    numbers go on from one luminosity block to the next.
    """

    first_run: int = param(1, doc="number of the first run", tracked=False, check=not_negative)
    first_luminosity_block: int = param(
        1, doc="number of the first luminosity block of a run", tracked=False, check=not_negative
    )
    first_event: int = param(1, doc="number of the first event of a run", tracked=False, check=not_negative)
    number_events_in_run: int = param(0, doc="events of each run; 0: one run without end", tracked=False)
    number_events_in_luminosity_block: int = param(
        0, doc="events of each luminosity block; 0: one in each run", tracked=False
    )
    first_luminosity_block_for_each_run: tuple[LuminosityBlockID, ...] = param(
        (), doc="run numbers, each with its first luminosity block; instead of numberEventsInRun", tracked=False
    )
    skip_events: int = param(0, doc="events to leave out at the beginning", tracked=False, check=not_negative)
    first_time: int = param(1, doc=_NO_EFFECT, unit="ns", tracked=False)
    time_between_events: int = param(200_000, doc=_NO_EFFECT, unit="ns", tracked=False)
    event_creation_delay: int = param(0, doc="no effect here: nothing waits", unit="us", tracked=False)

    def open(self) -> "OpenEmpty":
        """Nothing to open.

        Raises:
            ConfigurationError: the luminosity blocks of the runs do not ascend.
        """
        return OpenEmpty(self)


class OpenEmpty:
    """Events being numbered.

    Args:
        source: its parameters.
    """

    n_events: int | None = None
    """There is no end."""

    def __init__(self, source: EmptySource) -> None:
        self._source = source
        self._runs = RunNumbers("EmptySource", first_lumi_of_run=source.first_luminosity_block_for_each_run)

    @property
    def content(self) -> SourceContent:
        """Nothing."""
        return {}

    @property
    def provenance(self) -> Provenance:
        """No process came before."""
        return Provenance()

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        """Number the events; without end if `max_events` is negative.

        Raises:
            ProductNotFoundError: a product is wanted.
        """
        for key in wanted:
            raise ProductNotFoundError(f"EmptySource: no product {key}; its events are empty.")
        return self._numbered(events_per_block, max_events)

    def report(self) -> list[str]:
        """Nothing is ever left out."""
        return []

    def close(self) -> None:
        """Nothing to close."""

    def _numbered(self, events_per_block: int, max_events: int) -> Iterator[Block]:
        for number in count():
            done = number * events_per_block
            size = events_per_block if max_events < 0 else min(events_per_block, max_events - done)
            if size <= 0:
                return
            yield Block(number, self._ids(self._source.skip_events + done, size))

    def _ids(self, first: int, size: int) -> EventIDs:
        """Numbers of consecutive events, the first of all being 0."""
        source = self._source
        position = np.arange(first, first + size, dtype=np.int64)
        run, in_run = np.zeros_like(position), position
        if source.number_events_in_run > 0:
            run, in_run = np.divmod(position, source.number_events_in_run)
        per_lumi = source.number_events_in_luminosity_block
        lumi = in_run // per_lumi if per_lumi > 0 else np.zeros_like(position)
        ids = EventIDs(
            (run + source.first_run).astype(np.uint32),
            (lumi + source.first_luminosity_block).astype(np.uint32),
            (in_run + source.first_event).astype(np.uint64),
            "empty events",
        )
        return self._runs.apply(ids, real=False, first_run=source.first_run)
