"""Autoencoders in training: they learn to draw pictures of one kind, and are judged by how badly they draw others."""

from typing import Final

from e2efw.errors import ConfigurationError
from taggers.anomaly import ERROR, WORST
from taggers.training.learner import Batch, Learner
from taggers.training.losses import SaidName
from taggers.training.networks.autoencoder import ReconstructionError, reconstruction_error
from taggers.training.networks.module import Network, Window, nn, torch
from taggers.training.recipe import Recipe
from taggers.training.samples import Sample

_SAID: Final = [
    SaidName(ERROR, "mean square of what is drawn wrongly, over all pixels after the transform"),
    SaidName(WORST, "the same in the region of {0} x {0} pixels where it is largest"),
]


class Redrawer(Learner):
    """An autoencoder that learns: what it should say of a picture is the picture itself, after the transform.

    Args:
        recipe: has `redraw`.
        window, train, n_batches: as for `Learner`; of the training sample all is learned.

    Raises:
        ConfigurationError: as for `Learner`; a region is larger than the window.
    """

    def __init__(self, recipe: Recipe, window: Window, train: Sample, n_batches: int) -> None:
        super().__init__(recipe, window, train, n_batches)
        self.region = recipe.redraw.region if recipe.redraw else 1
        if self.region > min(window):
            raise ConfigurationError(
                f"train: redraw.region is {self.region} pixels, the windows have {window[0]} x {window[1]}."
            )

    @property
    def said(self) -> list[SaidName]:
        """Error of the whole picture, and of its worst region."""
        return [SaidName(one.name, one.meaning.format(self.region)) for one in _SAID]

    @property
    def in_a_bundle(self) -> tuple[Network, nn.Module | None]:
        """The network that says the errors itself."""
        return ReconstructionError(self.network, self.region), None

    def says(self, batch: Batch) -> torch.Tensor:
        """(objects, 2) errors."""
        return reconstruction_error(self(batch).float(), batch["pictures"], self.region)

    def validation_step(self, batch: Batch, number: int) -> None:
        """The loss is that of what is learned; the measure is that of both classes."""
        del number  # Lightning wants it to be there
        drawn = self(batch).float()
        error = reconstruction_error(drawn, batch["pictures"])[:, 0]
        losses = self._losses(drawn, batch)
        if self.recipe.label:
            label = batch[self.recipe.label.column].long()
            losses = losses[label == 0]
            self.metric.update(error, label)
        else:
            self.metric.update(error)
        if len(losses):
            self.validation_loss.update(losses.mean(), len(losses))

    def _said_and_loss(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        drawn = self(batch)
        return drawn, self._losses(drawn, batch).mean()

    def _losses(self, drawn: torch.Tensor, batch: Batch) -> torch.Tensor:
        """(objects,) every pixel is a target."""
        found: torch.Tensor = self.loss(drawn.flatten(1), batch["pictures"].flatten(1), self.weighting(batch))
        return found


def learner_of(recipe: Recipe, window: Window, train: Sample, n_batches: int) -> Learner:
    """The learner that a recipe asks for; arguments and errors as for `Learner`."""
    return (Redrawer if recipe.redraw else Learner)(recipe, window, train, n_batches)
