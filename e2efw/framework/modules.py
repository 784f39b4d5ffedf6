"""The contract of plugins: a module is a frozen set of parameters and one function.

>>> class HcalSum(EDProducer):
...     hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="HB and HE hits")
...     min_energy: float = param(0.0, unit="GeV", doc="hits at or below this energy are ignored")
...
...     def produce(self, hits: HBHERecHits) -> EventFloat:
...         return EventFloat(value=ak.sum(hits.energy[hits.energy > self.min_energy], axis=1))

The function's arguments are what the module reads: an argument named like an InputTag parameter gets that product; `X |
None` gives None where nobody has it. Many products are read as one *bundle*: an argument of any name, annotated with a
frozen dataclass whose fields are named like InputTag parameters and annotated with product classes or `X | None`.
Bundles and single products mix; none comes twice. An argument annotated with the class that `begin_job` returns gets
what `begin_job` opened (a network session, a histogram), likewise for `begin_stream`, `begin_run` and `begin_lumi`; one
annotated with a `Record` gets constants (see `eventsetup`), one annotated `EventIDs` run, lumi and event numbers. The
return annotation is what the module makes: one product, or a NamedTuple of products whose field names are the instance
labels. A module is tested without any framework: ``HcalSum().produce(hits)``.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import Block, SourceContent, Wanted
from e2efw.framework.observer import Histograms, Observer
from e2efw.framework.parameters import HelpTable, declared, param
from e2efw.framework.plugins import register
from e2efw.framework.provenance import Provenance
from e2efw.framework.select_events import SelectEvents
from e2efw.framework.tags import ESInputTag, InputTag


class JobContext(Protocol):
    """What a module may know of the job it is in."""

    @property
    def label(self) -> str:
        """The module's own label."""

    @property
    def threads_per_stream(self) -> int:
        """Threads a network session may use without stealing from other streams."""

    @property
    def accelerators(self) -> tuple[str, ...]:
        """What the module may compute with on this host, in order of preference: ``("gpu-nvidia", "cpu")``."""

    def description(self, parameter: str) -> Mapping[str, Any]:
        """What is known before the first event of the product behind an InputTag parameter: channels, shapes."""

    def branch(self, parameter: str) -> str:
        """Branch name, with its dot, of the product behind an InputTag parameter; "" if nobody has it."""

    def find_file(self, name: str) -> Path:
        """A file named in the cfg: absolute, beside the cfg, in the current folder, or packaged in `python_cfg`.

        Raises:
            FileInPathError: it is in none of these places; names the nearest files.
        """

    def record(self, fact: str, value: Any) -> None:
        """Store a fact about this module (a model's checksum, the provider used) in the provenance of the output."""


class BookingContext(JobContext, Protocol):
    """The job of a module that books histograms."""

    @property
    def histograms(self) -> Histograms:
        """The module's folder in the file of TFileService: ``job.histograms.book("pt", hist.axis.Regular(...))``.

        Raises:
            ConfigurationError: the cfg has no such service.
        """


class Module:
    """Base of all plugins; subclasses become frozen dataclasses of their parameters."""

    kind: ClassVar[str] = ""

    if TYPE_CHECKING:

        def __init__(self, **parameters: Any) -> None:
            """Parameters by Python name; those left out have their defaults."""

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        """Freeze the parameters and register the class under its name, unless it is the base of a kind."""
        super().__init_subclass__(**kwargs)
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        if cls.__module__ != __name__ and not abstract:
            register(cls)

    def __post_init__(self) -> None:
        """Bring values into their declared types and check them, however the module was made."""
        for parameter in declared(type(self)).values():
            try:
                value = parameter.convert(getattr(self, parameter.name))
            except ValueError as error:
                raise ConfigurationError(
                    f"{type(self).__name__}: parameter '{parameter.cfg_name}': {error}."
                ) from error
            object.__setattr__(self, parameter.name, value)

    begin_job: ClassVar[Callable[..., Any] | None] = None
    """``begin_job(self, job: JobContext) -> State``: check, open what outlives a block. None: nothing to open."""

    def end_job(self, state: Any) -> None:
        """Close what `begin_job` opened."""

    begin_stream: ClassVar[Callable[..., Any] | None] = None
    """``begin_stream(self) -> State``: open what no two streams may share. See `transitions` for all of these."""

    def end_stream(self, state: Any) -> None:
        """Close what `begin_stream` opened."""

    begin_run: ClassVar[Callable[..., Any] | None] = None
    begin_lumi: ClassVar[Callable[..., Any] | None] = None
    """``begin_run(self, run: RunID) -> State`` and ``begin_lumi(self, lumi: LumiID) -> State``."""

    def end_run(self, state: Any) -> None:
        """The stream's events of the run are over; likewise `end_lumi`."""

    def end_lumi(self, state: Any) -> None:
        """The stream's events of the luminosity block are over."""

    def needed_products(self) -> frozenset[str]:
        """Optional products (``X | None``) that this configuration cannot do without, by argument or field."""
        return frozenset()

    def unused_products(self) -> frozenset[str]:
        """Optional products that this configuration does not look at and gets None for: nobody reads them for it."""
        return frozenset()

    def describe(self) -> dict[str, dict[str, Any]]:
        """What is known of the products before the first event, by instance label: shapes, channel names."""
        return {}

    @classmethod
    def old_parameters(cls) -> Mapping[str, str]:
        """Names that cfgs of earlier systems set, which `translated` knows, with a line of meaning each."""
        return {}

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> Mapping[str, Any]:
        """Today's parameters, by Python name, that stand for some of `old_parameters`.

        Raises:
            ValueError: they contradict each other; says how.
        """
        raise NotImplementedError

    @classmethod
    def help_tables(cls) -> Sequence[HelpTable]:
        """What `plugin-help` prints below the parameters."""
        return ()


