"""Energies of single photons and electrons against what was shot, and their spread against the formula of the TDR."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from benchmarks.physics.chain import Response, gun, hottest, respond
from benchmarks.physics.report import BARREL, ENDCAP, Row, histogram, label, panels
from benchmarks.physics.samples import Events, Samples
from benchmarks.physics.statistics import Array, Bools, Nearest, column, effective_sigma, median
from dataformats.candidates import Photons
from dataformats.geometry.ecal_cells import cells_around
from simulation.ecal_hits import ecal_hits, energies_of

TITLE = "Energy of photons and electrons"
STOCHASTIC, NOISE, CONSTANT = 0.028, 0.12, 0.003
"""sigma / E = 2.8 % / sqrt(E) + 12 % GeV / E + 0.3 % in quadrature [CMS TDR]: 12 % is the noise of 3 x 3 crystals."""
NOISE_5X5 = NOISE * 5 / 3
"""The same for 5 x 5."""
BARREL_PT = (5.0, 10.0, 20.0, 50.0, 100.0)
"""GeV of the guns at the barrel."""
CLEAN = 0.01
"""Part of its energy that a clean electron may have radiated."""
FAR = 0.1
"""Distance in (eta, phi) beyond which a reconstructed photon is another one."""
KINDS = {"photon": 22, "electron": 11}


class Showers(NamedTuple):
    """One particle per event at the barrel and the crystals around the hottest one, (events,) each.

    Args:
        energy: of the particle, GeV.
        e5x5: GeV in 5 x 5 crystals.
        clean: the photon did not convert, the electron did not radiate.
    """

    energy: Array
    e5x5: Array
    clean: Bools


class Found(NamedTuple):
    """One particle per event, (events,) each.

    Args:
        pt: of the particle, GeV.
        eta: |eta| of the particle.
        ratio: energy of the reconstructed photon per true energy, NaN if there is none; electrons are photons too.
    """

    pt: Array
    eta: Array
    ratio: Array


class Energies(NamedTuple):
    """Showers by kind and pt, and reconstructed photons by kind."""

    showers: dict[str, dict[float, Showers]]
    found: dict[str, Found]


def measure(samples: Samples) -> Energies:
    """Guns at fixed pt at the barrel, and flat in pt everywhere."""
    size = round(1000 * samples.scale)
    showers = {
        kind: {pt: showers_of(respond(gun(pdg_id, size, (pt, pt), BARREL))) for pt in BARREL_PT}
        for kind, pdg_id in KINDS.items()
    }
    return Energies(showers, {kind: found(samples.get(f"{kind}_gun", 4000)) for kind in KINDS})


def showers_of(response: Response) -> Showers:
    """Showers around the hottest crystal of each event that has a hit."""
    hits = ecal_hits(response.eb_hits, response.ee_hits)
    events, seed = hottest(hits.cells)
    e5x5 = energies_of(hits, events[:, np.newaxis, np.newaxis], cells_around(seed, 2)).sum(axis=(1, 2))
    tracks, n_events = response.sim_tracks, len(response.particles)
    dirt = np.bincount(np.repeat(np.arange(n_events), tracks.counts), tracks.flat("radiated"), n_events)
    photon = response.particles.flat("pdg_id") == 22
    clean = np.where(photon, tracks.counts == 0, dirt < CLEAN)
    return Showers(true_energy(response.particles)[events], e5x5, clean[events])


def true_energy(particles: Any) -> Array:
    """(particles,) GeV, without masses."""
    energy: Array = column(particles, "pt") * np.cosh(column(particles, "eta"))
    return energy


def found(events: Events) -> Found:
    """The photon that is reconstructed nearest to the particle."""
    particles, photons = events.particles, events.get(Photons, "gedPhotons")
    nearest = Nearest(particles, photons)
    ratio = np.full(len(particles), np.nan)
    near = nearest.distance < FAR
    ratio[near] = true_energy(photons)[nearest.place[near]] / true_energy(particles)[near]
    return Found(column(particles, "pt"), np.abs(column(particles, "eta")), ratio)


def formula(energy: Array, noise: float = NOISE) -> Array:
    """Relative resolution at these energies in GeV."""
    resolution: Array = np.sqrt(STOCHASTIC**2 / energy + (noise / energy) ** 2 + CONSTANT**2)
    return resolution


def resolution(showers: Showers) -> float:
    """Relative effective sigma of the 5 x 5 energy of clean showers."""
    return effective_sigma((showers.e5x5 / showers.energy)[showers.clean])


def expected(showers: Showers, noise: float = NOISE) -> float:
    """What the formula says."""
    return median(formula(showers.energy[showers.clean], noise))


def ratios(found: Found, region: tuple[float, float], pt: tuple[float, float] = (11.0, 100.0)) -> Array:
    """Reconstructed per true energy in a region of |eta| and pt in GeV; superclusters begin at 10 GeV."""
    chosen = (found.eta > region[0]) & (found.eta < region[1]) & (found.pt > pt[0]) & (found.pt < pt[1])
    ratio = found.ratio[chosen]
    return ratio[np.isfinite(ratio)]


def efficiency(found: Found, region: tuple[float, float], pt: tuple[float, float] = (15.0, 100.0)) -> float:
    """Part of the particles in a region of |eta| and pt in GeV that are reconstructed as photons."""
    chosen = (found.eta > region[0]) & (found.eta < region[1]) & (found.pt > pt[0]) & (found.pt < pt[1])
    return float(np.isfinite(found.ratio[chosen]).mean())


def rows(result: Energies) -> list[Row]:
    """Resolutions in percent, medians of reconstructed per true energy."""
    lines = []
    for kind, by_pt in result.showers.items():
        for pt, showers in by_pt.items():
            what = f"clean {kind}s of {pt:g} GeV, barrel: sigma(5 x 5) / E, %"
            formulas = 100 * expected(showers, NOISE_5X5), 100 * expected(showers)
            text = "{:.2f} (formula, noise of 5 x 5), {:.2f} (of 3 x 3)".format(*formulas)
            lines.append(Row(what, 100 * resolution(showers), text))
    for kind, each in result.found.items():
        for name, region in (("barrel", BARREL), ("endcaps", ENDCAP)):
            what, ratio = f"all {kind}s of 11 - 100 GeV, {name}:", ratios(each, region)
            lines.append(Row(f"{what} median of energy / true", median(ratio), "1"))
            lines.append(Row(f"{what} sigma of energy / true, %", 100 * effective_sigma(ratio)))
            lines.append(Row(f"{what} found as photons, above 15 GeV", efficiency(each, region), "1"))
    return lines


def draw(figure: Any, result: Energies) -> None:
    """Resolution against energy, and what is reconstructed."""
    axes = panels(figure, 2, 2)
    for (kind, by_pt), marker in zip(result.showers.items(), "os", strict=True):
        energy = [median(showers.energy) for showers in by_pt.values()]
        axes[0, 0].plot(energy, [100 * resolution(showers) for showers in by_pt.values()], marker, label=f"{kind}s")
    line = np.geomspace(4.0, 150.0, 100)
    axes[0, 0].plot(line, 100 * formula(line), color="black", label="formula, noise of 3 x 3 crystals")
    axes[0, 0].plot(line, 100 * formula(line, NOISE_5X5), "k--", label="formula, noise of 5 x 5 crystals")
    axes[0, 0].set(xscale="log", yscale="log")
    axes[0, 0].legend(fontsize="small")
    label(axes[0, 0], "5 x 5 crystals, no conversion, no radiation, barrel", "energy (GeV)", "effective sigma / E (%)")
    _draw_response(axes[0, 1], result.found)
    for axis, (name, region) in zip(axes[1], (("barrel", BARREL), ("endcaps", ENDCAP)), strict=True):
        histogram(axis, {f"{kind}s": ratios(each, region) for kind, each in result.found.items()}, (0.8, 1.15, 70))
        label(axis, f"all of 11 - 100 GeV, {name}", "reconstructed / true energy")


def _draw_response(axis: Any, found: Mapping[str, Found]) -> None:
    edges = np.linspace(0.0, 2.5, 26)
    for kind, each in found.items():
        parts = [ratios(each, region) for region in pairwise(edges.tolist())]
        middles, spreads = ([measure(part) for part in parts] for measure in (median, effective_sigma))
        axis.errorbar((edges[:-1] + edges[1:]) / 2, middles, spreads, fmt=".", label=f"{kind}s")
    axis.axhline(1.0, color="black", linewidth=0.5)
    axis.set_ylim(0.85, 1.1)
    axis.legend(fontsize="small")
    label(axis, "median and spread, 11 - 100 GeV", "|eta|", "reconstructed / true energy")
