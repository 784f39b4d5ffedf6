"""The events of the gallery: simulated with fixed seeds; of each sample the first that shows what is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.physics.samples import Events, Samples
from dataformats.candidates import Electrons, Jets, PFCandidates, Photons
from dataformats.collection import Collection
from dataformats.frames import SparseFrames
from dataformats.generator import GenParticles
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.superclusters import SuperClusterHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import LogicError
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from simulation.truth.leptons import TauTruthLabelProducer

BARREL_JET: Final = 1.37
"""|eta| up to which windows of 125 x 125 around jets stay in the picture."""
BARREL_CRYSTALS: Final = 1.44
CHARGED_HADRONS: Final = (211, 321)
"""PDG ids of the charged hadrons that taus decay to."""
STRIPS: Final = "siStripMatchedRecHits"
C = TypeVar("C", bound=Collection)
Rule = Callable[["Event"], bool]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Event:
    """One event of a sample.

    Args:
        title: for pictures.
        events: of the sample.
        number: position in it.
        real: True for data: what the file does not have is not asked for.
    """

    title: str
    events: Events
    number: int
    real: bool = False

    def get(self, cls: type[C], label: str, instance: str = "") -> C:
        """One of its products."""
        return self.events.get(cls, label, instance).take(slice(self.number, self.number + 1))

    @cached_property
    def inputs(self) -> Inputs:
        """Everything layers are made of."""
        more: dict[str, Any] = {}
        if not self.real:
            more = {
                "pixel_hits": self.get(TrackerRecHits, "siPixelRecHits"),
                "strip_hits": self.get(TrackerRecHits, STRIPS, "rphiRecHit"),
                "stereo_hits": self.get(TrackerRecHits, STRIPS, "stereoRecHit"),
                "pf_candidates": self.get(PFCandidates, "particleFlow"),
                "tagged_jets": self.ak4,
            }
        return Inputs(
            eb_hits=self.get(EBRecHits, "reducedEcalRecHitsEB"),
            ee_hits=self.get(EERecHits, "reducedEcalRecHitsEE"),
            hbhe_hits=self.get(HBHERecHits, "reducedHcalRecHits", "hbhereco"),
            tracks=self.get(Tracks, "generalTracks"),
            vertices=self.get(Vertices, "offlinePrimaryVertices"),
            **more,
        )

    def frames(self, *layers: str) -> SparseFrames:
        """Its layers."""
        return DetFrameProducer(layers=layers).produce(self.inputs)

    @property
    def ak4(self) -> Jets:
        """Jets of radius 0.4."""
        return self.get(Jets, "ak4PFJetsCHS")

    @property
    def ak8(self) -> Jets:
        """Jets of radius 0.8."""
        return self.get(Jets, "ak8PFJetsCHS")

    @property
    def photons(self) -> Photons:
        """Photon candidates."""
        return self.get(Photons, "gedPhotons")

    @property
    def electrons(self) -> Electrons:
        """Electrons."""
        return self.get(Electrons, "gedGsfElectrons")

    @property
    def super_cluster_hits(self) -> SuperClusterHits:
        """Crystals of superclusters."""
        return self.get(SuperClusterHits, "superClusters", "hits")

    @property
    def taus(self) -> Bools:
        """(ak4 jets,) True for those that are a hadronic tau of 30 GeV or more."""
        label = TauTruthLabelProducer(min_pt=30.0, max_eta=2.0)
        truth = label.produce(self.ak4, self.get(GenParticles, "genParticles"))
        found: Bools = truth.flat("valid") & (truth.flat("label") == 1)
        return found

    @property
    def prongs(self) -> NDArray[np.int64]:
        """(ak4 jets,) charged hadrons of 2 GeV or more close to the axis; 0 where not all of them were found."""
        made, found = self.get(GenParticles, "genParticles"), self.get(PFCandidates, "particleFlow")
        kind = np.abs(made.flat("pdg_id"))
        charged = (made.flat("status") == GenParticles.FINAL) & np.isin(kind, CHARGED_HADRONS)
        true = _close(self.ak4, made, charged)
        seen = _close(self.ak4, found, np.abs(found.flat("pdg_id")) == PFCandidates.CHARGED_HADRON)
        prongs: NDArray[np.int64] = np.where(true == seen, true, 0)
        return prongs

    @property
    def muons(self) -> Bools:
        """(particles,) True for muons of particle flow of 10 GeV or more."""
        particles = self.get(PFCandidates, "particleFlow")
        found: Bools = (np.abs(particles.flat("pdg_id")) == PFCandidates.MUON) & (particles.flat("pt") > 10)
        return found


def _close(jets: Jets, particles: Collection, chosen: Bools) -> NDArray[np.int64]:
    """(jets,) chosen particles of one event with pt above 2 GeV within 0.15 of each jet."""
    chosen = chosen & (particles.flat("pt") > 2.0)
    d_eta, d_phi = (
        jets.flat(name)[:, np.newaxis].astype(np.float64) - particles.flat(name)[chosen] for name in ("eta", "phi")
    )
    distance = np.hypot(d_eta, np.remainder(d_phi + np.pi, 2 * np.pi) - np.pi)
    near: NDArray[np.int64] = np.count_nonzero(distance < 0.15, axis=1)
    return near


def within(objects: Collection, min_pt: float, low: float, high: float) -> int:
    """How many objects are above a pt, GeV, with |eta| between two bounds."""
    eta = np.abs(objects.flat("eta"))
    return int(np.count_nonzero((objects.flat("pt") > min_pt) & (eta > low) & (eta < high)))


def first(title: str, events: Events, rule: Rule) -> Event:
    """The first event that a rule holds for.

    Raises:
        LogicError: it holds for none.
    """
    n_events = len(events.get(Tracks, "generalTracks"))
    for number in range(n_events):
        event = Event(f"{title} (event {number + 1})", events, number)
        if rule(event):
            return event
    raise LogicError(f"gallery: none of the {n_events} events of '{title}' shows what is asked for.")


def hardest(events: Events, title: str, *, real: bool = False) -> Event:
    """The event that has the leading jet of a sample."""
    jets = events.get(Jets, "ak4PFJetsCHS")
    number = int(np.searchsorted(jets.offsets, int(np.argmax(jets.flat("pt"))), side="right")) - 1
    return Event(f"{title} (event {number + 1})", events, number, real)


def of_file(file: Path) -> Event:
    """The event of a file of data that has the leading jet."""
    return hardest(Events(file), f"data, {file.stem}", real=True)


class Gallery:
    """The events, each simulated when it is first asked for.

    Args:
        folder: for the samples.
    """

    def __init__(self, folder: Path) -> None:
        self._samples = Samples(folder)

    @cached_property
    def ttbar(self) -> Event:
        """Two boosted jets and a muon, among pileup."""
        sample = self._samples.get("ttbar_boosted", 40, pileup=30)
        return first(
            r"$t\bar{t}$, $\hat{p}_T$ > 400 GeV, pileup 30",
            sample,
            lambda event: within(event.ak8, 420, 0, BARREL_JET) > 1 and bool(event.muons.any()),
        )

    @cached_property
    def qcd(self) -> Event:
        """Two jets in the barrel."""
        title = r"QCD, $\hat{p}_T$ > 450 GeV"
        return first(title, self._dijets, lambda event: within(event.ak8, 420, 0, BARREL_JET) > 1)

    @cached_property
    def forward(self) -> Event:
        """A jet in an endcap."""
        title = r"QCD, $\hat{p}_T$ > 450 GeV"
        return first(title, self._dijets, lambda event: within(event.ak8, 420, 1.7, 2.2) > 0)

    @cached_property
    def tau(self) -> Event:
        """Z to two taus that both decay to hadrons, one to three charged ones."""

        def shows(event: Event) -> bool:
            prongs = event.prongs[event.taus]
            return prongs.size > 1 and bool(prongs.max() == 3 and prongs.min() == 1)

        return first(r"Z$\rightarrow\tau\tau$", self._samples.get("dytautau", 400), shows)

    @cached_property
    def electron(self) -> Event:
        """Z to an electron in the barrel and one in an endcap."""
        return first(
            r"Z$\rightarrow ee$",
            self._samples.get("dyee", 60),
            lambda event: (
                within(event.electrons, 25, 0, BARREL_CRYSTALS) > 0 and within(event.electrons, 25, 1.6, 2.5) > 0
            ),
        )

    @cached_property
    def photon(self) -> Event:
        """Higgs to photons: the leading one in the barrel and not converted."""

        def shows(event: Event) -> bool:
            if not within(event.photons, 35, 0, BARREL_CRYSTALS):
                return False
            pt, eta, e3x3 = (float(event.photons.flat(name)[0]) for name in ("pt", "eta", "e3x3"))
            seeded = bool(event.photons.flat("has_pixel_seed")[0])
            return abs(eta) < BARREL_CRYSTALS and not seeded and e3x3 > 0.95 * pt * np.cosh(eta)

        return first(r"H$\rightarrow\gamma\gamma$", self._samples.get("higgs_gammagamma", 40), shows)

    @property
    def usual(self) -> tuple[Event, ...]:
        """The four of the sheets of layers."""
        return self.ttbar, self.qcd, self.tau, self.electron

    @cached_property
    def as_in_2012(self) -> Event:
        """Z to tau pairs at the energy of 2012 and with its pileup, to compare with data; the hardest jet."""
        sample = self._samples.get("dytautau", 20, energy=8000, pileup=20)
        return hardest(sample, r"simulated Z$\rightarrow\tau\tau$, 8 TeV, pileup 20")

    @property
    def _dijets(self) -> Events:
        return self._samples.get("qcd", 60, ptHatMin=450)
