"""Random and real events for the tests of the frame producers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.candidates import Jets, PFCandidates
from dataformats.collection import Collection
from dataformats.geometry.detids import EE_EXISTS, pack_eb, pack_ee, pack_hcal
from dataformats.geometry.tracker_ids import valid_tracker
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_source import PoolSource
from frameproducers.entries import Inputs
from python_cfg.samples import SIMULATED_TTBAR

C = TypeVar("C", bound=Collection)


def _offsets(rng: np.random.Generator, n_events: int, largest: int) -> NDArray[np.int64]:
    """Boundaries of 0 to `largest` objects; about every third event is empty."""
    counts = rng.integers(0, largest + 1, n_events) * (rng.random(n_events) > 0.3)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _hits(rng: np.random.Generator, cls: type[C], ids: NDArray[np.uint32], n_events: int, largest: int) -> C:
    offsets = _offsets(rng, n_events, largest)
    size = int(offsets[-1])
    energy = rng.normal(1.0, 1.0, size) * (rng.random(size) > 0.05)  # some negative, some exactly zero
    return cls(offsets, detid=rng.choice(ids, size), energy=energy, time=np.linspace(-5, 25, size))


def _hcal_ids(rng: np.random.Generator) -> NDArray[np.uint32]:
    size = rng.integers(1, 30, 4000)
    iphi = np.where(size > 20, 2 * rng.integers(0, 36, 4000) + 1, rng.integers(1, 73, 4000))
    subdet = np.where(size < 16, 1, np.where(size > 16, 2, rng.integers(1, 3, 4000)))
    depth = np.where((size == 16) & (subdet == 2), 3, rng.integers(1, 3, 4000))
    cells = subdet, size * rng.choice([-1, 1], 4000), iphi, depth
    return np.concatenate([pack_hcal(*cells), pack_hcal(*cells, new_format=False)])


def _tracks(rng: np.random.Generator, n_events: int) -> Tracks:
    offsets = _offsets(rng, n_events, 40)
    size = int(offsets[-1])
    pt, eta, phi = rng.exponential(3.0, size) + 0.2, rng.uniform(-3.3, 3.3, size), rng.uniform(-np.pi, np.pi, size)
    return Tracks(
        offsets,
        vx=rng.normal(0, 0.3, size),
        vy=rng.normal(0, 0.3, size),
        vz=rng.normal(0, 5.0, size),
        px=pt * np.cos(phi),
        py=pt * np.sin(phi),
        pz=pt * np.sinh(eta),
        charge=rng.choice([-1, 0, 1], size, p=[0.45, 0.1, 0.45]),
        quality=rng.choice([0, 1, 5, 7], size, p=[0.05, 0.05, 0.45, 0.45]),
        chi2=np.ones(size),
        ndof=np.ones(size),
        dxy_error=rng.uniform(0.01, 0.1, size),
        dz_error=rng.uniform(0.01, 0.1, size),
    )


def _vertices(rng: np.random.Generator, n_events: int) -> Vertices:
    offsets = _offsets(rng, n_events, 4)
    size = int(offsets[-1])
    place = {name: rng.normal(0, width, size) for name, width in (("x", 0.1), ("y", 0.1), ("z", 4.0))}
    return Vertices(offsets, **place, **{f"{name}_error": rng.uniform(0.001, 0.01, size) for name in place})


def _tracker_hits(rng: np.random.Generator, n_events: int, subdets: tuple[int, ...]) -> TrackerRecHits:
    """Hits anywhere in the tracker, on any layer of some subdetectors."""
    any_id = (rng.integers(0, 2**25, 20000) | (rng.choice(subdets, 20000) << 25) | (1 << 28)).astype(np.uint32)
    offsets = _offsets(rng, n_events, 200)
    place = {name: rng.normal(0, width, int(offsets[-1])) for name, width in (("x", 40.0), ("y", 40.0), ("z", 120.0))}
    return TrackerRecHits(offsets, detid=rng.choice(any_id[valid_tracker(any_id)], int(offsets[-1])), **place)


def _jets(rng: np.random.Generator, n_events: int) -> Jets:
    offsets = _offsets(rng, n_events, 12)
    size = int(offsets[-1])
    eta, phi = rng.uniform(-3, 3, size), rng.uniform(-np.pi, np.pi, size)
    return Jets(offsets, pt=rng.exponential(50.0, size), eta=eta, phi=phi, mass=np.zeros(size))


def _particles(rng: np.random.Generator, tracks: Tracks) -> PFCandidates:
    offsets = _offsets(rng, len(tracks), 60)
    size = int(offsets[-1])
    at_ecal = {"ecal_eta": rng.uniform(-3.2, 3.2, size), "ecal_phi": rng.uniform(-np.pi, np.pi, size)}
    at_ecal["ecal_eta"][rng.random(size) < 0.05] = np.nan
    charge, kind = rng.choice([-1, 0, 1], size), rng.choice([13, 211], size)
    link = rng.integers(0, 1000, size) % np.maximum(np.repeat(tracks.counts, np.diff(offsets)), 1)
    momentum = {"pt": rng.exponential(3.0, size), "eta": rng.normal(size=size), "phi": rng.uniform(-3, 3, size)}
    pdg_id = np.where(charge == 0, 22, kind * np.where(charge > 0, 1, -1))
    return PFCandidates(offsets, **momentum, mass=np.zeros(size), **at_ecal, charge=charge, pdg_id=pdg_id, track=link)


@pytest.fixture(scope="session")
def random_inputs() -> Callable[[int, int], Inputs]:
    """``random_inputs(seed, n_events)``: hits, tracks and vertices, with empty events between."""

    def make(seed: int, n_events: int) -> Inputs:
        rng = np.random.default_rng(seed)
        half_barrel = rng.integers(1, 86, 3000) * rng.choice([-1, 1], 3000)
        eb_ids = pack_eb(half_barrel, rng.integers(1, 361, 3000))
        iy, ix = np.nonzero(EE_EXISTS)
        ee_ids = np.concatenate([pack_ee(ix + 1, iy + 1, side) for side in (-1, 1)])
        inputs = Inputs(
            _hits(rng, EBRecHits, eb_ids, n_events, 300),
            _hits(rng, EERecHits, ee_ids, n_events, 300),
            _hits(rng, HBHERecHits, _hcal_ids(rng), n_events, 300),
            _tracks(rng, n_events),
            _vertices(rng, n_events),
        )
        more = np.random.default_rng([seed, 1])
        pixels, strips, stereo = (_tracker_hits(more, n_events, subdets) for subdets in ((1, 2), (3, 4, 5, 6), (3, 5)))
        assert inputs.tracks is not None
        particles = _particles(more, inputs.tracks)
        more_jets = _jets(more, n_events)
        inputs = replace(inputs, pf_candidates=particles, tagged_jets=more_jets)
        return replace(inputs, pixel_hits=pixels, strip_hits=strips, stereo_hits=stereo)

    return make


@pytest.fixture(scope="session")
def random_jets() -> Callable[[int, int], Jets]:
    """``random_jets(seed, n_events)``: jets anywhere within |eta| 3.2, about half of them below 400 GeV."""

    def make(seed: int, n_events: int) -> Jets:
        rng = np.random.default_rng(seed)
        offsets = _offsets(rng, n_events, 5)
        size = int(offsets[-1])
        eta = np.where(rng.random(size) < 0.8, rng.uniform(-1.45, 1.45, size), rng.uniform(-3.2, 3.2, size))
        pt, phi = rng.uniform(100, 700, size), rng.uniform(-np.pi, np.pi, size)
        return Jets(offsets, pt=pt, eta=eta, phi=phi, mass=np.zeros(size))

    return make


@pytest.fixture(scope="session")
def real_inputs(real_collection: Callable[[type[Any], str], Any]) -> Inputs:
    """The events of the three real files, one after the other."""
    return Inputs(
        real_collection(EBRecHits, "reducedEcalRecHitsEB_"),
        real_collection(EERecHits, "reducedEcalRecHitsEE_"),
        real_collection(HBHERecHits, "reducedHcalRecHits_hbhereco"),
        real_collection(Tracks, "generalTracks_"),
        real_collection(Vertices, "offlinePrimaryVertices_"),
    )


@pytest.fixture(scope="session")
def real_jets(real_collection: Callable[[type[Any], str], Any]) -> Jets:
    """The jets of the same events."""
    jets: Jets = real_collection(Jets, "ak8PFJetsCHS_")
    return jets


@pytest.fixture(scope="session")
def simulated_collection() -> Callable[..., Any]:
    """``simulated_collection(SuperClusterHits, "superClusters", "hits")``: a product of the packaged sample."""

    def read(cls: type[C], label: str, instance: str = "") -> C:
        key = ProductKey(label, instance, "SIM")
        source = PoolSource(file_names=(SIMULATED_TTBAR,)).open()
        (block,) = source.blocks({key: cls}, 1000, -1)
        source.close()
        product: Any = block.products[key]
        return product  # type: ignore[no-any-return]

    return read


@pytest.fixture(scope="session")
def simulated_inputs(simulated_collection: Callable[..., Any]) -> Inputs:
    """The events of the packaged sample."""
    return Inputs(
        simulated_collection(EBRecHits, "reducedEcalRecHitsEB"),
        simulated_collection(EERecHits, "reducedEcalRecHitsEE"),
        simulated_collection(HBHERecHits, "reducedHcalRecHits", "hbhereco"),
        simulated_collection(Tracks, "generalTracks"),
        simulated_collection(Vertices, "offlinePrimaryVertices"),
        simulated_collection(TrackerRecHits, "siPixelRecHits"),
    )
