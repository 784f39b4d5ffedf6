"""Masses of W and top: from the generated jets of their quarks, and from wide reconstructed jets of fast tops."""

from typing import Any, NamedTuple

import numpy as np

from benchmarks.physics.report import Row, histogram, label, panels
from benchmarks.physics.samples import Events, Samples
from benchmarks.physics.statistics import Array, Ints, angle, column, events_of, median
from dataformats.candidates import Candidates, GenJets, Jets
from dataformats.generator import GenParticles

TITLE = "Masses of W and top"
W_MASS, TOP_MASS = 80.4, 172.5
"""GeV, as generated."""
W_WINDOW, TOP_WINDOW = (60.0, 105.0), (140.0, 205.0)
"""GeV; the medians of peaks are those within."""
NARROW, WIDE = 0.2, 0.6
"""A quark is in a jet of radius 0.4 or 0.8 so far from its axis."""
MIN_PT, MIN_WIDE_PT = 20.0, 350.0
"""GeV, of the jets."""


class Decays(NamedTuple):
    """Top quarks that decay to three quarks, (tops, 3) places in the flat columns: two of the W, and the b."""

    quarks: Ints
    event: Ints


class Masses(NamedTuple):
    """GeV.

    Args:
        w: of pairs of generated jets of the quarks of a W.
        top: of three generated jets of the quarks of a top.
        wide_generated: of single generated jets with all quarks of a top.
        wide: of single reconstructed jets.
        wide_qcd: of reconstructed jets without a top.
    """

    w: Array
    top: Array
    wide_generated: Array
    wide: Array
    wide_qcd: Array


def measure(samples: Samples) -> Masses:
    """Slow tops for single jets, fast ones for wide jets."""
    slow = samples.get("ttbar_hadronic", 600)
    fast = samples.get("ttbar_hadronic", 250, ptHatMin=450.0)
    jets = samples.get("qcd", 250, ptHatMin=450.0)
    w, top = resolved(slow)
    generated, wide = (
        merged(fast, fast.get(kind, name)) for kind, name in ((GenJets, "ak8GenJets"), (Jets, "ak8PFJetsCHS"))
    )
    qcd = jets.get(Jets, "ak8PFJetsCHS")
    return Masses(w, top, generated, wide, column(qcd, "mass")[column(qcd, "pt") > MIN_WIDE_PT])


def hadronic_tops(particles: GenParticles) -> Decays:
    """All decays of top quarks to three quarks."""
    kind = np.abs(particles.flat("pdg_id"))
    place = np.arange(kind.size)
    event = events_of(particles)
    mother = particles.offsets[event] + particles.flat("mother")
    top = kind[mother] == 6
    first = np.where((kind == 24) & top, place, -1)  # the W that a copy comes from
    for _ in range(20):
        copy = (kind == 24) & (first < 0) & (first[mother] >= 0)
        if not copy.any():
            break
        first[copy] = first[mother[copy]]
    from_w = place[(kind <= 5) & (kind[mother] == 24) & (first[mother] >= 0)]
    from_top = place[(kind <= 5) & top]
    pairs = from_w[np.argsort(first[mother[from_w]], kind="stable")].reshape(-1, 2)
    tops = mother[first[mother[pairs[:, 0]]]]
    order = np.argsort(mother[from_top], kind="stable")
    b = from_top[order[np.searchsorted(mother[from_top], tops, sorter=order)]]
    return Decays(np.column_stack([pairs, b]), event[b])


def resolved(events: Events) -> tuple[Array, Array]:
    """Masses of two and three generated jets whose quarks have a jet each."""
    particles, jets = events.particles, events.get(GenJets, "ak4GenJets")
    decays = hadronic_tops(particles)
    distance, place = _distances(jets, particles, decays)
    distance = np.where(column(jets, "pt")[place] > MIN_PT, distance, np.inf)  # (tops, 3, jets)
    best = distance.argmin(axis=2)
    near = np.take_along_axis(distance, best[:, :, np.newaxis], 2)[:, :, 0] < NARROW
    chosen = np.take_along_axis(place, best[:, :, np.newaxis], 2)[:, :, 0]
    pair = near[:, :2].all(axis=1) & (chosen[:, 0] != chosen[:, 1])
    triple = pair & near[:, 2] & (chosen[:, 2] != chosen[:, 0]) & (chosen[:, 2] != chosen[:, 1])
    return mass_of(jets, chosen[pair, :2]), mass_of(jets, chosen[triple])


