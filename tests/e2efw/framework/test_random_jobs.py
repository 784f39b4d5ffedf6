"""Random jobs against a slow twin that takes one event at a time and follows the rules word by word.

Paths with filters, vetoes, ignored filters, questions about other paths, tasks, end paths, three outputs with
SelectEvents, errors that cost an event or are ignored; any block size, up to four streams.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.results import EventFloat
from dataformats.trigger import PathStatus, TriggerResults
from e2efw import config as cms
from e2efw.errors import EventCorruptionError
from e2efw.framework.blocks import Block, EventIDs, ProductInfo, SourceContent, Wanted
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDFilter, EDProducer, InputTag, OutputModule, Source, param
from e2efw.framework.provenance import Provenance
from e2efw.framework.report import JobReport
from e2efw.framework.tags import ProductKey

NUMBER = ProductKey("number", "", "IN")
PASS, FAIL, EXCEPTION = 1, 2, 3
CONTINUE, IGNORE = "ProductNotFound", "EventCorruption"


class RandomSource(Source):
    """Numbered events."""

    events: int = param(10, doc="how many")

    def open(self) -> "OpenRandomSource":
        return OpenRandomSource(self.events)


@dataclass
class OpenRandomSource:
    """Open."""

    n_events: int
    content: ClassVar[SourceContent] = {NUMBER: ProductInfo("float", product_class=EventFloat)}
    provenance: ClassVar[Provenance] = Provenance([])

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        last = self.n_events if max_events < 0 else min(max_events, self.n_events)
        for number, first in enumerate(range(0, last, events_per_block)):
            event = np.arange(first, min(first + events_per_block, last), dtype=np.uint64)
            ones = np.ones(event.size, np.uint32)
            products = {NUMBER: EventFloat(value=event.astype(np.float32))}
            yield Block(number, EventIDs(ones, ones, event, "memory"), {k: products[k] for k in wanted})

    def report(self) -> list[str]:
        return []

    def close(self) -> None:
        pass


def refuse_some(events: NDArray[np.uint64], bad: int) -> None:
    if bad and np.any(events % np.uint64(bad) == bad - 1):
        raise EventCorruptionError("a bad event")


class RandomProducer(EDProducer):
    """A number made of the event's, of what it reads and of its salt."""

    first: InputTag = param("number", doc="must be there")
    second: InputTag = param("number", doc="may be missing")
    salt: int = param(1, doc="makes modules differ")
    bad: int = param(0, doc="cannot process every so manieth event")

    def produce(self, first: EventFloat, second: EventFloat | None, ids: EventIDs) -> EventFloat:
        refuse_some(ids.event, self.bad)
        other = 0 if second is None else second.value
        return EventFloat(value=(3 * first.value + 5 * other + self.salt) % 997)


class RandomFilter(EDFilter):
    """Most of the events."""

    number: InputTag = param("number", doc="what decides")
    salt: int = param(1, doc="makes filters differ")
    bad: int = param(0, doc="cannot process every so manieth event")

    def filter(self, number: EventFloat, ids: EventIDs) -> NDArray[np.bool_]:
        refuse_some(ids.event, self.bad)
        return np.asarray((number.value + self.salt) % 4 != 0)


class RandomQuestion(EDFilter):
    """Did that path pass?"""

    path: InputTag = param(doc="name of the path")

    def filter(self, path: PathStatus) -> NDArray[np.bool_]:
        return path.accept


class RandomOutput(OutputModule):
    """Remembers what it gets."""

    name: str = param(doc="where to find it")
    keep: tuple[str, ...] = param((), doc="labels of modules")
    got: ClassVar[dict[str, list[tuple[int, dict[str, Any]]]]] = {}

    def open(self, content: SourceContent, provenance: Provenance) -> "RandomWriter":
        self.got[self.name] = []
        wanted = {key: info.product_class for key, info in content.items() if key.label in self.keep}
        return RandomWriter(wanted, self.got[self.name])


def shown(product: Any) -> Any:
    """The number, or state and index of every path."""
    if isinstance(product, TriggerResults):
        return list(zip(product.state[0].tolist(), product.index[0].tolist(), strict=True))
    return float(product.value[0])


