"""Constants that hold for a time: records with intervals of validity, and who delivers them.

A record is a frozen dataclass that derives from `Record`. A module reads it by an argument of that class; its function
is called for events of one interval at a time.

>>> class Gains(Record):
...     scale: float
...
>>> class HcalScaled(EDProducer):
...     hits: InputTag = param("hbhereco", doc="hits")
...
...     def produce(self, hits: HBHERecHits, gains: Gains) -> EventFloat: ...

An ESSource has records ready, each valid from a luminosity block until the next; an ESProducer makes one record of
others when somebody needs it, once for each interval. Where two deliver the same record, ``process.prefer`` decides.
"""

import dataclasses
import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError, nearest
from e2efw.framework.modules import Module


class LumiID(NamedTuple):
    """One luminosity block."""

    run: int
    lumi: int

    @property
    def key(self) -> int:
        """A number that orders luminosity blocks."""
        return self.run << 32 | self.lumi


class Record:
    """Base of records; subclasses become frozen dataclasses."""

    classes: ClassVar[dict[str, type["Record"]]] = {}
    """All records by name."""
    is_record: ClassVar[bool] = True
    """For `schema`, which knows no EventSetup."""

    if TYPE_CHECKING:

        def __init__(self, **values: Any) -> None:
            """One value per field."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Freeze and remember."""
        super().__init_subclass__(**kwargs)
        dataclasses.dataclass(frozen=True, kw_only=True, eq=False)(cls)
        Record.classes[cls.__name__] = cls


class ESSource(Module, abstract=True):
    """Has records ready: ``records(self, find_file) -> dict[LumiID, R]``, by the luminosity block they begin with."""

    kind: ClassVar[str] = "ESSource"

    def record_class(self) -> type[Record]:
        """What it delivers: the annotation of `records` says."""
        arguments = get_args(get_type_hints(type(self).records).get("return"))
        return _checked(type(self), arguments[-1] if arguments else None)

    def records(self, find_file: Callable[[str], Path]) -> Mapping[LumiID, Any]:
        """The records; each is valid until the next begins.

        Args:
            find_file: for files that the cfg names.
        """
        raise NotImplementedError


class ESProducer(Module, abstract=True):
    """Makes a record of others: ``produce(self, one: R1, other: R2) -> R``."""

    kind: ClassVar[str] = "ESProducer"

    def record_class(self) -> type[Record]:
        """What it delivers: the annotation of `produce` says."""
        return _checked(type(self), get_type_hints(type(self).produce).get("return"))  # type: ignore[attr-defined]


def _checked(plugin: type[Module], annotation: Any) -> type[Record]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    raise LogicError(f"{plugin.__name__}: must be annotated to deliver a Record, not {annotation}.")


@dataclass
class Timeline:
    """One record over time.

    Args:
        since: keys of the luminosity blocks in which an interval begins, ascending.
        make: delivers the record of one interval, given its first luminosity block.
    """

    since: NDArray[np.int64]
    make: Callable[[int], Any]
    _made: dict[int, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def interval(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of the interval that each luminosity block belongs to, -1 before the first."""
        return np.searchsorted(self.since, keys, side="right") - 1

    def at(self, key: int) -> Any:
        """The record valid in a luminosity block; made once.

        Raises:
            LookupError: none is.
        """
        number = int(self.interval(np.array([key]))[0])
        if number < 0:
            raise LookupError
        with self._lock:
            if number not in self._made:
                self._made[number] = self.make(int(self.since[number]))
            return self._made[number]


class EventSetup:
    """All records of a job; a timeline is worked out when the first module asks.

    Args:
        modules: ESSources and ESProducers by label.
        preferred: labels that `process.prefer` names, by record; "*" for any record.
        find_file: for files that the cfg names.
    """

    def __init__(
        self,
        modules: Mapping[str, ESSource | ESProducer],
        preferred: Mapping[str, Sequence[str]],
        find_file: Callable[[str], Path],
    ) -> None:
        self._modules = modules
        self._preferred = preferred
        self._find_file = find_file
        self._timelines: dict[type[Record], Timeline] = {}

    def timeline(self, record: type[Record], who: str, trail: tuple[type[Record], ...] = ()) -> Timeline:
        """Who delivers a record when.

        Args:
            who: needs it, for messages.

        Raises:
            ConfigurationError: nobody delivers it, several do, or records need each other in a circle.
        """
        if record in trail:
            chain = " needs ".join(cls.__name__ for cls in (*trail, record))
            raise ConfigurationError(f"records need each other: {chain}.")
        if record not in self._timelines:
            label = self._provider(record, who)
            module = self._modules[label]
            self._timelines[record] = (
                self._of_source(module, label)
                if isinstance(module, ESSource)
                else self._of_producer(module, label, (*trail, record))
            )
        return self._timelines[record]

    def _provider(self, record: type[Record], who: str) -> str:
        found = [label for label, module in self._modules.items() if module.record_class() is record]
        if not found:
            known = {module.record_class().__name__ for module in self._modules.values()}
            raise ConfigurationError(
                f"{who}: no ESSource or ESProducer delivers {record.__name__}. "
                f"{nearest(record.__name__, known, 'Records')}"
            )
        preferred = [*self._preferred.get(record.__name__, ()), *self._preferred.get("*", ())]
        chosen = [label for label in found if label in preferred]
        if len(found) > 1 and len(chosen) != 1:
            raise ConfigurationError(
                f"{who}: {record.__name__} is delivered by {', '.join(found)}; process.prefer('{found[0]}') decides."
            )
        return chosen[0] if chosen else found[0]

    def _of_source(self, module: ESSource, label: str) -> Timeline:
        records = {since.key: record for since, record in module.records(self._find_file).items()}
        if not records:
            raise ConfigurationError(f"{type(module).__name__} '{label}' delivers no record at any time.")
        return Timeline(np.array(sorted(records), np.int64), records.__getitem__)

    def _of_producer(self, module: ESProducer, label: str, trail: tuple[type[Record], ...]) -> Timeline:
        produce = module.produce  # type: ignore[attr-defined]
        hints = get_type_hints(produce)
        who = f"{type(module).__name__} '{label}'"
        needs = {name: self.timeline(hints[name], who, trail) for name in inspect.signature(produce).parameters}
        first = max((int(line.since[0]) for line in needs.values()), default=0)
        borders = np.unique(np.concatenate([[first], *(line.since for line in needs.values())]))
        since = borders[borders >= first].astype(np.int64)
        return Timeline(since, lambda key: produce(**{name: line.at(key) for name, line in needs.items()}))
