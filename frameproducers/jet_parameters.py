"""The parameters that all producers around jets share."""

from dataclasses import dataclass

from dataformats.candidates import Jets
from dataformats.frames import Seeds
from dataformats.rechits import HBHERecHits
from e2efw.framework.modules import InputTag, param
from e2efw.framework.parameters import positive
from frameproducers.jet_seeds import JetRule, jet_seeds
from frameproducers.windows import Border, View


@dataclass(frozen=True, kw_only=True)
class JetParameters:
    """Which jets have windows, and where these are; one more base for producers."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets")
    height: int = param(125, doc="rows of pixels of a window", check=positive)
    width: int = param(125, doc="columns of pixels of a window", check=positive)
    seed_rule: JetRule = param(
        "hottestTower",
        doc="in the middle: the hottest HCAL tower of 7 x 7 near the jet, or the tower or crystal it points to",
    )
    border: Border = param(
        "reject", doc="jets whose window would leave the picture have none (reject), or see zeros there (pad)"
    )
    min_jet_pt: float = param(400.0, unit="GeV", doc="jets below have no window")
    max_jet_eta: float = param(1.37, doc="jets with a larger |eta| have no window", check=positive)

    def seeds_of(self, jets: Jets, hbhe_hits: HBHERecHits, view: View) -> Seeds:
        """The centre of the window of every jet, or why there is none."""
        cuts = {"min_pt": self.min_jet_pt, "max_eta": self.max_jet_eta}
        return jet_seeds(jets, hbhe_hits, **cuts, rule=self.seed_rule, rows=view.centres(self.border))
