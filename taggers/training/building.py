"""From a recipe to its loss and its network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dataformats.window_table import WindowLayer
from e2efw.errors import ConfigurationError
from taggers.training.losses import Loss, loss
from taggers.training.networks import NETWORKS, network
from taggers.training.networks.autoencoder import ConvAutoencoder
from taggers.training.networks.graphs import GraphNetwork
from taggers.training.networks.module import Network, Window, torch
from taggers.training.networks.point_clouds import POSITION, OnPointClouds
from taggers.training.preprocessing import transform_of
from taggers.training.recipe import Recipe
from taggers.training.sources import Source
from taggers.training.window_files import WindowFiles


def names_of(recipe: Recipe) -> list[str]:
    """Names of classes or targets."""
    return list(recipe.label.classes) if recipe.label else [target.name for target in recipe.targets]


def make_loss(recipe: Recipe) -> Loss:
    """The loss of a recipe, if it is one for its truth."""
    made = loss(recipe.loss.name, **recipe.loss.options)
    has = "pictures to redraw" if recipe.redraw else "a label" if recipe.label else "targets"
    if (made.kind == "label") != (has == "a label"):
        raise ConfigurationError(f"train: loss '{made.name}' is for a {made.kind}, the recipe has {has}.")
    if recipe.redraw and made.outputs(2) != 2:
        raise ConfigurationError(f"train: loss '{made.name}' takes several numbers per pixel; take mse, mae or huber.")
    return made


def make_network(recipe: Recipe, window: Window, of: Loss, layers: Sequence[WindowLayer] = ()) -> Network:
    """The network of a recipe, with weights that depend on torch's seed.

    Args:
        recipe: what is trained.
        window: rows and columns of the windows.
        of: the loss.
        layers: of the windows, for recipes with a graph; see `layers_of`.

    Raises:
        ConfigurationError: names or options do not exist, or the network reads something else than the recipe has.
    """
    options = dict(recipe.network.options)
    if recipe.position:
        able = sorted(name for name, entry in NETWORKS.items() if "position" in entry.options)
        if recipe.network.name not in able:
            raise ConfigurationError(
                f"train: network '{recipe.network.name}' cannot be told the position. "
                f"Those that can: {', '.join(able)}."
            )
        options.setdefault("position", 2)
    n_outputs = recipe.redraw.code if recipe.redraw else of.outputs(len(names_of(recipe)))
    n_features = len(recipe.channel_names) + (len(POSITION) if recipe.graph else 0)
    made = network(recipe.network.name, n_features, window, n_outputs, **options)
    wanted = GraphNetwork.inputs if recipe.graph else ("frames", "position") if recipe.position else ("frames",)
    if tuple(made.inputs) != wanted:
        raise ConfigurationError(
            f"train: network '{recipe.network.name}' reads {', '.join(made.inputs)}; this recipe has "
            f"{', '.join(wanted)}. The key 'graph' makes graphs of windows."
        )
    if isinstance(made, ConvAutoencoder) != (recipe.redraw is not None):
        raise ConfigurationError("train: network 'autoencoder', without edges, and the key 'redraw' need each other.")
    if isinstance(made, GraphNetwork) and recipe.graph:
        return OnPointClouds(
            made, _chosen(recipe, window, layers), window, max_nodes=recipe.graph.max_nodes, k=recipe.graph.k
        )
    made.to(memory_format=torch.channels_last)
    return made


def layers_of(source: Source | Any) -> tuple[WindowLayer, ...]:
    """The layers of windows of single pixels of the stitched picture; none for files that do not know them."""
    return source.table.layers if isinstance(source, WindowFiles) and source.table.granularity == 1 else ()


def _chosen(recipe: Recipe, window: Window, layers: Sequence[WindowLayer]) -> list[WindowLayer]:
    """The layers of the recipe's channels.

    Raises:
        ConfigurationError: they are not known, or no graphs can be made of what the network would see.
    """
    known = {layer.name: layer for layer in layers}
    if not known:
        raise ConfigurationError(
            "train: 'graph' needs files of e2efw export with granularity 1, which know their cells."
        )
    transform, empty = transform_of(recipe), np.zeros((1, len(recipe.channel_names), 1, 1), np.float32)
    if transform is not None:
        transform.apply(empty, recipe.channel_names)
    filled = [name for name, pixel in zip(recipe.channel_names, empty.ravel(), strict=True) if pixel != 0]
    if filled:
        raise ConfigurationError(
            f"train: the transform fills empty pixels of {', '.join(filled)}, so that every pixel would be a node."
        )
    flips = [name for name in recipe.augmentation if name.endswith("_flip")]
    if flips and any(size % 2 == 0 for size in window):
        raise ConfigurationError(
            f"train: {' and '.join(flips)} of windows of {window[0]} x {window[1]} pixels would move the middle of "
            "towers; with 'graph' both sizes are odd."
        )
    return [known[name] for name in recipe.channel_names]
