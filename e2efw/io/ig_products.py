"""Which products the collections of the iSpy display become: labels of AOD, units of CMSSW."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Jets, MissingMomentum, Photons
from dataformats.collection import Collection
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.tags import ProductKey
from e2efw.io.ig_text import Table

Flat: TypeAlias = dict[str, NDArray[Any]]

PROCESS = "RECO"
_CM = 100.0
"""Centimetres in the metre of the display."""
_ELECTRON_MASS = 0.000511
_QUALITY = 7
"""loose, tight and highPurity: the display shows no other tracks."""


class IgProduct(NamedTuple):
    """How a product is made.

    Args:
        collections: of the display, one after the other.
        columns: from the rows of one of them.
    """

    cls: type[Collection]
    collections: tuple[str, ...]
    columns: Callable[[Table], Flat]


def _hits(table: Table) -> Flat:
    """The display may write ids as signed numbers."""
    return {"detid": table["detid"].astype(np.int64) % 2**32, "energy": table["energy"], "time": table["time"]}


def _tracks(table: Table) -> Flat:
    along = {axis: table[f"dir.{axis}"] for axis in "xyz"}
    scale = table["pt"] / np.hypot(along["x"], along["y"])
    return {
        **_at(table, "v"),
        **{f"p{axis}": scale * component for axis, component in along.items()},
        "charge": table["charge"],
        "quality": np.full(len(table), _QUALITY),
        "chi2": table["chi2"],
        "ndof": table["ndof"],
    }


def _vertices(table: Table) -> Flat:
    errors = {f"{axis}_error": table[f"{axis}Error"] * _CM for axis in "xyz"}
    return _at(table, "") | errors | {"chi2": table["chi2"], "ndof": table["ndof"], "valid": table["isValid"] != 0}


def _jets(table: Table) -> Flat:
    """The display has no more of them than transverse energy and direction: massless."""
    return _momentum(table, "et", 0.0)


def _photons(table: Table) -> Flat:
    return _momentum(table, "et", 0.0) | {
        "max_energy_crystal": table["maxEnergyXtal"],
        "e3x3": table["e3x3"],
        "e5x5": table["e5x5"],
        "sigma_ieta_ieta": table["sigmaIetaIeta"],
        "h_over_e": table["hadronicOverEm"],
    }


def _electrons(table: Table) -> Flat:
    return _momentum(table, "pt", _ELECTRON_MASS) | {"charge": table["charge"]}


def _met(table: Table) -> Flat:
    nothing = np.zeros(len(table))
    return {"pt": table["pt"], "eta": nothing, "phi": table["phi"], "mass": nothing, "sum_et": nothing + np.nan}


def _at(table: Table, prefix: str) -> Flat:
    return {f"{prefix}{axis}": table[f"pos.{axis}"] * _CM for axis in "xyz"}


def _momentum(table: Table, pt: str, mass: float) -> Flat:
    return {"pt": table[pt], "eta": table["eta"], "phi": table["phi"], "mass": np.full(len(table), mass)}


PRODUCTS: Mapping[ProductKey, IgProduct] = {
    ProductKey(label, instance, PROCESS): product
    for (label, instance), product in {
        ("reducedEcalRecHitsEB", ""): IgProduct(EBRecHits, ("EBRecHits",), _hits),
        ("reducedEcalRecHitsEE", ""): IgProduct(EERecHits, ("EERecHits",), _hits),
        ("reducedHcalRecHits", "hbhereco"): IgProduct(HBHERecHits, ("HBRecHits", "HERecHits"), _hits),
        ("generalTracks", ""): IgProduct(Tracks, ("Tracks",), _tracks),
        ("offlinePrimaryVertices", ""): IgProduct(Vertices, ("Vertices",), _vertices),
        ("ak4PFJetsCHS", ""): IgProduct(Jets, ("PFJets",), _jets),
        ("ak8PFJetsCHS", ""): IgProduct(Jets, ("PFJets",), _jets),
        ("gedPhotons", ""): IgProduct(Photons, ("Photons",), _photons),
        ("gedGsfElectrons", ""): IgProduct(Electrons, ("GsfElectrons",), _electrons),
        ("pfMet", ""): IgProduct(MissingMomentum, ("PFMETs",), _met),
    }.items()
}
"""By the names that AOD gives them, which modules read where a cfg says nothing else."""
