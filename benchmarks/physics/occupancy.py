"""How full calorimeters are in minimum bias with pileup, against real minimum-bias events.

The real file holds 25 events of 2012 (8 TeV, about 12 vertices each). Five of them have no more than one track: no
collision, only noise; they are left out. Its HCAL endcap is empty (a threshold of the display), so towers are compared
where only the barrel is, |ieta| <= 15.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.physics.report import Row, label, panels
from benchmarks.physics.samples import Events, Samples
from benchmarks.physics.statistics import Array, Bools
from dataformats.geometry.constants import HB_IETA, HCAL_IPHI
from dataformats.geometry.detids import unpack_hcal
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from frameproducers.entries import Inputs
from frameproducers.pictures import pictures

TITLE = "Minimum bias at 8 TeV with pileup 15, means per event"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "cms_open_data" / "MinimumBias_Run2012C_0.root"
"""Beside the checkout; a user's clone has none."""
PILEUP = 15
LARGEST_IETA = HB_IETA - 1
COLLISION = 2
"""Tracks that an event with a collision has at least."""
LEVELS = (0.0, 0.2, 0.5, 1.0)
"""GeV, above which cells are counted."""
ENERGY_BINS = np.geomspace(0.02, 100.0, 38)
"""GeV."""
ENDCAP_ROWS = 55
"""Rows of the picture on either side that show endcaps."""


class Occupancy(NamedTuple):
    """Energies of cells, GeV.

    Args:
        barrel: (events, cells) of the rows of the picture that show the ECAL barrel.
        endcaps: (events, cells) of the other rows.
        towers: (events, towers) of HB, depths added up.
        vertices: (events,) how many.
    """

    barrel: Array
    endcaps: Array
    towers: Array
    vertices: Array

    @property
    def parts(self) -> dict[str, Array]:
        """By what a table calls them."""
        stitched = np.concatenate([self.barrel, self.endcaps], axis=1)
        return {"ECAL": stitched, "ECAL barrel": self.barrel, "ECAL endcaps": self.endcaps, "HB": self.towers}


class Occupancies(NamedTuple):
    """Simulated, and real (None without the file)."""

    simulated: Occupancy
    real: Occupancy | None


def measure(samples: Samples) -> Occupancies:
    """Cells of all events."""
    events = samples.get("minbias", 120, energy=8000.0, pileup=PILEUP)
    return Occupancies(occupancy(events), occupancy(Events(REAL)) if REAL.exists() else None)


def occupancy(events: Events) -> Occupancy:
    """Cells of the events that hold a collision."""
    tracks, vertices = events.get(Tracks, "generalTracks"), events.get(Vertices, "offlinePrimaryVertices")
    hcal = events.get(HBHERecHits, "reducedHcalRecHits", "hbhereco")
    ecal = events.get(EBRecHits, "reducedEcalRecHitsEB"), events.get(EERecHits, "reducedEcalRecHitsEE")
    inputs = Inputs(*ecal, hcal, tracks, vertices)
    chosen: Bools = tracks.counts >= COLLISION
    picture = pictures(["ECAL"], inputs)[chosen, 0].astype(np.float64)
    barrel = picture[:, ENDCAP_ROWS:-ENDCAP_ROWS]
    endcaps = np.concatenate([picture[:, :ENDCAP_ROWS], picture[:, -ENDCAP_ROWS:]], axis=1)
    barrel, endcaps = (part.reshape(len(part), -1) for part in (barrel, endcaps))
    return Occupancy(barrel, endcaps, towers(hcal)[chosen], vertices.counts[chosen].astype(np.float64))


def towers(hits: HBHERecHits) -> Array:
    """(events, towers) energies with |ieta| up to `LARGEST_IETA`, GeV."""
    _, ieta, iphi, _ = unpack_hcal(hits.flat("detid"))
    event = np.repeat(np.arange(len(hits)), hits.counts)
    size = 2 * LARGEST_IETA + 1
    mine = np.abs(ieta) <= LARGEST_IETA
    total = np.zeros((len(hits), size, HCAL_IPHI))
    np.add.at(total, (event[mine], ieta[mine] + LARGEST_IETA, iphi[mine] - 1), hits.flat("energy")[mine])
    return total.reshape(len(hits), -1)


def above(cells: Array, level: float) -> float:
    """Mean number of cells of an event above a level in GeV."""
    return float((cells > level).sum(axis=1).mean())


def energy(cells: Array) -> float:
    """Mean sum of the cells above zero of an event, GeV."""
    return float(np.maximum(cells, 0.0).sum(axis=1).mean())


def rows(result: Occupancies) -> list[Row]:
    """Cells and energies."""
    ours, real = result

    def expected(value: float | None) -> str:
        return "" if value is None else f"{value:.4g} (real, {len(real.vertices) if real else 0} events)"

    lines = [Row("vertices", float(ours.vertices.mean()), expected(real and float(real.vertices.mean())))]
    for name, cells in ours.parts.items():
        theirs = None if real is None else real.parts[name]
        for level in LEVELS:
            what = f"{name}: cells above {level:g} GeV"
            lines.append(Row(what, above(cells, level), expected(None if theirs is None else above(theirs, level))))
        lines.append(Row(f"{name}: energy, GeV", energy(cells), expected(None if theirs is None else energy(theirs))))
    return lines


def draw(figure: Any, result: Occupancies) -> None:
    """Spectra of cells, and numbers of cells per event."""
    axes = panels(figure, 2, 3)
    both = [("simulated", result.simulated), ("real", result.real)]
    for column, (name, unit) in enumerate((("ECAL barrel", "crystal"), ("ECAL endcaps", "pixel"), ("HB", "tower"))):
        shown = [(which, each.parts[name]) for which, each in both if each is not None]
        most = max(float((cells > 0).sum(axis=1).max()) for _, cells in shown)
        for which, cells in shown:
            counts, _ = np.histogram(cells, ENERGY_BINS)
            axes[0, column].stairs(counts / len(cells), ENERGY_BINS, label=which)
            counts, edges = np.histogram((cells > 0).sum(axis=1), np.linspace(0.0, most, 16))
            axes[1, column].stairs(counts / len(cells), edges, label=f"{which}, {len(cells)} events")
        axes[0, column].set(xscale="log", yscale="log")
        label(axes[0, column], name, f"energy of a {unit} (GeV)", f"{unit}s per event and bin")
        label(axes[1, column], name, f"{unit}s above zero per event", "share of events")
    _legends(axes.ravel().tolist())


def _legends(axes: Sequence[Any]) -> None:
    for axis in axes:
        axis.legend(fontsize="small")
