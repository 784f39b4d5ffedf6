"""Whole events: missing transverse momentum, vertices against pileup, electrons of Z decays."""

from typing import Any, NamedTuple

import numpy as np

from benchmarks.physics.report import BARREL, ENDCAP, Row, histogram, label, panels
from benchmarks.physics.samples import Events, Samples
from benchmarks.physics.statistics import Array, Bools, Nearest, binned, column, effective_sigma, events_of, median
from dataformats.candidates import Electrons, MissingMomentum, Photons
from dataformats.generator import GenParticles
from dataformats.geometry.constants import ENDCAP_ETA
from dataformats.simulated import PileupInteractions
from dataformats.tracks import Vertices

TITLE = "Missing momentum, vertices, electrons of Z decays"
NEUTRINOS = (12, 14, 16)
PILEUP = 30
PILEUP_NAME = f", pileup {PILEUP}"
SUM_ET_EDGES = (0.0, 300.0, 450.0, 600.0, 800.0, 1200.0)
"""GeV."""
NEAR, MIN_PT = 0.1, 20.0
"""Distance in (eta, phi) and least pt in GeV of electrons that should be found."""
TRACKER_ETA, SAME_VERTEX = 2.4, 0.1
"""|eta|, and cm between a vertex and the collision that it is."""
Z_MASS, Z_WINDOW = 91.19, (75.0, 105.0)
"""GeV."""


class Missing(NamedTuple):
    """One number per event, GeV.

    Args:
        sum_et: of all candidates.
        d: (2, events) components of the missing momentum minus those of the neutrinos.
        d_seen: (2, events) minus what balances generated particles within |eta| < 3; nobody sees more. Without pileup.
        true: momentum of the neutrinos.
    """

    sum_et: Array
    d: Array
    d_seen: Array
    true: Array

    def resolution(self, chosen: Bools | slice = slice(None)) -> float:
        """Effective sigma of a component, of some events."""
        return effective_sigma(self.d[:, chosen].ravel())

    @property
    def seen_resolution(self) -> float:
        """The same against what can be seen."""
        return effective_sigma(self.d_seen.ravel())


class Crowds(NamedTuple):
    """(events,) collisions, the one of interest included, and vertices found."""

    collisions: Array
    vertices: Array


class WholeEvents(NamedTuple):
    """What is measured.

    Args:
        missing: by process and pileup.
        crowd: Z decays with pileup.
        first_is_hard: part of the events with an electron in the tracker whose first vertex is the Z's.
        efficiency: of electrons as photons and as electrons, barrel and endcaps.
        z_mass: of pairs of found electrons, GeV.
    """

    missing: dict[str, Missing]
    crowd: Crowds
    first_is_hard: float
    efficiency: dict[str, float]
    z_mass: Array


def measure(samples: Samples) -> WholeEvents:
    """Top pairs and Z decays, without and with pileup."""
    several = {
        "ttbar": samples.get("ttbar", 500),
        f"ttbar{PILEUP_NAME}": samples.get("ttbar", 150, pileup=PILEUP),
        "Z to ee": samples.get("dyee", 600),
        f"Z to ee{PILEUP_NAME}": samples.get("dyee", 300, pileup=PILEUP),
    }
    crowded = several[f"Z to ee{PILEUP_NAME}"]
    vertices = crowded.get(Vertices, "offlinePrimaryVertices")
    others = crowded.get(PileupInteractions, "pileupInteractions").counts
    return WholeEvents(
        {name: missing(events) for name, events in several.items()},
        Crowds(1.0 + others.astype(np.float64), vertices.counts.astype(np.float64)),
        first_is_hard(crowded.particles, vertices),
        electron_efficiency(several["Z to ee"]),
        z_masses(several["Z to ee"].get(Electrons, "gedGsfElectrons")),
    )


def first_is_hard(particles: GenParticles, vertices: Vertices) -> float:
    """Part of the events with a Z electron in the tracker whose first vertex is close to where it was made."""
    mine = z_electrons(particles) & (np.abs(particles.flat("eta")) < TRACKER_ETA)
    tracked = np.bincount(events_of(particles)[mine], minlength=len(particles)) > 0
    hard, first = column(particles, "vz")[particles.offsets[:-1]], vertices.flat("z")[vertices.offsets[:-1]]
    return float((np.abs(first - hard) < SAME_VERTEX)[tracked].mean())


def missing(events: Events) -> Missing:
    """Missing momentum against generated particles."""
    particles, met = events.particles, events.get(MissingMomentum, "pfMet")
    final = particles.flat("status") == GenParticles.FINAL
    neutrino = final & np.isin(np.abs(particles.flat("pdg_id")), NEUTRINOS)
    seen = final & ~neutrino & (np.abs(particles.flat("eta")) < ENDCAP_ETA)
    phi = column(met, "phi")
    found = column(met, "pt") * np.stack([np.cos(phi), np.sin(phi)])
    invisible = _sums(particles, neutrino)
    return Missing(column(met, "sum_et"), found - invisible, found + _sums(particles, seen), np.hypot(*invisible))


def _sums(particles: GenParticles, chosen: Bools) -> Array:
    """(2, events) sums of px and py of some particles, GeV."""
    event = events_of(particles)[chosen]
    pt, phi = (column(particles, name)[chosen] for name in ("pt", "phi"))
    return np.stack([np.bincount(event, pt * turn(phi), len(particles)) for turn in (np.cos, np.sin)])


