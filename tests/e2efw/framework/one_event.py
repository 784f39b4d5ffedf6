"""The slow twin of the framework: the rules word by word, for one event."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.e2efw.framework.random_plots import Plot, label_of

PASS, FAIL, EXCEPTION = 1, 2, 3
CONTINUE, IGNORE = "ProductNotFound", "EventCorruption"


def expanded(plot: Plot, path: str) -> list[str]:
    """A path on which modules of its ConditionalTask stand before the first one that reads them."""
    entries: list[str] = []
    for entry in plot.paths[path]:
        entries += [f"-{label}" for label in _conditional(plot, path, label_of(entry)) if f"-{label}" not in entries]
        entries.append(entry)
    return entries


def _conditional(plot: Plot, path: str, reader: str) -> list[str]:
    """Modules of a path's ConditionalTask that a module needs, directly or not, each behind what it needs itself."""
    makers = [] if reader in plot.outputs else plot.reads(reader)
    needed = [
        m
        for maker in makers
        if maker in plot.conditional.get(path, ())
        for m in (*_conditional(plot, path, maker), maker)
    ]
    return list(dict.fromkeys(needed))


class OneEvent:
    """The rules, for one event. Phases: paths (p), end paths (e), outputs (o)."""

    def __init__(self, plot: Plot, event: int, actions: Mapping[str, list[str]]) -> None:
        self.plot, self.event = plot, event
        self.paths = {path: expanded(plot, path) for path in plot.paths}
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
        entries = self.paths[path][:until]
        for index, entry in enumerate(entries):
            label = label_of(entry)
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
        spots = {path: [label_of(entry) for entry in entries] for path, entries in self.paths.items()}
        return any(
            path[0] in phases and label in labels and self.state(path, labels.index(label))[0] == PASS
            for path, labels in spots.items()
        )

    def _visited(self, label: str, phases: str) -> bool:
        """Whether a module is asked to look at the event: on a path, or by a reader of what it makes."""
        if label not in self.plot.on_tasks:
            return self.reached(label, phases)
        given = {reader: list(parameters.values())[1:] for reader, parameters in self.plot.modules.items()}
        readers = [reader for reader, values in given.items() if label in map(self.plot.maker, values)]
        if any(self.visited(reader, phases) for reader in readers):
            return True
        return "o" in phases and any(
            label in map(self.plot.maker, self.plot.outputs[output][1]) for output in self.written
        )

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
        maker = self.plot.maker(maker)
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
