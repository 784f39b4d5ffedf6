"""`e2efw saliency`: a picture of where a trained network looks."""

from pathlib import Path
from typing import Annotated

import typer


def saliency(
    folder: Annotated[Path, typer.Argument(help="Folder of a training.")],
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="Overrule its recipe: data.max_rows=2000."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Picture to write; pictures/saliency.png if left out.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Jets of the test sample to look at.")] = 500,
    steps: Annotated[int, typer.Option("--steps", min=2, help="Points of the integral.")] = 32,
    of: Annotated[str, typer.Option("--of", help="What the network says; its last output if left out.")] = "",
    debug: Annotated[bool, typer.Option("--debug", help="Show the Python traceback of an error.")] = False,
) -> None:
    """Draw where the network of a training looks: integrated gradients, per class and channel."""
    from taggers.training.looking import look_at_training  # noqa: PLC0415 (torch takes seconds)
    from taggers.training.saliency import draw_saliency  # noqa: PLC0415

    del debug  # read by main(), which prints errors
    found = look_at_training(folder, settings or (), rows=rows, output=of, steps=steps)
    path = output or folder / "pictures" / "saliency.png"
    draw_saliency(found, path, unit="raw output", note="Simulation, jets that were not learned from")
    for name in found.maps:
        shares = ", ".join(f"{c} {part:.1%}" for c, part in zip(found.channels, found.shares(name), strict=True))
        typer.echo(f"{name}: {shares}")
    typer.echo(str(path))