class EDProducer(Module):
    """Makes products: ``produce(self, products...) -> Product | NamedTuple``."""

    kind: ClassVar[str] = "EDProducer"


class EDFilter(Module):
    """Decides: ``filter(self, products...) -> (events,) bool``; events with False leave the path."""

    kind: ClassVar[str] = "EDFilter"


class EDAnalyzer(Module):
    """Looks: ``analyze(self, products...) -> None``."""

    kind: ClassVar[str] = "EDAnalyzer"


class OutputModule(Module):
    """Writes blocks, in input order, from one thread; the job gives it the events that `select_events` accepts."""

    kind: ClassVar[str] = "OutputModule"

    select_events: SelectEvents = param(
        SelectEvents(), doc="which events are written, by what became of them on the paths", name="SelectEvents"
    )

    def open(self, content: SourceContent, provenance: Provenance) -> "OutputWriter":
        """Check that writing can succeed and prepare; nothing appears under the final name yet.

        Args:
            content: every product a block may hold: those of the input and those of this process.
            provenance: what made each product; complete when the writer closes.
        """
        raise NotImplementedError


class OutputWriter(Protocol):
    """An output file being written."""

    @property
    def wanted(self) -> Wanted:
        """The products it will write: their keys."""

    @property
    def files(self) -> Sequence[Path]:
        """The files written so far, the present one included."""

    def write(self, block: Block) -> None:
        """Append the events of a block."""

    def close(self) -> str:
        """Finish; the file appears under its name. Returns one line for the summary."""

    def abort(self) -> None:
        """Leave nothing behind."""


class Service(Module):
    """Watches or serves a job as a whole: ``process.add_(cms.Service("Timing", ...))``."""

    kind: ClassVar[str] = "Service"

    @classmethod
    def from_cfg(cls, service: Any) -> Self | None:
        """For services whose cfg holds PSets; None leaves it to the declared parameters.

        Args:
            service: the `config.Service`.

        Raises:
            ConfigurationError: it says something that does not exist.
        """
        del service
        return None

    def open(self) -> Observer:
        """What is told of the job."""
        raise NotImplementedError


class Source(Module):
    """Delivers blocks of events."""

    kind: ClassVar[str] = "Source"

    def open(self) -> "OpenSource":
        """Open the first input; whatever is wrong with it is found here."""
        raise NotImplementedError


class OpenSource(Protocol):
    """An input being read."""

    @property
    def content(self) -> SourceContent:
        """What every block holds or can hold."""

    @property
    def provenance(self) -> Provenance:
        """What earlier processes did to this input."""

    @property
    def n_events(self) -> int | None:
        """Events in all inputs at most; -1 if that shows only at the end, None if there is none, as with generators."""

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        """Read, in order, blocks with the wanted products.

        Args:
            wanted: keys of products to read, with the class each is read as (None: keep the columns as they are).
            events_per_block: events in each block but the last.
            max_events: stop after so many, -1 for all; a source that never ends is not asked for all.
        """

    def report(self) -> list[str]:
        """Lines for the closing summary: what was dropped or skipped, and why."""

    def close(self) -> None:
        """Release files and threads."""


__all__ = [
    "BookingContext",
    "EDAnalyzer",
    "EDFilter",
    "EDProducer",
    "ESInputTag",
    "HelpTable",
    "InputTag",
    "JobContext",
    "Module",
    "OpenSource",
    "OutputModule",
    "OutputWriter",
    "Service",
    "Source",
    "param",
]
