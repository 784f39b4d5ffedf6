"""`e2efw train`: from a recipe to a model bundle."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

_MAY_CHANGE = (
    *("epochs", "early_stopping", "data.train", "data.validation", "data.test"),
    *("accelerator", "devices", "nodes", "workers", "threads"),
)
"""Keys of a recipe that may be other ones when a training goes on; data must be the same, but files may have moved."""


def train(
    recipe: Annotated[
        str | None, typer.Argument(help="File of a recipe, or name of one that comes with the project.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="Overrule the recipe: epochs=5 optimiser.rate=1e-4."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write; the name of the recipe if left out.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Folder of a training to go on with; it keeps its recipe.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the whole recipe, and train nothing.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the Python traceback of an error.")] = False,
) -> None:
    """Train a network and write its bundle, curves, metrics and pictures.

    Recipes that come with the project: top_resnet15, ttbar_resnet15 and others; docs/training.md tells what one holds.
    """
    from e2efw.errors import CommandLineError, nearest  # noqa: PLC0415 (--help must not wait)
    from taggers.training.recipe import Recipe  # noqa: PLC0415
    from taggers.training.run_folder import RECIPE, RunFolder  # noqa: PLC0415

    del debug  # read by main(), which prints errors
    given = list(settings or [])
    if resume is not None:
        given = ([recipe] if recipe else []) + given
        if output is not None or any("=" not in one for one in given):
            raise CommandLineError("train: --resume takes settings only; the recipe and the output are in its folder.")
        for key in (one.partition("=")[0] for one in given):
            if key.split(".")[0] not in _MAY_CHANGE and key not in _MAY_CHANGE:
                raise CommandLineError(
                    f"train: '{key}' cannot change on the way. {nearest(key, _MAY_CHANGE, 'These can')}"
                )
        RunFolder.of_a_training(resume)
        chosen = Recipe.read(str(resume / RECIPE), given)
    elif recipe is None:
        raise CommandLineError("train: name a recipe, or a folder to --resume.")
    else:
        chosen = Recipe.read(recipe, given)
    if show:
        import yaml  # noqa: PLC0415

        typer.echo(yaml.safe_dump(chosen.written(), sort_keys=False, width=120), nl=False)
        return
    from taggers.training.trainer import train as run  # noqa: PLC0415 (torch takes seconds)

    made_by = shlex.join(["e2efw", *sys.argv[1:]])
    done = run(
        chosen, resume or output or Path(chosen.name), resume=resume is not None, made_by=made_by, tell=typer.echo
    )
    if done is not None:
        typer.echo(f"{done.folder.bundle}: {done.bundle.card.name}, sha256 {done.bundle.sha256}")
