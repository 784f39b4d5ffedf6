"""Toy response: particles become energy in crystals and towers, and tracks.

Photons leave all their energy in the crystals around the impact point. Hadrons leave a minimum-ionising 0.3 GeV or a
random share there and the rest in the towers behind. Each deposit is spread over nine spots. Resolutions are
3 %/sqrt(E) and 100 %/sqrt(E). There is no material, no noise, no depth and no time in it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI, ECAL_BARREL_ETA, ECAL_RADIUS, EE_SIZE, HB_IETA
from dataformats.geometry.detids import HB, HE, pack_eb, pack_ee, pack_hcal
from dataformats.geometry.ecal import IN_EB, IN_EE, find_crystals
from dataformats.geometry.hcal import find_towers
from dataformats.geometry.helix import ecal_impacts
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks
from simulation.random_numbers import normal_numbers
from simulation.toy_events import Array, Particles

ECAL_THRESHOLD, HCAL_THRESHOLD = 0.08, 0.4
"""GeV; cells at or below it are not read out."""
_SPOTS = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]])
_SHARES = np.array([0.62, 0.07, 0.07, 0.07, 0.07, 0.025, 0.025, 0.025, 0.025])


class Hits(NamedTuple):
    """All calorimeter hits of a block."""

    eb: EBRecHits
    ee: EERecHits
    hbhe: HBHERecHits


class _Spots(NamedTuple):
    """Energy arriving at the calorimeters, (n,) each: event, direction, energy in GeV."""

    event: NDArray[np.int64]
    eta: Array
    phi: Array
    energy: Array


class _Deposits(NamedTuple):
    """Energy in cells, (n,) each: event, detid, energy in GeV."""

    event: NDArray[np.int64]
    detid: NDArray[np.int64]
    energy: Array


def respond(particles: Particles) -> Hits:
    """Energy of all particles of a block in the cells."""
    n_events = len(particles.px)
    momentum = np.stack([particles.px.ravel(), particles.py.ravel(), particles.pz.ravel()])
    start = np.zeros_like(momentum)
    start[2] = particles.vertex_z.ravel()
    eta, phi = ecal_impacts(start, momentum, particles.charge.ravel())
    energy = np.sqrt((momentum**2).sum(axis=0))
    smear = normal_numbers(*np.moveaxis(particles.rest[..., :2].reshape(-1, 2), 1, 0))
    share = particles.rest[..., 2].ravel()
    early = particles.rest[..., 3].ravel()
    in_ecal = np.where(early < 0.4, np.minimum(0.3, energy), 0.7 * share * energy)
    in_ecal = np.where(particles.photon.ravel(), energy, in_ecal)
    ecal = np.maximum(in_ecal + 0.03 * np.sqrt(in_ecal) * smear, 0.0)
    rest = energy - in_ecal
    hcal = np.maximum(rest + np.sqrt(rest) * smear, 0.0)
    event = np.repeat(np.arange(n_events), particles.px.shape[1])
    reached = np.isfinite(eta) & (np.abs(eta) < 3.0)
    event, eta, phi = event[reached], eta[reached], phi[reached]
    eb, ee = _ecal_deposits(_Spots(event, eta, phi, ecal[reached]))
    hbhe = _hcal_deposits(_Spots(event, eta, phi, hcal[reached]))
    return Hits(
        EBRecHits(**_merged(eb, n_events, ECAL_THRESHOLD)),
        EERecHits(**_merged(ee, n_events, ECAL_THRESHOLD)),
        HBHERecHits(**_merged(hbhe, n_events, HCAL_THRESHOLD)),
    )


def _spread(impact: _Spots, step: Array) -> _Spots:
    """Each deposit on nine spots, `step` apart in eta and phi."""
    eta = impact.eta[:, None] + step[:, None] * _SPOTS[:, 0]
    phi = impact.phi[:, None] + step[:, None] * _SPOTS[:, 1]
    event = np.broadcast_to(impact.event[:, None], eta.shape)
    return _Spots(event.ravel(), eta.ravel(), phi.ravel(), (impact.energy[:, None] * _SHARES).ravel())


def _ecal_deposits(impact: _Spots) -> tuple[_Deposits, _Deposits]:
    """Energy in barrel and in endcap crystals; spots are one crystal (2.2 cm) apart."""
    step = 2.2 / ECAL_RADIUS * np.maximum(1.0, np.abs(np.sinh(impact.eta)) / np.sinh(ECAL_BARREL_ETA))
    event, eta, phi, energy = _spread(impact, step)
    crystal = find_crystals(eta, phi)
    eb, ee = crystal.kind == IN_EB, crystal.kind == IN_EE
    row, column = np.divmod(crystal.cell[eb], EB_IPHI)
    eb_ids = pack_eb(np.where(row < EB_IETA, row - EB_IETA, row - EB_IETA + 1), column + 1)
    side, place = np.divmod(crystal.cell[ee], EE_SIZE * EE_SIZE)
    ee_ids = pack_ee(place % EE_SIZE + 1, place // EE_SIZE + 1, 2 * side - 1)
    return (
        _Deposits(event[eb], eb_ids.astype(np.int64), energy[eb]),
        _Deposits(event[ee], ee_ids.astype(np.int64), energy[ee]),
    )


def _hcal_deposits(impact: _Spots) -> _Deposits:
    """Energy in towers, all in depth 1; spots are two thirds of a tower apart."""
    spots = _spread(impact, np.full_like(impact.eta, 0.06))
    tower = find_towers(spots.eta, spots.phi)
    real = tower.ieta != 0
    ieta, iphi = tower.ieta[real], tower.iphi[real]
    detid = pack_hcal(np.where(np.abs(ieta) <= HB_IETA, HB, HE), ieta, iphi, np.ones_like(ieta))
    return _Deposits(spots.event[real], detid.astype(np.int64), spots.energy[real])


def _merged(deposits: _Deposits, n_events: int, threshold: float) -> dict[str, NDArray[Any]]:
    """One hit per cell and event, above threshold, sorted by event and cell: the columns of a hit collection."""
    keys, inverse = np.unique((deposits.event << 32) | deposits.detid, return_inverse=True)
    energy = np.bincount(inverse, deposits.energy, minlength=keys.size)
    keys, energy = keys[energy > threshold], energy[energy > threshold]
    counts = np.bincount(keys >> 32, minlength=n_events)
    return {
        "offsets": np.concatenate([[0], np.cumsum(counts)]),
        "detid": (keys & 0xFFFFFFFF).astype(np.uint32),
        "energy": energy.astype(np.float32),
        "time": np.zeros(keys.size, np.float32),
    }


def track(particles: Particles) -> Tracks:
    """Tracks of the charged particles above 0.4 GeV within |eta| < 2.5, measured to 1 % and some 30 micrometres."""
    pt = np.hypot(particles.px, particles.py)
    found = (particles.charge != 0) & (pt > 0.4) & (np.abs(particles.pz) < np.sinh(2.5) * pt)
    u = particles.rest[found]
    scale = 1.0 + 0.01 * normal_numbers(u[:, 0], u[:, 1])
    pt = pt[found]
    error = 0.003 + 0.01 / pt
    dxy, dz = error * normal_numbers(u[:, 2], u[:, 3]), error * normal_numbers(u[:, 3], u[:, 2])
    px, py = particles.px[found], particles.py[found]
    return Tracks(
        np.concatenate([[0], np.cumsum(found.sum(axis=1))]),
        vx=-dxy * py / pt,
        vy=dxy * px / pt,
        vz=particles.vertex_z[found] + dz,
        px=px * scale,
        py=py * scale,
        pz=particles.pz[found] * scale,
        charge=particles.charge[found],
        quality=np.full(pt.size, Tracks.HIGH_PURITY),
        chi2=np.full(pt.size, 15.0),
        ndof=np.full(pt.size, 15.0),
        dxy_error=error,
        dz_error=error,
    )
