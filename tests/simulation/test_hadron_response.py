"""The calibration of hadrons fits the simulated detector."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.clusters import CaloClusters
from dataformats.generator import GenParticles
from dataformats.geometry.helix import ecal_impacts
from e2efw.framework.blocks import EventIDs
from simulation.detector_sim import DetectorSimProducer
from simulation.ecal_clusters import EcalClusterProducer
from simulation.ecal_readout import EBRecHitProducer, EERecHitProducer
from simulation.hadron_response import HADRON_RESPONSE, calibrated
from simulation.hcal_clusters import HcalClusterProducer
from simulation.hcal_readout import HBHERecHitProducer

pytest.importorskip("particle", reason="the simulated detector needs the extra sim")

N = 400
Array = NDArray[np.float64]


class Pions(NamedTuple):
    """Energy of the clusters around single pions, (N,) each, GeV."""

    ecal: Array
    hcal: Array


def shoot(energy: float, low_eta: float, high_eta: float) -> Pions:
    """Positive pions from the centre of CMS, one in each event."""
    rng = np.random.default_rng(7)
    eta, phi = rng.uniform(low_eta, high_eta, N) * rng.choice([-1, 1], N), rng.uniform(-np.pi, np.pi, N)
    pt, zero = energy / np.cosh(eta), np.zeros(N)
    pions = GenParticles(
        np.arange(N + 1),
        pt=pt,
        eta=eta,
        phi=phi,
        mass=np.full(N, 0.1396),
        pdg_id=np.full(N, 211),
        status=np.full(N, GenParticles.FINAL),
        vx=zero,
        vy=zero,
        vz=zero,
    )
    one = np.ones(N, np.uint32)
    ids = EventIDs(one, one, np.arange(1, N + 1).astype(np.uint64), "gun")
    left = DetectorSimProducer().produce(pions, None, ids)
    eb, ee = (
        EBRecHitProducer().produce(left.ecal_hits_eb, ids),
        EERecHitProducer().produce(left.ecal_hits_ee, ids),
    )
    towers = HBHERecHitProducer().produce(left.hcal_hits, ids).hbhereco
    momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])
    impact = ecal_impacts(np.zeros((3, N)), momentum, np.ones(N))
    return Pions(
        around(impact, EcalClusterProducer().produce(eb, ee).clusters, 0.25),
        around(impact, HcalClusterProducer().produce(towers).clusters, 0.4),
    )


def around(impact: tuple[Array, Array], clusters: CaloClusters, radius: float) -> Array:
    """(N,) energy of the clusters within a radius of one impact per event."""
    event = np.repeat(np.arange(N), clusters.counts)
    x, y, z = (clusters.flat(name).astype(np.float64) for name in ("x", "y", "z"))
    d_eta = np.arcsinh(z / np.hypot(x, y)) - impact[0][event]
    d_phi = (np.arctan2(y, x) - impact[1][event] + np.pi) % (2 * np.pi) - np.pi
    energy = np.where(np.hypot(d_eta, d_phi) < radius, clusters.flat("energy"), 0.0)
    return np.bincount(event, energy, N).astype(np.float64)


@pytest.mark.parametrize(
    ("low_eta", "high_eta", "within"), [(0.0, 1.3, 0.05), (1.7, 2.4, 0.12)], ids=["barrel", "endcaps"]
)
@pytest.mark.parametrize("energy", [8.0, 30.0, 100.0])
def test_pions_have_their_energy_on_average_and_the_resolution_that_is_asked_of_them(
    energy: float, low_eta: float, high_eta: float, within: float
) -> None:
    seen = shoot(energy, low_eta, high_eta)
    right = np.array([calibrated(energy, e, h, HADRON_RESPONSE) for e, h in zip(*seen, strict=True)])
    assert right.mean() / energy == pytest.approx(1.0, abs=within)
    assert right.std() / energy == pytest.approx(np.hypot(energy**-0.5, 0.05), rel=0.3)