@dataclass
class RandomWriter:
    """Open."""

    wanted: Wanted
    got: list[tuple[int, dict[str, Any]]]
    files: ClassVar[Sequence[Path]] = ()

    def write(self, block: Block) -> None:
        for position, event in enumerate(block.ids.event.tolist()):
            here = np.array([position])
            kept = {key.label: block.get(key, here) for key in self.wanted if block.has(key, here)[0]}
            self.got.append((event, {label: shown(product) for label, product in kept.items()}))

    def close(self) -> str:
        return ""

    def abort(self) -> None:
        pass


@dataclass
class Plot:
    """A random job, in a form that both the framework and the twin read.

    Args:
        modules: parameters by label; labels rise from makers to readers.
        paths: spelled entries, by name; end paths begin with e.
        outputs: SelectEvents and labels kept.
    """

    events: int
    modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    paths: dict[str, list[str]] = field(default_factory=dict)
    outputs: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    tolerant: list[str] = field(default_factory=list)

    @property
    def on_tasks(self) -> list[str]:
        standing = {_label(entry) for path in self.paths.values() for entry in path}
        return [label for label in self.modules if label not in standing and self.modules[label]["kind"] == "producer"]


def invented(seed: int, n_paths: int = 3) -> Plot:
    """A random job without circles: what stands late on a path, or reads, has a larger number."""
    dice = random.Random(seed)
    plot = Plot(events=dice.choice([1, 7, 23, 40]))
    producers: list[str] = []
    for number in range(dice.randint(2, 9)):
        bad = dice.choice([0, 0, 0, 5, 7, 11])
        reads = [dice.choice(["number", *producers]) for _ in range(2)]
        if dice.random() < 0.5:
            label = f"m{number}producer"
            plot.modules[label] = {"kind": "producer", "first": reads[0], "second": reads[1], "bad": bad}
            producers.append(label)
        else:
            plot.modules[f"m{number}filter"] = {"kind": "filter", "number": reads[0], "bad": bad}
    scheduled = [label for label in plot.modules if "filter" in label or dice.random() < 0.6]
    names = [f"p{i}" for i in range(dice.randint(1, n_paths))]
    for i, name in enumerate(names):
        chosen = sorted(dice.sample(scheduled, dice.randint(0, len(scheduled))))
        plot.paths[name] = [_spelled(label, dice) for label in chosen]
        if i and dice.random() < 0.3:
            plot.modules[f"z{i}question"] = {"kind": "question", "path": names[dice.randrange(i)]}
            plot.paths[name].append(_spelled(f"z{i}question", dice))
    on_paths = {_label(entry) for path in plot.paths.values() for entry in path}
    for label in [label for label in scheduled if label not in on_paths]:
        if "filter" in label:
            del plot.modules[label]
    for number in range(3):
        entries = dice.sample([*names, *(f"!{n}" for n in names), "p*", "!*", "exception@*", "*&noexception"], 2)
        keep = dice.sample(list(producers), dice.randint(0, len(producers)))
        plot.outputs[f"out{number}"] = ([] if dice.random() < 0.2 else entries[: dice.randint(1, 2)], keep)
    ends = sorted(dice.sample(sorted(on_paths - {q for q in on_paths if "question" in q}), min(1, len(on_paths) // 2)))
    plot.paths["e0"] = ["out0", *ends, "out1"]
    plot.paths["e1"] = ["out2"]
    plot.outputs["out2"][1].append("TriggerResults")
    plot.tolerant = [label for label in plot.modules if dice.random() < 0.1]
    return plot


def _label(entry: str) -> str:
    return entry.lstrip("!-+|")


def _spelled(label: str, dice: random.Random) -> str:
    return dice.choice(["", "", "!", "-", "|", "+"] if "producer" not in label else ["", "|"]) + label


_KINDS = {"producer": "RandomProducer", "filter": "RandomFilter", "question": "RandomQuestion"}
_OPERATORS = {
    "!": lambda m: ~m,
    "-": cms.ignore,
    "|": cms.wait,
    "+": lambda m: cms.wait(cms.ignore(m)),
    "": lambda m: m,
}


def run_job(plot: Plot, per_block: int, streams: int, actions: Mapping[str, list[str]]) -> JobReport:
    process = cms.Process("TEST")
    process.options.eventsPerBlock = per_block
    process.options.numberOfThreads = streams
    for name, categories in actions.items():
        setattr(process.options, name, categories)
    process.options.modulesToCallForTryToContinue = plot.tolerant
    process.source = cms.Source("RandomSource", events=plot.events)
    for number, (label, given) in enumerate(plot.modules.items()):
        parameters = {name: value for name, value in given.items() if name != "kind"}
        salt = {} if given["kind"] == "question" else {"salt": number}
        kind = cms.EDProducer if given["kind"] == "producer" else cms.EDFilter
        setattr(process, label, kind(_KINDS[given["kind"]], **parameters, **salt))
    for label, (entries, keep) in plot.outputs.items():
        choice = cms.untracked.PSet(SelectEvents=cms.vstring(entries))
        setattr(process, label, cms.OutputModule("RandomOutput", name=label, keep=keep, SelectEvents=choice))
    process.task = cms.Task(*(getattr(process, label) for label in plot.on_tasks))
    for name, spelled in plot.paths.items():
        path = cms.Path() if name[0] == "p" else cms.EndPath()
        for entry in spelled:
            label = _label(entry)
            path += _OPERATORS[entry[: -len(label)]](getattr(process, label))  # type: ignore[no-untyped-call]
        path.associate(process.task)
        setattr(process, name, path)
    return Job(configure(process, Path())).run()


class OneEvent:
    """The rules, for one event. Phases: paths (p), end paths (e), outputs (o)."""

    def __init__(self, plot: Plot, event: int, actions: Mapping[str, list[str]]) -> None:
        self.plot, self.event = plot, event
        self.action = {category: action for action, categories in actions.items() for category in categories}
        self.outcome = cache(self._outcome)
        self.visited = cache(self._visited)
        self.failures: set[tuple[int, str, str]] = set()
        self.states = {name: self.state(name) for name in plot.paths if name[0] == "p"}
        self.written = {label for label in plot.outputs if self.reached(label, "e") and self.selected(label)}
        for label in plot.modules:
            if self.visited(label, "peo"):
                self.outcome(label, "peo")

    def state(self, path: str, until: int | None = None) -> tuple[int, int]:
        """State and last module reached, of a path or its beginning."""
        entries = self.plot.paths[path][:until]
        for index, entry in enumerate(entries):
            label = _label(entry)
            if label in self.plot.outputs:
                continue
            fate, value = self.outcome(label, "p" if path[0] == "p" else "pe")
            if fate == "failed":
                return EXCEPTION, index
            decides = "producer" not in label and path[0] == "p" and entry[0] not in "-+"
            if decides and fate == "ran" and value == (entry[0] == "!"):
                return FAIL, index
        return PASS, len(entries) - 1

    def reached(self, label: str, phases: str) -> bool:
        """Whether the event gets to a module on a path."""
        spots = {path: [_label(entry) for entry in entries] for path, entries in self.plot.paths.items()}
        return any(
            path[0] in phases and label in labels and self.state(path, labels.index(label))[0] == PASS
            for path, labels in spots.items()
        )

    def _visited(self, label: str, phases: str) -> bool:
        """Whether a module is asked to look at the event: on a path, or by a reader of what it makes."""
        if label not in self.plot.on_tasks:
            return self.reached(label, phases)
        readers = [reader for reader, given in self.plot.modules.items() if label in list(given.values())[1:]]
        if any(self.visited(reader, phases) for reader in readers):
            return True
        return "o" in phases and any(label in self.plot.outputs[output][1] for output in self.written)

    def _outcome(self, label: str, asked: str) -> tuple[str, Any]:
        """What becomes of the event in a module that is asked to look at it; it does so when it is first asked."""
        given = self.plot.modules[label]
        if given["kind"] == "question":
            return "ran", self.state(given["path"])[0] == PASS
        phases = next(phases for phases in ("p", "pe", "peo") if phases == asked or self.visited(label, phases))
        if phases != asked:
            return self.outcome(label, phases)
        reads = {name: given[name] for name in ("first", "second", "number") if name in given}
        made = {name: self.product(maker, phases) for name, maker in reads.items()}
        tolerant = label in self.plot.tolerant
        if any(fate == "failed" for name, (fate, _) in made.items() if name != "second" or not tolerant):
            return "failed", None
        if any(fate == "ignored" for name, (fate, _) in made.items() if name != "second"):
            return "ignored", None
        category = ""
        if any(fate != "ran" for name, (fate, _) in made.items() if name != "second"):
            category = CONTINUE
        elif given["bad"] and self.event % given["bad"] == given["bad"] - 1:
            category = IGNORE
        if category:
            self.failures.add((self.event, label, category))
            return ("ignored" if tolerant or self.action[category] == "IgnoreCompletely" else "failed"), None
        salt = list(self.plot.modules).index(label)
        if given["kind"] == "filter":
            return "ran", (made["number"][1] + salt) % 4 != 0
        second = made["second"][1] if made["second"][0] == "ran" else 0
        return "ran", (3 * made["first"][1] + 5 * second + salt) % 997

    def product(self, maker: str, phases: str = "peo") -> tuple[str, Any]:
        """What a module made of the event, if it was asked by then."""
        if maker == "number":
            return "ran", self.event
        asked = maker in self.plot.on_tasks and phases != "peo"  # by the reader
        return self.outcome(maker, phases) if asked or self.visited(maker, phases) else ("absent", None)

    def selected(self, output: str) -> bool:
        entries, _ = self.plot.outputs[output]
        states = {name: state for name, (state, _) in self.states.items()}
        verdicts = {"p*": PASS in states.values(), "!*": all(s == FAIL for s in states.values())}
        verdicts |= {"exception@*": EXCEPTION in states.values()}
        verdicts |= {"*&noexception": PASS in states.values() and EXCEPTION not in states.values()}
        verdicts |= {name: s == PASS for name, s in states.items()} | {f"!{n}": s == FAIL for n, s in states.items()}
        return not entries or any(verdicts[entry] for entry in entries)

    def kept(self, output: str) -> dict[str, Any]:
        results = "ran", list(self.states.values())
        labels = self.plot.outputs[output][1]
        products = {label: results if label == "TriggerResults" else self.product(label) for label in labels}
        return {label: value for label, (fate, value) in products.items() if fate == "ran"}


def compare(plot: Plot, dice: random.Random) -> None:
    fates = [dice.choice(["TryToContinue", "IgnoreCompletely"]) for _ in range(2)]
    actions = {fate: [c for c, f in zip((CONTINUE, IGNORE), fates, strict=True) if f == fate] for fate in fates}
    report = run_job(plot, dice.randint(1, 17), dice.randint(1, 4), actions)
    twins = [OneEvent(plot, event, actions) for event in range(plot.events)]
    for label in plot.outputs:
        expected = [(twin.event, twin.kept(label)) for twin in twins if label in twin.written]
        assert RandomOutput.got[label] == expected, label
    for number, name in enumerate(twins[0].states):
        counts = report.counts.paths[number].total
        found = [sum(twin.states[name][0] == state for twin in twins) for state in (PASS, FAIL, EXCEPTION)]
        assert [counts.passed, counts.failed, counts.error] == found, name
        for position, place in enumerate(report.counts.paths[number].places):
            beyond = sum(twin.states[name][1] > position or twin.states[name] == (PASS, position) for twin in twins)
            assert place.passed == beyond, (name, position)
    failures = {(int(f.event.split(":")[2]), f.module, f.category) for f in report.failures}
    assert failures == set().union(*(twin.failures for twin in twins))
    assert len(report.failures) == len(failures)


@pytest.mark.parametrize("first", range(0, 520, 40))
def test_random_jobs_agree_with_the_twin(first: int) -> None:
    for seed in range(first, first + 40):
        try:
            compare(invented(seed), random.Random(seed))
        except BaseException as error:
            error.add_note(f"seed {seed}: {invented(seed)}")
            raise


def test_a_job_of_twelve_paths_agrees_with_the_twin() -> None:
    for seed in range(1000, 1010):
        compare(invented(seed, n_paths=12), random.Random(seed))
