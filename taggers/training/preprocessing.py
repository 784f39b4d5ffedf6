"""The transform of a recipe, for the channels it reads."""

from dataclasses import replace

from e2efw.errors import ConfigurationError, nearest
from taggers.published_transforms import PUBLISHED_TRANSFORMS
from taggers.training.recipe import Recipe
from taggers.transforms import Transform


def transform_of(recipe: Recipe) -> Transform | None:
    """What is done to the pixels, as the first nodes of the exported graph do it; None for nothing.

    Raises:
        ConfigurationError: there is no such transform, or it does not speak of a channel.
    """
    given, channels = recipe.transform, recipe.channel_names
    if given is None:
        return None
    if not isinstance(given, str):
        content = {"applied_by": "graph", "source": f"recipe {recipe.name}", "channels": given}
        return Transform.read(f"recipe {recipe.name}: transform", content, channels)
    if given not in PUBLISHED_TRANSFORMS:
        raise ConfigurationError(f"train: no transform '{given}'. {nearest(given, PUBLISHED_TRANSFORMS)}")
    published = PUBLISHED_TRANSFORMS[given]
    for name in channels:
        if name not in published.channels:
            raise ConfigurationError(
                f"train: transform '{given}' does not speak of channel '{name}'. {nearest(name, published.channels)} "
                "Write the steps of every channel into the recipe instead."
            )
    return replace(published, channels={name: published.channels[name] for name in channels}, applied_by="graph")
