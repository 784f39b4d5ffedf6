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

A module may deliver a record under a label, its parameter ``appendToDataLabel``. Who reads it has an ESInputTag
parameter of the same name as the argument; without one, the record without label is meant.

>>> class HcalScaled(EDProducer):
...     gains: ESInputTag = param(":hcal", doc="which gains")
...
...     def produce(self, gains: Gains) -> EventFloat: ...
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
from e2efw.framework.modules import ESInputTag, Module, param


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

    append_to_data_label: str = param("", doc="label of the record, for the ESInputTag of who reads it")

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

    append_to_data_label: str = param("", doc="label of the record, for the ESInputTag of who reads it")

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


class _Name(NamedTuple):
    """What a record is called: its class, and the label that its module gives it."""

    record: type[Record]
    label: str

    def __str__(self) -> str:
        return f"{self.record.__name__}{f':{self.label}' if self.label else ''}"


class EventSetup:
    """All records of a job; a timeline is worked out when the first module asks.

    Args:
        modules: ESSources and ESProducers by label.
        preferred: labels that `process.prefer` names, by record and label: ``Gains:hcal``, ``Gains:*`` or ``*``.
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
        self._timelines: dict[_Name, Timeline] = {}

    def read_by(
        self, module: Module, records: Mapping[str, type[Record]], who: str, trail: tuple["_Name", ...] = ()
    ) -> dict[str, Timeline]:
        """Who delivers when what a module reads.

        Args:
            records: classes by argument; an ESInputTag parameter of the same name says which record of that class.
            who: the module, for messages.

        Raises:
            ConfigurationError: nobody delivers a record, several do, or records need each other in a circle.
        """
        found = {}
        for name, record in records.items():
            tag = getattr(module, name, None)
            found[name] = self._timeline(record, tag if isinstance(tag, ESInputTag) else ESInputTag(), who, trail)
        return found

    def _timeline(self, record: type[Record], tag: ESInputTag, who: str, trail: tuple["_Name", ...]) -> Timeline:
        wanted = _Name(record, tag.data)
        if wanted in trail:
            raise ConfigurationError(f"records need each other: {' needs '.join(map(str, (*trail, wanted)))}.")
        label = self._provider(wanted, who)
        if tag.module not in {"", label}:
            raise ConfigurationError(
                f"{who}: {wanted} comes from '{label}', not from '{tag.module}' (ESInputTag '{tag}')."
            )
        if wanted not in self._timelines:
            module = self._modules[label]
            self._timelines[wanted] = (
                self._of_source(module, label)
                if isinstance(module, ESSource)
                else self._of_producer(module, label, (*trail, wanted))
            )
        return self._timelines[wanted]

    def _provider(self, wanted: "_Name", who: str) -> str:
        names = {label: _Name(each.record_class(), each.append_to_data_label) for label, each in self._modules.items()}
        found = [label for label, name in names.items() if name == wanted]
        if not found:
            raise ConfigurationError(
                f"{who}: no ESSource or ESProducer delivers {wanted}. "
                f"{nearest(str(wanted), {str(name) for name in names.values()}, 'Records')}"
            )
        record = wanted.record.__name__
        preferred = {
            label for key in (f"{record}:{wanted.label}", f"{record}:*", "*") for label in self._preferred.get(key, ())
        }
        chosen = [label for label in found if label in preferred]
        if len(found) > 1 and len(chosen) != 1:
            raise ConfigurationError(
                f"{who}: {wanted} is delivered by {', '.join(found)}; process.prefer('{found[0]}') decides."
            )
        return chosen[0] if chosen else found[0]

    def _of_source(self, module: ESSource, label: str) -> Timeline:
        records = {since.key: record for since, record in module.records(self._find_file).items()}
        if not records:
            raise ConfigurationError(f"{type(module).__name__} '{label}' delivers no record at any time.")
        return Timeline(np.array(sorted(records), np.int64), records.__getitem__)

    def _of_producer(self, module: ESProducer, label: str, trail: tuple["_Name", ...]) -> Timeline:
        produce = module.produce  # type: ignore[attr-defined]
        hints = get_type_hints(produce)
        who = f"{type(module).__name__} '{label}'"
        needs = self.read_by(module, {name: hints[name] for name in inspect.signature(produce).parameters}, who, trail)
        first = max((int(line.since[0]) for line in needs.values()), default=0)
        borders = np.unique(np.concatenate([[first], *(line.since for line in needs.values())]))
        since = borders[borders >= first].astype(np.int64)
        return Timeline(since, lambda key: produce(**{name: line.at(key) for name, line in needs.items()}))
