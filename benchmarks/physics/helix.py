"""Where muons meet the ECAL barrel in the simulated detector, against the angle that field and radius demand (H7)."""

import math
from typing import Any

import numpy as np

from benchmarks.physics.chain import hottest, respond, single
from benchmarks.physics.report import Row, label, panels
from benchmarks.physics.samples import Samples
from benchmarks.physics.statistics import Array, angle, column, median
from dataformats.geometry.constants import ECAL_RADIUS, MAGNETIC_FIELD
from dataformats.geometry.ecal_cells import positions
from dataformats.rechits import EERecHits
from simulation.ecal_hits import ecal_hits

TITLE = "Muons at the ECAL barrel: angle from where they started, rad"
VECTORS = {1.0: 0.829, 2.0: 0.378, 5.0: 0.148, 10.0: 0.0738, 50.0: 0.0148}
"""rad by pt in GeV: asin(r / 2R) with r = 1.294 m and R = pt / (0.3 x 3.8) m."""
MAX_ETA = 1.0


def measure(samples: Samples) -> dict[float, Array]:
    """Angles in the sense in which they should turn, by pt; (events,) of the hottest crystal."""
    return {pt: turned(pt, round(1000 * samples.scale)) for pt in VECTORS}


def turned(pt: float, n_events: int) -> Array:
    """(events with a hit,) angle between the hottest crystal and the muon, positive where it belongs."""
    eta = np.random.default_rng(1).uniform(-MAX_ETA, MAX_ETA, n_events)
    response = respond(single(13, np.full(n_events, pt), eta))
    events, cell = hottest(ecal_hits(response.eb_hits, EERecHits.empty(n_events)).cells)
    x, y, _ = positions()[cell].T
    positive = np.where(response.particles.flat("pdg_id")[events] < 0, 1.0, -1.0)  # an antimuon is pdg_id -13
    return -positive * angle(np.arctan2(y, x) - column(response.particles, "phi")[events])


def exact(pt: float) -> float:
    """The same from the numbers of the detector."""
    return math.asin(ECAL_RADIUS * 0.00299792458 * MAGNETIC_FIELD / (2.0 * pt))


def rows(result: dict[float, Array]) -> list[Row]:
    """Medians: crystals are 0.0175 wide, and a few events have only noise."""
    return [Row(f"{pt:g} GeV", median(angles), f"{VECTORS[pt]:g}") for pt, angles in result.items()]


def draw(figure: Any, result: dict[float, Array]) -> None:
    """Angles against pt."""
    (axis,) = panels(figure, 1, 1).ravel()
    pt = np.geomspace(0.9, 60.0, 200)
    axis.plot(pt, [exact(each) for each in pt.tolist()], color="black", label="asin(r / 2R)")
    axis.plot(list(result), [median(angles) for angles in result.values()], "o", label="hottest crystal, median")
    axis.set(xscale="log", yscale="log")
    axis.legend(fontsize="small")
    label(axis, "muons", "pt (GeV)", "angle at the ECAL (rad)")