def merged(events: Events, jets: Candidates) -> Array:
    """Masses of single jets with all three quarks of a top."""
    distance, place = _distances(jets, events.particles, hadronic_tops(events.particles))
    inside = (distance.max(axis=1) < WIDE) & (column(jets, "pt")[place[:, 0]] > MIN_WIDE_PT)
    masses: Array = column(jets, "mass")[place[:, 0][inside]]
    return masses


def _distances(jets: Candidates, particles: GenParticles, decays: Decays) -> tuple[Array, Ints]:
    """(tops, 3, jets of an event) distances of quarks to jets, infinite where there is none, and places of the jets."""
    width = int(jets.counts.max(initial=1))
    place = jets.offsets[decays.event][:, np.newaxis] + np.arange(width)
    exists = place < jets.offsets[decays.event + 1][:, np.newaxis]
    place = np.where(exists, place, 0)[:, np.newaxis, :].repeat(3, axis=1)
    eta, phi = (column(jets, name)[place] for name in ("eta", "phi"))
    quark_eta, quark_phi = (column(particles, name)[decays.quarks][:, :, np.newaxis] for name in ("eta", "phi"))
    distance = np.hypot(eta - quark_eta, angle(phi - quark_phi))
    return np.where(exists[:, np.newaxis, :], distance, np.inf), place


def mass_of(jets: Candidates, place: Ints) -> Array:
    """(n,) masses of (n, k) jets together, GeV."""
    pt, eta, phi, mass = (column(jets, name)[place] for name in ("pt", "eta", "phi", "mass"))
    momentum = [(pt * np.cos(phi)).sum(1), (pt * np.sin(phi)).sum(1), (pt * np.sinh(eta)).sum(1)]
    energy = np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2).sum(1)
    masses: Array = np.sqrt(np.maximum(energy**2 - np.sum(np.square(momentum), axis=0), 0.0))
    return masses


def peak(masses: Array, window: tuple[float, float]) -> tuple[float, float]:
    """Median within a window, and part of all masses there."""
    inside = (masses > window[0]) & (masses < window[1])
    return median(masses[inside]), float(inside.mean())


def rows(result: Masses) -> list[Row]:
    """Medians of the peaks and how many masses they hold."""
    lines = []
    for what, masses, window, true in (
        ("two generated jets of a W", result.w, W_WINDOW, W_MASS),
        ("three generated jets of a top", result.top, TOP_WINDOW, TOP_MASS),
        (f"one generated wide jet above {MIN_WIDE_PT:g} GeV of a top", result.wide_generated, TOP_WINDOW, TOP_MASS),
        ("the same, reconstructed", result.wide, TOP_WINDOW, TOP_MASS),
    ):
        middle, part = peak(masses, window)
        lines.append(Row(f"{what}: median mass in {window[0]:g} - {window[1]:g} GeV", middle, f"{true:g}"))
        lines.append(Row(f"{what}: part there, of {masses.size}", part))
    lines.append(Row("reconstructed wide jets of quarks and gluons: part there", peak(result.wide_qcd, TOP_WINDOW)[1]))
    return lines


def draw(figure: Any, result: Masses) -> None:
    """Spectra."""
    axes = panels(figure, 1, 3)
    for axis, title, shown, top in (
        (axes[0, 0], "generated jets of radius 0.4", {"two of a W": result.w}, W_MASS),
        (axes[0, 1], "generated jets of radius 0.4", {"three of a top": result.top}, TOP_MASS),
        (
            axes[0, 2],
            f"jets of radius 0.8 above {MIN_WIDE_PT:g} GeV",
            {"top, generated": result.wide_generated, "top, reconstructed": result.wide, "QCD": result.wide_qcd},
            TOP_MASS,
        ),
    ):
        histogram(axis, shown, (0.0, 300.0, 60))
        axis.axvline(top, color="black", linewidth=0.7, linestyle="--")
        label(axis, title, "mass (GeV)")
