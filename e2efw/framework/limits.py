"""When a job stops before its input ends: limits of the cfg, and a signal."""

import logging
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.blocks import Block
from e2efw.framework.options import Options
from e2efw.framework.worker import Mask

_LOG = logging.getLogger("e2efw.framework")
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGUSR2")


@dataclass
class StopRequest:
    """Signals that end a job: a context manager.

    The first SIGINT (Ctrl-C), SIGTERM or SIGUSR2 lets the blocks in flight finish and closes the outputs; the second
    one aborts by KeyboardInterrupt, which leaves no half-written file. Outside the main thread it does nothing: signals
    are somebody else's there.

    Args:
        name: of the signal that came, "" if none did.
        aborted: a second one came.
    """

    name: str = ""
    aborted: bool = False
    _before: dict[int, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Listen."""
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name, None)
                if number is not None:  # Windows knows fewer
                    self._before[number] = signal.signal(number, self._caught)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Whoever listened before listens again."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.name:
            self.aborted = True
            raise KeyboardInterrupt
        self.name = signal.Signals(number).name
        _LOG.warning("%s: finishing the blocks in flight and closing files; a second signal aborts", self.name)


def limited(blocks: Iterator[Block], options: Options, stop: StopRequest) -> Iterator[Block]:
    """The blocks up to a limit of the cfg or a signal; luminosity blocks are cut exactly at the limit."""
    started = time.monotonic()
    lumis = _Lumis(options.max_lumis)
    while not stop.name and not (0 <= options.max_seconds <= time.monotonic() - started):
        block = next(blocks, None)
        if block is None:
            return
        cut = lumis.within(block)
        if cut:
            yield block if cut == len(block) else _beginning(block, cut)
        if cut < len(block):
            return


def _beginning(block: Block, n_events: int) -> Block:
    chosen = np.arange(len(block)) < n_events
    beginning = block.take(chosen, list(block.products))
    beginning.cut = None
    return beginning


@dataclass
class _Lumis:
    """Luminosity blocks that may still begin; -1 for any number."""

    remaining: int
    last: tuple[int, int] | None = None

    def within(self, block: Block) -> int:
        """Events of a block before the first luminosity block too many."""
        if self.remaining < 0 or not len(block):
            return len(block)
        run, lumi = block.ids.run, block.ids.lumi
        new = np.empty(len(block), np.bool_)
        new[0] = self.last != (int(run[0]), int(lumi[0]))
        new[1:] = (run[1:] != run[:-1]) | (lumi[1:] != lumi[:-1])
        self.last = int(run[-1]), int(lumi[-1])
        begun = np.cumsum(new)
        within = int(np.searchsorted(begun, self.remaining, side="right"))
        self.remaining -= min(self.remaining, int(begun[-1]))
        return within


class OutputLimits:
    """``maxEvents.output``: what each output may still write.

    Each output writes exactly its number of events; the job ends when all have. Events behind the last one that was
    written may have been processed: they are in counts and histograms, and in no file.

    Args:
        labels: of all outputs.
        limits: by label, "" for all; empty for no limit.

    Raises:
        ConfigurationError: an output without limit among limited ones, or a limit for something that is no output.
    """

    def __init__(self, labels: Sequence[str], limits: Mapping[str, int]) -> None:
        everybody = limits.get("")
        self._left = dict.fromkeys(labels, everybody) if everybody is not None else dict(limits)
        for label in self._left:
            if label not in labels:
                raise ConfigurationError(
                    f"process.maxEvents.output: '{label}' is no output module on a path. {nearest(label, labels)}"
                )
        for label in labels if self._left else ():
            if label not in self._left:
                raise ConfigurationError(
                    f"process.maxEvents.output: output module '{label}' has no entry; "
                    f"{label} = cms.untracked.int32(-1) sets no limit."
                )

    def within(self, label: str, chosen: Mask) -> Mask:
        """Of the events that an output is to write, those that it still may."""
        left = self._left.get(label, -1)
        if left < 0:
            return chosen
        within: NDArray[np.bool_] = chosen & (np.cumsum(chosen) <= left)
        self._left[label] = left - int(np.count_nonzero(within))
        return within

    @property
    def reached(self) -> bool:
        """True if no output may write anything more."""
        return bool(self._left) and all(left == 0 for left in self._left.values())
