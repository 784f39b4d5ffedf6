"""ConditionalTask of CMSSW 12 to 15: modules that run on a path if another module on that path reads what they make.

Such a module stands just before the first one that reads it, behind the filters that come earlier; its own decision, if
it is a filter, counts for nothing. Readers on other paths and outputs do not make it run.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from e2efw.framework.aliases import Alias
from e2efw.framework.blocks import ProductInfo
from e2efw.framework.dataflow import Configured
from e2efw.framework.schedule import PathEntry, PathPlan
from e2efw.framework.tags import InputTag, ProductKey


def conditional_labels(process: Any) -> dict[str, list[str]]:
    """For each path, the modules on its ConditionalTasks, without those that run anyway: on an ordinary Task."""
    on_tasks = {module.label_() for module in process.unscheduled_()}
    found = {path.label_(): [module.label_() for module in path.conditional_()] for path in process.schedule_()}
    return {
        path: [label for label in labels if label not in on_tasks and label not in process.aliases]
        for path, labels in found.items()
        if labels
    }


def placed(
    paths: Sequence[PathPlan],
    conditional: Mapping[str, Sequence[str]],
    modules: Mapping[str, Configured],
    aliases: Sequence[Alias],
    process: str,
) -> list[PathPlan]:
    """The paths, with their conditional modules before those that read them.

    Args:
        conditional: labels by path.
        modules: all modules on paths, and conditional ones.
    """
    if not conditional:
        return list(paths)
    makers = _makers(modules, aliases, process)
    return [_placed_on(path, conditional.get(path.name, ()), makers) for path in paths]


def _placed_on(path: PathPlan, candidates: Collection[str], makers: Mapping[str, Sequence[str]]) -> PathPlan:
    standing = {entry.label for entry in path.entries}
    entries: list[PathEntry] = []

    def place_makers(reader: str) -> None:
        for maker in makers.get(reader, ()):
            if maker in candidates and maker not in standing:
                standing.add(maker)
                place_makers(maker)
                entries.append(PathEntry(maker, ignore=True))

    for entry in path.entries:
        place_makers(entry.label)
        entries.append(entry)
    return replace(path, entries=tuple(entries))


def _makers(modules: Mapping[str, Configured], aliases: Sequence[Alias], process: str) -> dict[str, list[str]]:
    """For each module, the labels of those of this process that may make what it reads."""
    content: dict[ProductKey, ProductInfo] = {}
    for configured in modules.values():
        content |= configured.products(process)
    names = {key: key for key in content}
    for alias in aliases:
        names |= alias.products(content, process)

    def of(configured: Configured) -> Iterator[str]:
        for consumed in configured.schema.consumes.values():
            tag: InputTag = getattr(configured.module, consumed.parameter)
            yield from (key.label for name, key in names.items() if tag.matches(name, process))

    return {label: list(dict.fromkeys(of(configured))) for label, configured in modules.items()}
