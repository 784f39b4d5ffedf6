"""Tracks against the particles they come from: resolution, efficiency, fakes."""

from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np

from benchmarks.physics.chain import Response, gun, respond
from benchmarks.physics.report import Row, label, panels
from benchmarks.physics.samples import Samples
from benchmarks.physics.statistics import Array, Bools, Ints, angle, column, effective_sigma
from dataformats.generator import GenParticles
from dataformats.tracks import Tracks
from simulation.detector_sim import DetectorSimProducer
from simulation.pythia_source import PythiaSource, event_ids
from simulation.track_finding import TrackProducer

TITLE = "Tracks"
KINDS = {"muons": 13, "pions": 211, "electrons": 11}
PT = (1.0, 10.0, 100.0)
"""GeV."""
REGIONS = {"|eta| < 0.9": (0.0, 0.9), "0.9 < |eta| < 2.5": (0.9, 2.5)}
"""|eta|."""
CENTRAL = (0.0, 1.4)
NEAR = 0.02
"""Distance in (eta, phi) of a track from its particle."""
CMS_PT, CMS_D0 = 0.028, 10.0
"""Resolution of pt, and of d0 in micrometres, of muons of 100 GeV at |eta| < 1.4 [CMS, JINST 9 (2014) P10009]."""
CMS_EFFICIENCY = {
    "muons": ("about 1 (CMS)", "about 1 (CMS)"),
    "pions": ("0.94 (CMS, charged particles of ttbar above 0.9 GeV)", "0.85 (CMS, the same)"),
    "electrons": ("", ""),
}
"""By kind: in the barrel, elsewhere [the same]."""
ETA_EDGES = np.linspace(0.0, 2.5, 11)


class Matched(NamedTuple):
    """One particle per event and its track, (events,) each.

    Args:
        pt: of the particle, GeV.
        eta: |eta| of the particle.
        found: it has a track.
        d_pt: relative difference, NaN without a track.
        d0: of the track with respect to the place where the particle was made, cm.
        d0_error: what the track says.
    """

    pt: Array
    eta: Array
    found: Bools
    d_pt: Array
    d0: Array
    d0_error: Array

    def select(self, region: tuple[float, float], pt: tuple[float, float] = (0.0, np.inf)) -> Self:
        """In a region of |eta| and range of pt in GeV."""
        chosen = (self.eta > region[0]) & (self.eta < region[1]) & (self.pt >= pt[0]) & (self.pt <= pt[1])
        return type(self)._make(each[chosen] for each in self)

    @property
    def efficiency(self) -> float:
        """Part of the particles that have a track."""
        return float(self.found.mean())

    @property
    def pt_resolution(self) -> float:
        """Relative."""
        return effective_sigma(self.d_pt[self.found])

    @property
    def d0_resolution(self) -> float:
        """Micrometres."""
        return 1e4 * effective_sigma(self.d0[self.found])


class Measured(NamedTuple):
    """Guns by kind and pt, guns of all pt by kind, and parts of fakes among the tracks of top pairs.

    Args:
        fixed: by kind and pt in GeV.
        flat: flat in the logarithm of pt from 0.5 to 100 GeV.
        fakes: parts of the tracks that come from no particle: all, high purity, high purity above 1 GeV.
    """

    fixed: dict[str, dict[float, Matched]]
    flat: dict[str, Matched]
    fakes: tuple[float, float, float]


def measure(samples: Samples) -> Measured:
    """Guns of every kind, and top pairs."""
    size = round(2000 * samples.scale)
    fixed = {
        kind: {pt: matched(respond(gun(pdg_id, size, (pt, pt), (0.0, 2.4)))) for pt in PT}
        for kind, pdg_id in KINDS.items()
    }
    flat = {kind: matched(respond(gun(pdg_id, 3 * size, (0.5, 100.0), (0.0, 2.5)))) for kind, pdg_id in KINDS.items()}
    return Measured(fixed, flat, fakes(round(100 * samples.scale)))


def matched(response: Response) -> Matched:
    """The track closest in direction to each particle; others come from conversions of what it radiated."""
    particles, tracks = response.particles, response.tracks
    n_events = len(particles)
    event = np.repeat(np.arange(n_events), tracks.counts)
    px, py, pz, vx, vy = (tracks.flat(name).astype(np.float64) for name in ("px", "py", "pz", "vx", "vy"))
    pt, eta = np.hypot(px, py), column(particles, "eta")
    d_phi = angle(np.arctan2(py, px) - column(particles, "phi")[event])
    distance = np.hypot(np.arcsinh(pz / pt) - eta[event], d_phi)
    order = np.lexsort((distance, event))
    has = tracks.counts > 0
    best: Ints = np.zeros(n_events, np.int64)
    best[has] = order[tracks.offsets[:-1][has]]
    found = has.copy()
    found[has] = distance[best[has]] < NEAR
    true = column(particles, "pt")
    d_pt, d0, error = np.full((3, n_events), np.nan)
    mine = best[found]
    d_pt[found] = pt[mine] / true[found] - 1.0
    d0[found] = (vx[mine] * py[mine] - vy[mine] * px[mine]) / pt[mine]
    error[found] = tracks.flat("dxy_error")[mine]
    return Matched(true, np.abs(eta), found, d_pt, d0, error)


