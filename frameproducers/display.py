"""`e2efw display`: the layers of an event and the windows around its jets, as a picture."""

from pathlib import Path
from typing import Annotated

import typer


def display(
    file: Annotated[str, typer.Argument(help="EDM file with frames (what a job wrote) or with RecHits (real data).")],
    event: Annotated[
        str, typer.Option("--event", "-e", metavar="N", help="Position in the file from 0, or run:lumi:event.")
    ] = "0",
    output: Annotated[Path, typer.Option("--output", "-o", help="Picture to write: .png, .pdf or .svg.")] = Path(
        "event.png"
    ),
    jets: Annotated[int, typer.Option("--jets", min=0, help="Windows of so many jets, leading first.")] = 3,
) -> None:
    """Draw an event: every layer over the whole detector, and the windows around its jets."""
    from frameproducers.display_event import load_event  # noqa: PLC0415 (--help must not wait for numba)
    from frameproducers.drawing import draw_event  # noqa: PLC0415 (matplotlib only where something is drawn)

    draw_event(load_event(file, event), output, jets)
    typer.echo(f"{output}: event {event} of {file}")
