"""Reconstructed jets against the generated jets they come from, and the correction that would make them equal."""

from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np

from benchmarks.physics.jet_samples import HARD_JETS, PILEUP
from benchmarks.physics.report import Row, histogram, label, panels
from benchmarks.physics.samples import Events, Samples
from benchmarks.physics.statistics import Array, Bools, Nearest, angle, column, effective_sigma, median, padded
from dataformats.candidates import GenJets, Jets, PFCandidates
from simulation.jets import JetProducer

TITLE = "ak4PFJetsCHS / ak4GenJets"
GENERATED = {0.4: "ak4GenJets", 0.8: "ak8GenJets"}
"""Labels by radius."""
REGIONS = {"barrel": (0.0, 1.3), "endcap": (1.5, 2.4)}
"""|eta|."""
PT_EDGES = (20.0, 30.0, 50.0, 80.0, 120.0, 200.0, 350.0, 600.0, 1000.0)
"""GeV, of generated jets."""
CORRECTED = (1.3, 1.7, 2.1, 2.5, 3.0)
"""|eta| up to which the regions of a correction reach."""
FEWEST = 20
"""Jets that a bin must have to count."""
JET_PT = 10.0, 1000.0
"""GeV, where a correction depends on pt."""
JETS = (30.0, 100.0, 300.0, 1000.0)
"""GeV."""
CMS_RESOLUTION = {30.0: 0.175, 100.0: 0.10, 1000.0: 0.05}
"""Resolution of real jets by pt in GeV [CMS, JINST 12 (2017) P02014]."""


class Pairs(NamedTuple):
    """Generated jets that have a reconstructed one, (pairs,) each.

    Args:
        true_pt: GeV, generated.
        eta: |eta|, generated.
        pt: GeV, reconstructed.
    """

    true_pt: Array
    eta: Array
    pt: Array

    @property
    def response(self) -> Array:
        """Reconstructed per generated."""
        return self.pt / self.true_pt

    def select(self, region: tuple[float, float], pt: tuple[float, float]) -> Self:
        """Those in a region of |eta| and a range of generated pt in GeV."""
        chosen = (self.eta > region[0]) & (self.eta < region[1]) & (self.true_pt > pt[0]) & (self.true_pt < pt[1])
        return type(self)._make(each[chosen] for each in self)


class Responses(NamedTuple):
    """Pairs as the job makes them, without and with pileup, and before any correction, by radius and without pileup."""

    alone: Pairs
    with_pileup: Pairs
    raw: dict[float, Pairs]


def measure(samples: Samples) -> Responses:
    """All ranges of pT-hat without pileup, the lower ones with it, where it matters."""
    alone = [samples.get("qcd", 400, **each) for each in HARD_JETS]
    crowded = [samples.get("qcd", 200, **each, pileup=PILEUP) for each in HARD_JETS[:2]]
    raw = {radius: joined([raw_pairs(events, radius) for events in alone]) for radius in GENERATED}
    return Responses(joined([pairs(events) for events in alone]), joined([pairs(events) for events in crowded]), raw)