def fakes(n_events: int) -> tuple[float, float, float]:
    """Parts of the tracks of top pairs that no charged particle made; those of matter count as particles."""
    ids = event_ids(1, n_events)
    particles: GenParticles = PythiaSource(process="ttbar").open().generate(1, n_events)
    sim_tracks = DetectorSimProducer().produce(particles, None, ids).sim_tracks
    tracks = TrackProducer().produce(sim_tracks, ids)
    real = TrackProducer(fakes=0.0).produce(sim_tracks, ids)
    n_fakes = tracks.counts - real.counts
    place = np.arange(tracks.offsets[-1]) - np.repeat(tracks.offsets[1:], tracks.counts)
    fake = place >= -np.repeat(n_fakes, tracks.counts)
    pure = (tracks.flat("quality") & Tracks.HIGH_PURITY) > 0
    stiff = np.hypot(tracks.flat("px"), tracks.flat("py")) > 1.0
    return float(fake.mean()), float(fake[pure].mean()), float(fake[pure & stiff].mean())


def rows(result: Measured) -> list[Row]:
    """Resolutions of muons, efficiencies of all kinds, fakes."""
    lines = []
    for pt in PT:
        muons = result.fixed["muons"][pt].select(CENTRAL)
        real = (f"{100 * CMS_PT:g} (CMS)", f"{CMS_D0:g} (CMS)") if pt == PT[-1] else ("", "")
        pull = effective_sigma((muons.d0 / muons.d0_error)[muons.found])
        what = f"muons of {pt:g} GeV, |eta| < {CENTRAL[1]:g}:"
        lines.append(Row(f"{what} sigma(pt) / pt, %", 100 * muons.pt_resolution, real[0]))
        lines.append(Row(f"{what} sigma(d0), micrometres", muons.d0_resolution, real[1]))
        lines.append(Row(f"{what} sigma(d0 / its error)", pull, "1"))
    for kind, found in result.flat.items():
        for (name, region), expected in zip(REGIONS.items(), CMS_EFFICIENCY[kind], strict=True):
            efficiency = found.select(region, (1.0, 100.0)).efficiency
            lines.append(Row(f"{kind} of 1 - 100 GeV, {name}: efficiency", efficiency, expected))
    names = ("all tracks", "high purity", "high purity above 1 GeV")
    parts = zip(names, result.fakes, strict=True)
    return lines + [Row(f"fakes among tracks of top pairs, {name}", part) for name, part in parts]


def draw(figure: Any, result: Measured) -> None:
    """Resolutions of muons and efficiencies of all kinds against |eta|, efficiency against pt."""
    axes = panels(figure, 2, 2)
    for pt, muons in result.fixed["muons"].items():
        bins = [muons.select(edges) for edges in pairwise(ETA_EDGES.tolist())]
        for axis, values in (
            (axes[0, 0], [100 * each.pt_resolution for each in bins]),
            (axes[0, 1], [each.d0_resolution for each in bins]),
        ):
            axis.stairs(values, ETA_EDGES, baseline=None, label=f"{pt:g} GeV")
    steps = np.geomspace(0.5, 100.0, 13)
    for kind, found in result.flat.items():
        by_eta = [found.select(edges, (1.0, 100.0)).efficiency for edges in pairwise(ETA_EDGES.tolist())]
        axes[1, 0].stairs(by_eta, ETA_EDGES, baseline=None, label=kind)
        by_pt = [found.select((0.0, 2.5), edges).efficiency for edges in pairwise(steps.tolist())]
        axes[1, 1].stairs(by_pt, steps, baseline=None, label=kind)
    for axis in axes[0]:
        axis.set_yscale("log")
    axes[1, 1].set_xscale("log")
    for axis in axes[1]:
        axis.set_ylim(0.0, 1.05)
    for axis in axes.ravel():
        axis.legend(fontsize="small")
    label(axes[0, 0], "muons", "|eta|", "sigma(pt) / pt (%)")
    label(axes[0, 1], "muons", "|eta|", "sigma(d0) (micrometres)")
    label(axes[1, 0], "1 - 100 GeV", "|eta|", "efficiency")
    label(axes[1, 1], "|eta| < 2.5", "pt (GeV)", "efficiency")
