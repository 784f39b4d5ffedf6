"""What the cfgs that simulate share: arguments and parameters of Pythia 8, and the seeds of the detector."""

from types import SimpleNamespace
from typing import Any, Final

from e2efw import config as cms

ARGUMENTS: Final[dict[str, Any]] = {
    "process": "ttbar",
    "maxEvents": 100,
    "skipEvents": 0,
    "seed": 1,
    "pileup": 0.0,
    "energy": 13000.0,
    "ptHatMin": 0.0,
    "ptHatMax": 0.0,
    "topMass": 172.5,
    "topMassMax": 0.0,
    "aMass": 10.0,
    "aMassMax": 0.0,
    "gunPtMin": 10.0,
    "gunPtMax": 100.0,
    "gunEtaMin": -2.5,
    "gunEtaMax": 2.5,
}
"""Names and defaults: parameters of PythiaSource, and maxEvents."""

_RANDOM = (
    "g4SimHits",
    "reducedEcalRecHitsEB",
    "reducedEcalRecHitsEE",
    "reducedHcalRecHits",
    "siPixelRecHits",
    "siStripMatchedRecHits",
    "generalTracks",
)
"""Modules of `simulation_cff` that draw random numbers."""


def pythia_parameters(options: SimpleNamespace) -> dict[str, Any]:
    """Parameters of PythiaSource that these arguments ask for."""
    return {
        "process": cms.string(options.process),
        "skipEvents": cms.untracked.int32(options.skipEvents),
        "seed": cms.int32(options.seed),
        "pileup": cms.double(options.pileup),
        "energy": cms.double(options.energy),
        "ptHatMin": cms.double(options.ptHatMin),
        "ptHatMax": cms.double(options.ptHatMax),
        "topMass": cms.double(options.topMass),
        "topMassMax": cms.double(options.topMassMax),
        "aMass": cms.double(options.aMass),
        "aMassMax": cms.double(options.aMassMax),
        "gunPtMin": cms.double(options.gunPtMin),
        "gunPtMax": cms.double(options.gunPtMax),
        "gunEtaMin": cms.double(options.gunEtaMin),
        "gunEtaMax": cms.double(options.gunEtaMax),
    }


def seed_detector(process: cms.Process, seed: int) -> None:
    """Give one seed to all modules of `simulation_cff` that draw random numbers."""
    for label in _RANDOM:
        getattr(process, label).seed = seed
