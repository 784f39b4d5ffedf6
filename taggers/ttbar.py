"""Boosted top pairs: what a network says of every jet, and of the leading two together."""

from typing import Any, NamedTuple

import numpy as np

from dataformats.candidates import Jets
from dataformats.frames import Seeds, Windows
from dataformats.results import EventFloat, JetRegressions, about
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from taggers.card import SIGMA
from taggers.network import Network, NetworkParameters
from taggers.pairs import TOP_MASS, leading_pair
from taggers.regression import regressor

_QUANTITIES = ("mass", "pt")


class TTbarProducts(NamedTuple):
    """What is made; uncertainties are NaN where the network tells none.

    Args:
        regressed: in step with the jets.
        mass: invariant mass in GeV of the two jets with the largest regressed pt; NaN if fewer than two were regressed.
        mass_sigma: its uncertainty in GeV.
        leading_pt: largest regressed pt in GeV; NaN if no jet was regressed.
        leading_pt_sigma: its uncertainty in GeV.
    """

    regressed: JetRegressions
    mass: EventFloat
    mass_sigma: EventFloat
    leading_pt: EventFloat
    leading_pt_sigma: EventFloat


class TTbarRegressor(EDProducer, NetworkParameters):
    """Mass and pt of every jet from its window, the invariant mass of the leading two, and the pt of the first.

    A jet may hold a part of its top quark only. What a network says of `top_mass`, that of the top all the same, is the
    mass of the jet in the pair.
    """

    jets: InputTag = param("ak8PFJetsCHS", doc="jets that the windows belong to")
    model: str = param(
        "calorimetric_baseline", doc="model bundle: one that comes with the project by name, or a folder"
    )

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        network = self.open_network(job, "jets")
        return regressor(network, *_QUANTITIES, *({TOP_MASS} & set(network.outputs)))

    def produce(self, jets: Jets, seeds: Seeds, frames: Windows, network: Network) -> TTbarProducts:
        """Jets without a window have NaN and the reason."""
        network.check_objects(jets, seeds)
        said = network.about_objects(seeds, frames)
        wanted = [name + end for name in (*_QUANTITIES, TOP_MASS) for end in ("", SIGMA)]
        columns = {name: said[name] for name in wanted if name in said}
        regressed = JetRegressions(jets.offsets, about=_about(network), status=seeds.flat("status"), **columns)
        pair = leading_pair(jets, regressed)
        return TTbarProducts(regressed, *(EventFloat(value=values.astype(np.float32)) for values in pair))


def _about(network: Network) -> dict[str, Any]:
    """The jets; the density that all uncertainties are of, and what calibrates that of pairs, if they are known."""
    said = {one.density for name, one in network.outputs.items() if name.endswith(SIGMA)}
    density = {"density": said.pop()} if len(said) == 1 and "" not in said else {}
    return about(network.objects, **density, **network.model.bundle.card.calibration)
