"""What a model bundle is, in lines for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from taggers.bundle import Bundle
from taggers.transforms import Transform

__all__ = ["card_lines"]


def card_lines(bundle: Bundle) -> list[str]:
    """What it reads and says, where its weights come from, how good it is."""
    card = bundle.card
    window = " x ".join(map(str, card.input.window))
    return [
        f"{card.name} version {card.version}: {card.task}",
        f"  reads    {', '.join(card.input.channels)} [{card.input.unit}] in windows of {window} pixels",
        *(f"           {name} of the window's centre" for name in card.input.extra),
        *_transform_lines(card.input.transform),
        *(f"  says     {output.name} [{output.unit}]: {output.meaning}" for output in card.outputs),
        *_training_lines(card.training),
        *(f"  times    {factor:g} for {name}, measured" for name, factor in card.calibration.items()),
        *(f"  knows    {name} from {low:g} to {high:g}" for name, (low, high) in card.trained_on.items()),
        *(f"  metric   {line}" for line in _metric_lines(card.metrics)),
        f"  made by  {card.made_by}",
        f"  graph    ONNX opset {card.opset}, {len(bundle.model)} bytes, sha256 {bundle.sha256} as the card says",
        *([f"  torch    {len(bundle.torch_model)} bytes in model.pt2"] if bundle.torch_model else []),
        *([f"  memory   {card.activation_bytes} bytes per window in its layers"] if card.activation_bytes else []),
    ]


def _transform_lines(transform: Transform | None) -> list[str]:
    """Who does what to every channel before the network sees it."""
    if transform is None:
        return ["  first    nothing: pixels go in as they are"]
    by = {"backend": "before the network runs", "graph": "in the network's first nodes"}[transform.applied_by]
    described = {name: ", ".join(map(str, steps)) or "as it is" for name, steps in transform.channels.items()}
    lines = [f"           {name}: {steps}" for name, steps in described.items()]
    return [f"  first    {by} ({transform.source}):", *lines]


def _training_lines(training: Mapping[str, Any] | str) -> list[str]:
    """Network or members, samples and files of a training; `--json` has all of the recipe."""
    if isinstance(training, str) or not {"recipe", "data"} <= set(training):
        return [f"  training {training}"]
    data = training["data"]
    samples = (
        ", ".join(f"{count} {name}" for name, count in sample.items() if name != "rows") or f"{sample['rows']} rows"
        for sample in data["samples"].values()
    )
    described = [f"{name}: {counts}" for name, counts in zip(data["samples"], samples, strict=True)]
    if "compressed" in training:
        described.append(f"compressed to {training['compressed']} from {training['from']['name']}")
    return [
        f"  training {_learned(training)}",
        *(f"           {line}" for line in described),
        f"           {len(data['files'])} files: {', '.join(file['name'] for file in data['files'])}",
    ]


def _learned(training: Mapping[str, Any]) -> str:
    """What was trained, and how long; of an ensemble what it is made of."""
    if "members" in training:
        return f"{training['ensemble']} of {', '.join(member['name'] for member in training['members'])}"
    recipe = training["recipe"]
    network = recipe["network"] if isinstance(recipe["network"], dict) else {"name": recipe["network"]}
    shown = " ".join(str(value) if key == "name" else f"{key}={value}" for key, value in network.items())
    started = f", started from {recipe['start']}" if recipe.get("start") else ""
    return f"{shown}, {recipe['epochs']} epochs at most, seed {recipe['seed']}{started}"


def _metric_lines(metrics: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """One per number, with its error if it has one."""
    for name, value in metrics.items():
        if not isinstance(value, dict):
            yield f"{before}{name} {value:.4g}" if isinstance(value, float) else f"{before}{name} {value}"
        elif set(value) == {"value", "error"}:
            yield f"{before}{name} {_measured(value['value'], value['error'])}"
        else:
            yield from _metric_lines(value, f"{before}{name} ")


def _measured(value: float | None, error: float | None) -> str:
    """What could not be had, such as the rejection where no background passes, is unknown."""
    if value is None:
        return "unknown"
    return f"{value:.4g}" if error is None else f"{value:.4g} +- {error:.2g}"
