"""Pythia events with jets, photons and electrons clustered from the generated particles, no detector in between."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import awkward as ak
import numpy as np
import pytest

from dataformats.candidates import Candidates, Electrons, Jets, Photons
from dataformats.generator import GenParticles
from simulation.pythia_source import PythiaSource

INVISIBLE = (12, 13, 14, 16)


class Sample(NamedTuple):
    """Events, and what a perfect detector would reconstruct."""

    gen: GenParticles
    ak4: Jets
    ak8: Jets
    photons: Photons
    electrons: Electrons


def clustered(gen: GenParticles, chosen: Any, radius: float, min_pt: float) -> dict[str, Any]:
    """Columns of anti-kT jets of the chosen final particles."""
    fastjet = pytest.importorskip("fastjet", reason="fastjet is in the extra `sim`")
    take = (gen.status == GenParticles.FINAL) & (abs(gen.eta) < 5) & chosen
    pt, eta, phi, mass = (ak.values_astype(x[take], np.float64) for x in (gen.pt, gen.eta, gen.phi, gen.mass))
    px, py, pz = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
    momenta = ak.zip({"px": px, "py": py, "pz": pz, "E": np.sqrt(px**2 + py**2 + pz**2 + mass**2)})
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, radius)
    jets = fastjet.ClusterSequence(momenta, definition).inclusive_jets(min_pt)
    px, py, pz, energy = (ak.to_numpy(ak.flatten(jets[name])) for name in ("px", "py", "pz", "E"))
    pt = np.hypot(px, py)
    return {
        "offsets": np.concatenate([[0], np.cumsum(ak.to_numpy(ak.num(jets)))]),
        "pt": pt,
        "eta": np.arcsinh(pz / pt),
        "phi": np.arctan2(py, px),
        "mass": np.sqrt(np.maximum(energy**2 - pt**2 - pz**2, 0.0)),
    }


@cache
def generated(process: str, n_events: int, **parameters: Any) -> Sample:
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    gen = PythiaSource(process=process, seed=1, **parameters).open().generate(1, n_events)
    kind = abs(gen.pdg_id)
    visible = np.logical_not(ak.any([kind == x for x in INVISIBLE], axis=0))
    electron = kind == 11
    return Sample(
        gen,
        Jets(**clustered(gen, visible, 0.4, 10.0)),
        Jets(**clustered(gen, visible, 0.8, 10.0)),
        Photons(**clustered(gen, electron | (kind == 22), 0.1, 5.0)),
        Electrons(**clustered(gen, electron, 0.1, 5.0)),
    )


@pytest.fixture(scope="session")
def sample() -> Callable[..., Sample]:
    """``sample(process, n_events, **parameters)``, each made once."""
    return generated


def reordered(objects: Candidates, order: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    return type(objects)(objects.offsets, **{name: column[order] for name, column in objects.columns.items()})


@pytest.fixture
def shuffled() -> Callable[[Candidates], tuple[Any, Any]]:
    """Objects in another order within each event, and which old one each is."""

    def shuffle(objects: Candidates) -> tuple[Any, Any]:
        event = np.repeat(np.arange(len(objects)), objects.counts)
        order = np.lexsort([np.random.default_rng(1).random(event.size), event])
        return reordered(objects, order), order

    return shuffle
