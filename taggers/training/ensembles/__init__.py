"""Several bundles as one: members read the same pictures, a combiner says what their outputs say together.

`make_ensemble` does all of it: fits, judges and writes. `ensemble` makes the card and the graph; combiners are `Mean`,
`fit_linear`, `fit_network`, `fit_boosted_classes` and `fit_boosted_targets`, fitted to what the members say of a sample
none was trained on, see `member_outputs`.
"""

from taggers.training.ensembles.boosting import fit_boosted_classes, fit_boosted_targets
from taggers.training.ensembles.combiner import Combiner, Said, features
from taggers.training.ensembles.joining import ensemble, member_outputs
from taggers.training.ensembles.making import COMBINERS, make_ensemble
from taggers.training.ensembles.stacking import fit_network
from taggers.training.ensembles.weighted import Linear, Mean, fit_linear

__all__ = [
    "COMBINERS",
    "Combiner",
    "Linear",
    "Mean",
    "Said",
    "ensemble",
    "features",
    "fit_boosted_classes",
    "fit_boosted_targets",
    "fit_linear",
    "fit_network",
    "make_ensemble",
    "member_outputs",
]
