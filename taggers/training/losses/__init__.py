"""Losses by name: `loss` makes one; it also knows how many numbers a network must make, and what they mean."""

from taggers.training.losses import classes, targets
from taggers.training.losses.base import Loss, SaidName
from taggers.training.losses.registry import LOSSES, loss, register

__all__ = ["LOSSES", "Loss", "SaidName", "loss"]

register("bce", "two classes, one number", classes.BinaryCrossEntropy)
register("cross_entropy", "several classes, one number each", classes.CrossEntropy)
register("mse", "squared distance: the mean", targets.MeanSquare)
register("mae", "distance: the median", targets.MeanAbsolute)
register("huber", "distance, squared near the truth", targets.Huber)
register("gaussian_nll", "mean and one-sigma uncertainty", targets.GaussianLikelihood)
register("laplace_nll", "median and one-sigma uncertainty", targets.LaplaceLikelihood)
register("quantile", "quantiles that never cross", targets.Quantile)