def z_electrons(particles: GenParticles) -> Bools:
    """(particles,) True for final electrons of the Z above `MIN_PT`."""
    kind = np.abs(particles.flat("pdg_id"))
    mother = kind[particles.offsets[events_of(particles)] + particles.flat("mother")]
    prompt = (kind == 11) & (particles.flat("status") == GenParticles.FINAL) & np.isin(mother, (23, 11))
    chosen: Bools = prompt & (particles.flat("pt") > MIN_PT)
    return chosen


def electron_efficiency(events: Events) -> dict[str, float]:
    """Parts of the electrons of the Z above `MIN_PT` that are found."""
    particles = events.particles
    prompt, eta = z_electrons(particles), np.abs(particles.flat("eta"))
    parts = {}
    for what, found in (
        ("as photons", events.get(Photons, "gedPhotons")),
        ("as electrons", events.get(Electrons, "gedGsfElectrons")),
    ):
        near = Nearest(particles, found).distance < NEAR
        for name, (low, high) in (("barrel", BARREL), ("endcaps", ENDCAP)):
            parts[f"{name}, {what}"] = float(near[prompt & (eta > low) & (eta < high)].mean())
    return parts


def z_masses(electrons: Electrons) -> Array:
    """Masses of the two leading electrons of events that have two, GeV."""
    two = electrons.offsets[:-1][electrons.counts >= 2]
    (pt, eta, phi), (pt2, eta2, phi2) = (
        tuple(column(electrons, name)[two + number] for name in ("pt", "eta", "phi")) for number in (0, 1)
    )
    mass: Array = np.sqrt(2 * pt * pt2 * (np.cosh(eta - eta2) - np.cos(phi - phi2)))
    return mass


def z_peak(masses: Array) -> tuple[float, float]:
    """Median and effective sigma within the window, GeV."""
    inside = masses[(masses > Z_WINDOW[0]) & (masses < Z_WINDOW[1])]
    return median(inside), effective_sigma(inside)


def rows(result: WholeEvents) -> list[Row]:
    """One line per number."""
    lines = []
    for name, found in result.missing.items():
        lines.append(Row(f"{name}: sigma of a component of missing momentum, GeV", found.resolution()))
        if PILEUP_NAME in name:
            continue
        root = np.sqrt(median(found.sum_et))
        what = f"{name}: the same against what is within |eta| < 3, per sqrt(sum ET = {root**2:.0f} GeV)"
        lines.append(Row(what, found.seen_resolution / root, "about 0.6 (CMS, with HF)"))
    slope = np.polyfit(*result.crowd, 1)[0]
    lines.append(Row(f"vertices per collision, pileup {PILEUP}", float(slope), "about 0.7 (CMS, 2012)"))
    lines.append(Row(f"first vertex is the hard one, Z to ee, pileup {PILEUP}", result.first_is_hard, "> 0.95"))
    lines += [Row(f"electrons of Z decays found, {name}", part) for name, part in result.efficiency.items()]
    mass, width = z_peak(result.z_mass)
    lines.append(Row("Z to ee: median mass, GeV", mass, f"{Z_MASS:g}"))
    return [*lines, Row("Z to ee: sigma of the mass, GeV", width, "natural width gives 1.1 alone")]


def draw(figure: Any, result: WholeEvents) -> None:
    """Resolution of missing momentum, vertices, mass of the Z."""
    axes = panels(figure, 2, 2)
    for name, found in result.missing.items():
        bins = [chosen for *_, chosen in binned(found.sum_et, SUM_ET_EDGES)]
        spread = [found.resolution(chosen) for chosen in bins]
        middles = [median(found.sum_et[chosen]) for chosen in bins]
        axes[0, 0].plot(middles, spread, "o-", markersize=4, label=name)
    line = np.linspace(50.0, 1300.0, 50)
    axes[0, 0].plot(line, 0.6 * np.sqrt(line), color="black", linewidth=0.7, label="0.6 sqrt(sum ET)")
    axes[0, 0].legend(fontsize="small")
    axes[0, 0].set_ylim(0.0)
    label(axes[0, 0], "missing momentum", "sum ET (GeV)", "sigma of a component (GeV)")
    tops = result.missing["ttbar"]
    shown = {"without": tops.true < 1.0, "with": tops.true > 30.0}
    met = np.hypot(*tops.d)
    histogram(axes[0, 1], {f"{name} neutrinos": met[chosen] for name, chosen in shown.items()}, (0.0, 100.0, 25))
    label(axes[0, 1], "ttbar", "|missing momentum - neutrinos| (GeV)")
    collisions, vertices = result.crowd
    axes[1, 0].plot(collisions + np.random.default_rng(1).uniform(-0.3, 0.3, collisions.size), vertices, ".")
    axes[1, 0].axline((0.0, 0.0), slope=1.0, color="black", linewidth=0.5)
    axes[1, 0].set(xlim=(0.0, 60.0), ylim=(0.0, 60.0))
    label(axes[1, 0], f"Z to ee{PILEUP_NAME}", "collisions", "vertices found")
    histogram(axes[1, 1], {"two leading electrons": result.z_mass}, (50.0, 120.0, 35))
    axes[1, 1].axvline(Z_MASS, color="black", linewidth=0.7, linestyle="--")
    label(axes[1, 1], "Z to ee", "mass (GeV)")
