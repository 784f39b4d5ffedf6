"""Dense pictures around photons and electrons, for networks."""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from dataformats.candidates import Electrons, Photons
from dataformats.channels import expanded_channels
from dataformats.frames import Seeds, Windows
from dataformats.geometry.picture import EB_FIRST_ROW, EEP_FIRST_ROW
from dataformats.jit import announced
from dataformats.rechits import EBRecHits
from dataformats.superclusters import SuperClusterHits
from e2efw.errors import ProductNotFoundError
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import not_negative, positive
from frameproducers.crystal_seeds import CrystalRule, crystal_seeds
from frameproducers.entries import Inputs
from frameproducers.layers import inputs_of, known_layers, unused_inputs
from frameproducers.recoe2e import photon_parameters, translated_tags
from frameproducers.warm_up import event_without_hits
from frameproducers.window_parameters import WindowParameters, load_window_kernels
from frameproducers.windows import Border, View, refuse_what_does_not_fit, windows_at

BARREL: Final = (EB_FIRST_ROW, EEP_FIRST_ROW)
"""Rows of the stitched picture that the windows show: windows around barrel crystals see no endcap."""


class EGFrameProducts(NamedTuple):
    """What is made for photons or electrons.

    Args:
        seeds: in step with the objects: the centre of each window, or why there is none.
        frames: the windows of those objects that have one.
    """

    seeds: Seeds
    frames: Windows


class EGFrameProducer(EDProducer, WindowParameters):
    """Windows around the hottest crystal of each barrel photon or electron; the seeds tell which objects have none."""

    objects: Literal["photons", "electrons"] = param("photons", doc="which of the two have windows")
    photons: InputTag = param("gedPhotons", doc="photons")
    electrons: InputTag = param("gedGsfElectrons", doc="electrons")
    super_cluster_hits: InputTag = param("superClusters:hits", doc="crystals of superclusters, for that seed rule")
    channels: tuple[str, ...] = param(
        ("ECAL",),
        doc="channels of the windows, in this order; @name for a set of them",
        check=known_layers,
        expand=expanded_channels,
    )
    height: int = param(32, doc="rows of pixels of a window; the seed of 32 is in row 15", check=positive)
    width: int = param(32, doc="columns of pixels of a window; the seed of 32 is in column 15", check=positive)
    seed_rule: CrystalRule = param(
        "superCluster",
        doc="in the middle: the hottest crystal of the supercluster, or the hottest near the object's direction, "
        "for files without hits of superclusters",
    )
    search_reach: int = param(8, doc="crystals along eta and phi that 'near' means", check=not_negative)
    border: Border = param(
        "pad", doc="windows that leave the barrel see zeros there (pad), or their objects have none (reject)"
    )
    min_pt: float = param(10.0, unit="GeV", doc="objects below have no window")
    max_eta: float = param(1.44, doc="objects with a larger |eta| have no window", check=positive)

    def __post_init__(self) -> None:
        """Also refuse windows that cannot be drawn."""
        super().__post_init__()
        refuse_what_does_not_fit("EGFrameProducer", self._view, self.border)

    def begin_job(self, job: JobContext) -> None:
        """Have the kernels ready before the first event."""
        del job
        with announced("e2efw.frameproducers"):
            self._seeds(Photons.empty(1), event_without_hits().eb_hits, SuperClusterHits.empty(1))
            load_window_kernels(self._view)

    def produce(
        self,
        photons: Photons | None,
        electrons: Electrons | None,
        super_cluster_hits: SuperClusterHits | None,
        inputs: Inputs,
    ) -> EGFrameProducts:
        """A seed for every object and a window for every seed that is OK."""
        objects = photons if self.objects == "photons" else electrons
        if objects is None:
            raise ProductNotFoundError(f"EGFrameProducer: objects = '{self.objects}', which the input does not have.")
        seeds = self._seeds(objects, inputs.eb_hits, super_cluster_hits)
        return EGFrameProducts(seeds, windows_at(seeds, self._view, inputs))

    def needed_products(self) -> frozenset[str]:
        """What the channels are made of, the objects, and what their seeds are found with."""
        members = {"super_cluster_hits"} if self.seed_rule == "superCluster" else set()
        return inputs_of(self.channels) | {self.objects} | members

    def unused_products(self) -> frozenset[str]:
        """What makes no difference to the channels, the other objects, and superclusters if they set no seeds."""
        members = set() if self.seed_rule == "superCluster" else {"super_cluster_hits"}
        return unused_inputs(self.channels) | ({"photons", "electrons"} - {self.objects}) | members

    @classmethod
    def old_parameters(cls) -> dict[str, str]:
        """The parameters of RecoE2E."""
        return photon_parameters()

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> dict[str, Any]:
        """The photons and InputTags that they stand for; switches choose nothing, since windows show ECAL there."""
        photons = {"photons": old["photonCollection"]} if "photonCollection" in old else {}
        return {**translated_tags(old), **photons}

    def describe(self) -> dict[str, dict[str, Any]]:
        """Channels and size of the windows."""
        return {"frames": {"channels": list(self.channels), "window": [self.height, self.width]}}

    @property
    def _view(self) -> View:
        return self.view((self.height, self.width), rows=BARREL)

    def _seeds(
        self, objects: Photons | Electrons, eb_hits: EBRecHits, super_cluster_hits: SuperClusterHits | None
    ) -> Seeds:
        by_cluster = self.seed_rule == "superCluster"
        if by_cluster and super_cluster_hits is None:
            raise ProductNotFoundError(
                "EGFrameProducer: seedRule = 'superCluster' needs 'superClusterHits', which the input does not have; "
                "seedRule = 'hottestCrystal' looks for the hottest crystal near each object instead."
            )
        return crystal_seeds(
            objects,
            eb_hits,
            super_cluster_hits if by_cluster else None,
            min_pt=self.min_pt,
            max_eta=self.max_eta,
            reach=self.search_reach,
            rows=self._view.centres(self.border),
        )
