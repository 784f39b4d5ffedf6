"""Where the window of every photon or electron is centred."""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Photons
from dataformats.frames import Seeds
from dataformats.rechits import EBRecHits
from dataformats.superclusters import SuperClusterHits
from frameproducers.kernels.crystal_seeds import N_CRYSTALS, find_crystal_seeds

CrystalRule: TypeAlias = Literal["superCluster", "hottestCrystal"]
"""Which crystal is in the middle: the hottest of the object's supercluster, or the hottest near its direction."""


def crystal_seeds(
    objects: Photons | Electrons,
    eb_hits: EBRecHits,
    super_cluster_hits: SuperClusterHits | None,
    *,
    min_pt: float,
    max_eta: float,
    reach: int,
    rows: tuple[int, int],
) -> Seeds:
    """The pixel of the hottest barrel crystal of each object, or why the object has no window.

    Only crystals with energy count, as in the picture.

    Args:
        objects: of a block.
        eb_hits: of the same events.
        super_cluster_hits: of the same events; None looks near the object's direction instead.
        min_pt: GeV; objects below have status BELOW_PT.
        max_eta: objects with a larger |eta| have status OUTSIDE_ETA.
        reach: crystals along eta and phi that "near" means.
        rows: first and last row of the stitched picture for a centre; others have status NEAR_EDGE.
    """
    n_objects = objects.flat("pt").size
    row, column, status = np.zeros(n_objects, np.uint16), np.zeros(n_objects, np.uint16), np.zeros(n_objects, np.uint8)
    members = SuperClusterHits.empty(len(objects)) if super_cluster_hits is None else super_cluster_hits
    find_crystal_seeds(
        objects.offsets,
        (objects.flat("pt"), objects.flat("eta"), objects.flat("phi")),
        _owners(objects),
        (members.offsets, members.flat("owner"), members.flat("detid")),
        (eb_hits.offsets, eb_hits.flat("detid"), eb_hits.flat("energy")),
        (min_pt, max_eta),
        reach if super_cluster_hits is None else -1,
        rows,
        np.zeros(N_CRYSTALS, np.float32),
        row,
        column,
        status,
    )
    return Seeds.restored(objects.offsets, {"row": row, "column": column, "status": status}, {})


def _owners(objects: Photons | Electrons) -> NDArray[np.int64]:
    """(objects,) position in the event of each object's supercluster; the object's own where files do not say."""
    if "super_cluster" in objects.columns:
        return objects.flat("super_cluster").astype(np.int64)
    own: NDArray[np.int64] = np.arange(int(objects.offsets[-1])) - np.repeat(objects.offsets[:-1], objects.counts)
    return own
