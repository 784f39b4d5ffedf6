"""`e2efw model`: build and look at model bundles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from taggers.transforms import Transform

model = typer.Typer(help="Build and look at model bundles.", no_args_is_help=True)


@model.command("build-baseline")
def build_baseline(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the bundle; files of an older one are replaced.")
    ],
) -> None:
    """Build the calorimetric baseline: jet mass and pt from the energies in the pixels."""
    from taggers.bundle import write_bundle  # noqa: PLC0415 (--help must not wait for numpy)
    from taggers.calorimetric_baseline import CARD, build_model  # noqa: PLC0415

    bundle = write_bundle(output, CARD, build_model())
    typer.echo(f"{output}: {bundle.card.name} version {bundle.card.version}, sha256 {bundle.sha256}")


@model.command("show", no_args_is_help=True)
def show(
    bundle: Annotated[str, typer.Argument(help="Folder of a bundle, or the name of one that comes with the project.")],
) -> None:
    """Check a model bundle and print what it reads and says."""
    from taggers.bundle import PACKAGED, Bundle, packaged_models  # noqa: PLC0415 (--help must not wait for yaml)

    found = Bundle.load(PACKAGED / bundle if bundle in packaged_models() else Path(bundle))
    card = found.card
    window = " x ".join(map(str, card.input.window))
    lines = [
        f"{card.name} version {card.version}: {card.task}",
        f"  reads    {', '.join(card.input.channels)} [{card.input.unit}] in windows of {window} pixels",
        *(f"           {name} of the window's centre" for name in card.input.extra),
        *_transform_lines(card.input.transform),
        *(f"  says     {output.name} [{output.unit}]: {output.meaning}" for output in card.outputs),
        f"  training {card.training}",
        *(f"  metric   {name} {value}" for name, value in card.metrics.items()),
        f"  made by  {card.made_by}",
        f"  graph    ONNX opset {card.opset}, {len(found.model)} bytes, sha256 {found.sha256} as the card says",
    ]
    typer.echo("\n".join(lines))


def _transform_lines(transform: "Transform | None") -> list[str]:
    """Who does what to every channel before the network sees it."""
    if transform is None:
        return ["  first    nothing: pixels go in as they are"]
    by = {"backend": "before the network runs", "graph": "in the network's first nodes"}[transform.applied_by]
    described = {name: ", ".join(map(str, steps)) or "as it is" for name, steps in transform.channels.items()}
    lines = [f"           {name}: {steps}" for name, steps in described.items()]
    return [f"  first    {by} ({transform.source}):", *lines]
