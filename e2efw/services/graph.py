"""Who reads what from whom, as Graphviz text or as a picture."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from e2efw.errors import CommandLineError, FileWriteError
from e2efw.framework.observer import JobView, Observer

_INPUT: Final = "source"
_FRAMEWORK: Final = "made of paths"
"""In place of a type: trigger results and the status of paths."""
_GRAPHVIZ: Final = {".gv", ".dot"}
_PICTURES: Final = {".png", ".pdf", ".svg"}


class Edge(NamedTuple):
    """Products that go from one module to another.

    Args:
        products: what they are, ``label:instance`` or as the input calls them.
    """

    maker: str
    reader: str
    products: tuple[str, ...]


def edges(view: JobView) -> list[Edge]:
    """Who reads or writes what of whom, and whose products an EDAlias names; the input comes from ``source``."""
    found: dict[tuple[str, str], list[str]] = {}
    read = {label: inputs.values() for label, inputs in view.inputs.items()}
    for reader, keys in {**read, **view.written}.items():
        for key in keys:
            if key is None:
                continue
            maker = key.label if key.process == view.process else _INPUT
            name = key.instance if key.process == view.process else str(key)
            found.setdefault((maker, reader), []).append(name)
    for second, first in view.aliases.items():
        found.setdefault((first.label, second.label), []).append(first.instance)
    return [Edge(*pair, tuple(dict.fromkeys(names))) for pair, names in found.items()]


def nodes(view: JobView) -> dict[str, str]:
    """Type of everything that is drawn, by label: what runs, aliases, and results of paths that somebody reads."""
    known = {**view.modules, **dict.fromkeys((name.label for name in view.aliases), "EDAlias")}
    return known | {edge.maker: _FRAMEWORK for edge in edges(view) if edge.maker not in known}


def as_data(view: JobView) -> dict[str, Any]:
    """The graph as JSON data."""
    return {
        "process": view.process,
        "modules": [{"label": label, "type": plugin} for label, plugin in nodes(view).items()],
        "edges": [{"from": edge.maker, "to": edge.reader, "products": list(edge.products)} for edge in edges(view)],
        "paths": {name: list(labels) for name, labels in view.paths.items()},
    }


def levels(view: JobView) -> dict[str, int]:
    """How many modules come before each: the input has level 0, outputs come last, results of paths before readers."""
    makers: dict[str, list[str]] = {}
    for edge in edges(view):
        makers.setdefault(edge.reader, []).append(edge.maker)
    found = {_INPUT: 0}

    def level(label: str) -> int:
        if label not in found:
            found[label] = 1 + max((level(maker) for maker in makers.get(label, [_INPUT])), default=0)
        return found[label]

    last = max((level(label) for label in nodes(view) if label not in view.outputs), default=0)
    found |= dict.fromkeys(view.outputs, last + 1)
    for label in [label for label, plugin in nodes(view).items() if plugin == _FRAMEWORK]:
        found[label] = min(found[edge.reader] for edge in edges(view) if edge.maker == label) - 1
    return found


def graphviz(view: JobView, highlight: tuple[str, ...] = ()) -> str:
    """Text for ``dot -Tsvg``.

    Args:
        highlight: labels of modules to colour.
    """
    return "\n".join(_lines(view, highlight)) + "\n"


def _lines(view: JobView, highlight: tuple[str, ...]) -> Iterator[str]:
    yield f'digraph "{view.process}" {{'
    yield "  rankdir=LR; node [shape=box];"
    aliases = {name.label for name in view.aliases}
    for label, plugin in nodes(view).items():
        shape = ", shape=ellipse" if label == _INPUT else ", shape=folder" if label in view.outputs else ""
        shape = ", style=dashed" if label in aliases else shape
        colour = ', style=filled, fillcolor="lightgreen"' if label in highlight else ""
        yield f'  "{label}" [label="{label}\\n{plugin}"{shape}{colour}];'
    for edge in edges(view):
        yield f'  "{edge.maker}" -> "{edge.reader}" [tooltip="{", ".join(filter(None, edge.products))}"];'
    for path, labels in view.paths.items():
        chain = [label for label in labels if label in view.modules]
        yield from (
            f'  "{one}" -> "{other}" [style=dashed, color=gray, tooltip="path {path}", constraint=false];'
            for one, other in pairwise(chain)
        )
    yield "}"


def draw(view: JobView, target: Path, highlight: tuple[str, ...] = ()) -> None:
    """Write Graphviz text or a picture, by the suffix of the file.

    Raises:
        CommandLineError: another suffix.
        MissingDependencyError: a picture without matplotlib.
        FileWriteError: the file cannot be written.
    """
    if target.suffix not in _GRAPHVIZ | _PICTURES:
        raise CommandLineError(
            f"graph: {target} should end in one of {', '.join(sorted(_GRAPHVIZ | _PICTURES))}, not '{target.suffix}'."
        )
    try:
        if target.suffix in _GRAPHVIZ:
            target.write_text(graphviz(view, highlight), encoding="utf-8")
        else:
            from e2efw.services.graph_picture import draw_picture  # noqa: PLC0415 (only where something is drawn)

            draw_picture(view, target, highlight)
    except OSError as error:
        raise FileWriteError(f"graph: cannot write {target}: {error.strerror or error}.") from error


class GraphWriter(Observer):
    """Draws a job when it begins.

    Args:
        target: file to write.
        highlight: labels of modules to colour.
    """

    def __init__(self, target: Path, highlight: tuple[str, ...]) -> None:
        self._target = target
        self._highlight = highlight

    def begin_job(self, job: JobView) -> None:
        """Everything is known now."""
        draw(job, self._target, self._highlight)
