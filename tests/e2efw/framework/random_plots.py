"""Random jobs: a plot that both the framework and its twin read, and the job made of it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from e2efw import config as cms
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.report import JobReport
from tests.e2efw.framework import random_modules as _modules  # noqa: F401 (registers them)


@dataclass
class Plot:
    """A random job, in a form that both the framework and the twin read.

    Args:
        modules: parameters by label; labels rise from makers to readers.
        paths: spelled entries, by name; end paths begin with e.
        outputs: SelectEvents and labels kept.
        aliases: second labels of modules.
        conditional: by path, the modules on its ConditionalTask.
    """

    events: int
    modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    paths: dict[str, list[str]] = field(default_factory=dict)
    outputs: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    tolerant: list[str] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    conditional: dict[str, list[str]] = field(default_factory=dict)

    @property
    def on_tasks(self) -> list[str]:
        standing = {label_of(entry) for path in self.paths.values() for entry in path}
        standing |= {label for labels in self.conditional.values() for label in labels}
        return [label for label in self.modules if label not in standing and self.modules[label]["kind"] == "producer"]

    def maker(self, label: str) -> str:
        """The module behind a label, which may be an alias."""
        return self.aliases.get(label, label)

    def reads(self, label: str) -> list[str]:
        """The modules behind what a module reads."""
        given = self.modules[label]
        return [self.maker(given[name]) for name in ("first", "second", "number") if name in given]


def invented(seed: int, n_paths: int = 3) -> Plot:
    """A random job without circles: what stands late on a path, or reads, has a larger number."""
    dice = random.Random(seed)
    plot = Plot(events=dice.choice([1, 7, 23, 40]))
    producers: list[str] = []
    for number in range(dice.randint(2, 9)):
        bad = dice.choice([0, 0, 0, 5, 7, 11])
        reads = [dice.choice(["number", *producers, *plot.aliases]) for _ in range(2)]
        if dice.random() < 0.5:
            label = f"m{number}producer"
            plot.modules[label] = {"kind": "producer", "first": reads[0], "second": reads[1], "bad": bad}
            producers.append(label)
            if dice.random() < 0.3:
                plot.aliases[f"a{number}"] = label
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
    on_paths = {label_of(entry) for path in plot.paths.values() for entry in path}
    for label in [label for label in scheduled if label not in on_paths]:
        if "filter" in label:
            del plot.modules[label]
    for number in range(3):
        entries = dice.sample([*names, *(f"!{n}" for n in names), "p*", "!*", "exception@*", "*&noexception"], 2)
        second = {maker: alias for alias, maker in plot.aliases.items() if dice.random() < 0.5}
        keep = [second.get(label, label) for label in dice.sample(list(producers), dice.randint(0, len(producers)))]
        plot.outputs[f"out{number}"] = ([] if dice.random() < 0.2 else entries[: dice.randint(1, 2)], keep)
    ends = sorted(dice.sample(sorted(on_paths - {q for q in on_paths if "question" in q}), min(1, len(on_paths) // 2)))
    plot.paths["e0"] = ["out0", *ends, "out1"]
    plot.paths["e1"] = ["out2"]
    plot.outputs["out2"][1].append("TriggerResults")
    plot.tolerant = [label for label in plot.modules if dice.random() < 0.1]
    _make_conditional(plot, [label for label in reversed(plot.on_tasks) if dice.random() < 0.5])
    return plot


def _make_conditional(plot: Plot, labels: list[str]) -> None:
    """Move modules from the task to ConditionalTasks, where all that read them stand on paths or such tasks."""
    for label in labels:
        readers = {reader for reader in plot.modules if label in plot.reads(reader)}
        spots = {
            path: {*map(label_of, entries), *plot.conditional.get(path, ())} for path, entries in plot.paths.items()
        }
        reading = [path for path, standing in spots.items() if standing & readers]
        if not readers & {*plot.on_tasks} and all(path[0] == "p" for path in reading):
            for path in reading:
                plot.conditional.setdefault(path, []).append(label)


def label_of(entry: str) -> str:
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
    for alias, maker in plot.aliases.items():
        setattr(process, alias, cms.EDAlias(**{maker: cms.EDAlias.allProducts()}))
    for label, (entries, keep) in plot.outputs.items():
        choice = cms.untracked.PSet(SelectEvents=cms.vstring(entries))
        setattr(process, label, cms.OutputModule("RandomOutput", name=label, keep=keep, SelectEvents=choice))
    process.task = cms.Task(*(getattr(process, label) for label in plot.on_tasks))
    for name, spelled in plot.paths.items():
        path = cms.Path() if name[0] == "p" else cms.EndPath()
        for entry in spelled:
            label = label_of(entry)
            path += _OPERATORS[entry[: -len(label)]](getattr(process, label))  # type: ignore[no-untyped-call]
        path.associate(process.task)
        if name in plot.conditional:
            path.associate(cms.ConditionalTask(*(getattr(process, label) for label in plot.conditional[name])))
        setattr(process, name, path)
    return Job(configure(process, Path())).run()
