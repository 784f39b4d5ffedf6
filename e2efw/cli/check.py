"""`e2efw check`: a job up to the moment before its first event."""

from collections.abc import Sequence

import typer

from e2efw.cli.printing import log_to_terminal, print_json, print_table
from e2efw.cli.run import configured_process
from e2efw.config.loader import find_cfg
from e2efw.errors import ConfigurationError
from e2efw.framework.configured import configure, mistakes
from e2efw.framework.job import Job
from e2efw.framework.observer import JobView


def checked(cfg: str, arguments: Sequence[str], settings: Sequence[str]) -> JobView:
    """What a job would be.

    Raises:
        E2EFWError: whatever would end it before its first event.
    """
    process = configured_process(cfg, arguments, settings)
    try:
        configuration = configure(process, find_cfg(cfg).parent)
    except ConfigurationError as first:
        found = list(dict.fromkeys(map(str, [first, *mistakes(process)])))
        if len(found) == 1:
            raise
        raise ConfigurationError("\n".join([f"{len(found)} mistakes:", *found])) from first
    return Job(configuration).check()


def print_check(cfg: str, arguments: Sequence[str], settings: Sequence[str], *, as_json: bool) -> None:
    """Check a job and print what runs, in order, with what each module reads; errors are those of `checked`."""
    log_to_terminal()
    view = checked(cfg, arguments, settings)
    paths = {label: [name for name, labels in view.paths.items() if label in labels] for label in view.modules}
    needs = {label: inputs.values() for label, inputs in view.inputs.items()} | dict(view.written)
    reads = {label: sorted({str(key) for key in needs.get(label, ()) if key is not None}) for label in view.modules}
    aliases = {str(name): str(key) for name, key in view.aliases.items()}
    if as_json:
        modules = [
            {"label": label, "type": plugin, "paths": paths[label], "reads": reads[label]}
            for label, plugin in view.modules.items()
        ]
        print_json(
            {
                "process": view.process,
                "events": view.n_events,
                "streams": view.streams,
                "modules": modules,
                "aliases": aliases,
            }
        )
        return
    rows = [(label, plugin, " ".join(paths[label]), " ".join(reads[label])) for label, plugin in view.modules.items()]
    rows += [(name, "EDAlias", "", key) for name, key in aliases.items()]
    print_table(("module", "type", "paths", "reads"), rows)
    expected = "events" if view.n_events < 0 else f"at most {view.n_events} events"
    typer.echo(f"process {view.process} is ready for {expected}")