def joined(parts: list[Pairs]) -> Pairs:
    """Pairs of several samples."""
    return Pairs(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def pairs(events: Events) -> Pairs:
    """Of the jets in the file."""
    return paired(events.get(GenJets, GENERATED[0.4]), events.get(Jets, "ak4PFJetsCHS"), 0.4)


def raw_pairs(events: Events, radius: float) -> Pairs:
    """Of jets made again without a correction and without a threshold that would prefer those measured too high."""
    jets = JetProducer(radius=radius, min_pt=5.0).produce(events.get(PFCandidates, "particleFlow"))
    return paired(events.get(GenJets, GENERATED[radius]), jets, radius)


def paired(generated: GenJets, jets: Jets, radius: float) -> Pairs:
    """Generated jets without another one beside them, and the reconstructed jet nearest to them."""
    nearest = Nearest(generated, jets)
    chosen = (nearest.distance < radius / 2) & lonely(generated, 2 * radius)
    return Pairs(
        column(generated, "pt")[chosen],
        np.abs(column(generated, "eta"))[chosen],
        column(jets, "pt")[nearest.place[chosen]],
    )


def lonely(jets: GenJets, distance: float) -> Bools:
    """(jets,) True where no other jet with a fifth of the pt is so close in (eta, phi)."""
    pt, eta, phi = (padded(jets, name) for name in ("pt", "eta", "phi"))
    d_eta, d_phi = (each[:, :, np.newaxis] - each[:, np.newaxis, :] for each in (eta, phi))
    near: Bools = np.hypot(d_eta, angle(d_phi)) < distance
    rival = near & (pt[:, np.newaxis, :] > 0.2 * pt[:, :, np.newaxis]) & ~np.eye(pt.shape[1], dtype=bool)
    alone: Bools = ~np.any(rival, axis=2)[np.isfinite(pt)]
    return alone


def correction(found: Pairs) -> tuple[float, ...]:
    """Triples for `JetProducer.correction`: in each region 1 / response as a + b log10(pt / 100 GeV) of medians.

    The medians are those of bins in generated pt; pt is the median of what is reconstructed there. Regions end where
    there are too few jets for two bins.
    """
    triples: list[float] = []
    for low, high in pairwise((0.0, *CORRECTED)):
        inside = [found.select((low, high), edges) for edges in pairwise(PT_EDGES)]
        bins = [each for each in inside if each.pt.size >= FEWEST]
        if len(bins) < 2:
            break
        power = [np.log10(np.clip(median(each.pt), *JET_PT) / 100.0) for each in bins]
        factor = [1.0 / median(each.response) for each in bins]
        weight = [np.sqrt(each.pt.size) / effective_sigma(each.response) for each in bins]
        slope, level = np.polyfit(power, factor, 1, w=weight)
        triples += [high, round(float(level), 3), round(float(slope), 3)]
    return tuple(triples)


def middle(found: Pairs, region: tuple[float, float], pt: float) -> Pairs:
    """Those within a third of a pt in GeV."""
    return found.select(region, (pt / 1.33, pt * 1.33))


def rows(result: Responses) -> list[Row]:
    """Response and resolution, and the correction that is left to do."""
    lines = []
    for what, found in (("", result.alone), (f", pileup {PILEUP}", result.with_pileup)):
        for name, region in REGIONS.items():
            for pt in JETS:
                response = middle(found, region, pt).response
                if response.size < FEWEST:
                    continue
                jets = f"{name}, {pt:g} GeV{what}:"
                lines.append(Row(f"{jets} median response of {response.size}", median(response), "1"))
                spread = f"{CMS_RESOLUTION[pt]:g} (CMS)" if name == "barrel" and pt in CMS_RESOLUTION else ""
                lines.append(Row(f"{jets} sigma / median", effective_sigma(response) / median(response), spread))
    for radius, raw in result.raw.items():
        text = ", ".join(f"{number:g}" for number in correction(raw))
        lines.append(Row(f"JetProducer.correction for radius {radius:g}", text))
    return lines


def draw(figure: Any, result: Responses) -> None:
    """Response against pt and eta, its spread, and one distribution."""
    axes = panels(figure, 2, 2)
    for what, found, marker in (("", result.alone, "o"), (f", pileup {PILEUP}", result.with_pileup, "s")):
        for name, region in REGIONS.items():
            bins = [found.select(region, edges) for edges in pairwise(PT_EDGES)]
            bins = [each for each in bins if each.pt.size >= FEWEST]
            pt = [median(each.true_pt) for each in bins]
            error = [1.25 * effective_sigma(each.response) / np.sqrt(each.pt.size) for each in bins]
            middles = [median(each.response) for each in bins]
            axes[0, 0].errorbar(pt, middles, error, marker=marker, markersize=4, label=name + what)
            spread = [effective_sigma(each.response) / median(each.response) for each in bins]
            axes[0, 1].plot(pt, spread, marker=marker, markersize=4, label=name + what)
        chosen = [found.select(edges, (40.0, 1000.0)).response for edges in pairwise(np.arange(0.0, 3.2, 0.2).tolist())]
        edges = np.arange(0.0, 3.2, 0.2)
        axes[1, 0].stairs([median(each) for each in chosen], edges, baseline=None, label=f"above 40 GeV{what}")
    axes[0, 1].plot(list(CMS_RESOLUTION), list(CMS_RESOLUTION.values()), "k*", label="CMS")
    shown = {f"{name}, 100 GeV": middle(result.alone, region, 100.0).response for name, region in REGIONS.items()} | {
        f"barrel, 100 GeV, pileup {PILEUP}": middle(result.with_pileup, REGIONS["barrel"], 100.0).response
    }
    histogram(axes[1, 1], shown, (0.4, 1.6, 40))
    ticks = (20, 50, 100, 200, 500, 1000)
    for axis in axes[0]:
        axis.set_xscale("log")
        axis.set_xticks(ticks, [str(tick) for tick in ticks])
        axis.set_xticks([], minor=True)
    for axis in (axes[0, 0], axes[1, 0]):
        axis.axhline(1.0, color="black", linewidth=0.5)
        axis.set_ylim(0.7, 1.3)
    for axis in axes.ravel():
        axis.legend(fontsize="small")
    label(axes[0, 0], "median response", "generated pt (GeV)", "pt / generated pt")
    label(axes[0, 1], "resolution", "generated pt (GeV)", "effective sigma / median")
    label(axes[1, 0], "median response", "|eta|", "pt / generated pt")
    label(axes[1, 1], "response", "pt / generated pt")
