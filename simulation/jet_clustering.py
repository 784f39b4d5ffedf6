"""Particles to jets, by the anti-kT algorithm of FastJet.

Source: M. Cacciari, G. P. Salam, G. Soyez, JHEP 04 (2008) 063 (anti-kT), Eur. Phys. J. C 72 (2012) 1896 (FastJet).
"""

from typing import Any, NamedTuple

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Candidates
from e2efw.errors import MissingDependencyError

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class Momenta(NamedTuple):
    """Four-momenta, each column (particles,) in GeV."""

    px: Array
    py: Array
    pz: Array
    energy: Array


class Clusters(NamedTuple):
    """Jets of a block of events, by falling pt in each.

    Args:
        offsets: (events + 1,) boundaries of the jets.
        pt: (jets,) GeV; eta, phi (rad) and mass (GeV) too.
        owner: (constituents,) the jet that each constituent is in, in the flat columns of the jets.
        constituent: (constituents,) its place in the flat columns of the particles.
    """

    offsets: Index
    pt: Array
    eta: Array
    phi: Array
    mass: Array
    owner: Index
    constituent: Index


def fastjet(who: str) -> Any:
    """The library, without the banner it would print.

    Args:
        who: needs it.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import fastjet as library  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingDependencyError(f"{who} needs FastJet: pip install 'e2efw[sim]'") from error
    library.ClusterSequenceArea.set_fastjet_banner_stream(None)
    return library


def momenta(particles: Candidates, chosen: Index) -> Momenta:
    """Four-momenta of the particles at these places of the flat columns; none may go along the beam."""
    pt, eta, phi, mass = (particles.flat(name)[chosen].astype(np.float64) for name in ("pt", "eta", "phi", "mass"))
    pz = pt * np.sinh(eta)
    return Momenta(pt * np.cos(phi), pt * np.sin(phi), pz, np.sqrt(pt**2 + pz**2 + np.maximum(mass, 0.0) ** 2))


def anti_kt(who: str, particles: Candidates, used: NDArray[np.bool_], radius: float, min_pt: float) -> Clusters:
    """Cluster some of the particles of every event.

    Args:
        who: asks, for the message if FastJet is missing.
        particles: of a block of events.
        used: (particles,) which of them may be in jets; those without transverse momentum never are.
        radius: of the jets.
        min_pt: GeV; jets below are not made.
    """
    library = fastjet(who)
    chosen = np.flatnonzero(used & (particles.flat("pt") > 0.0))
    sequence = library.ClusterSequence(
        ragged(np.searchsorted(chosen, particles.offsets), momenta(particles, chosen)),
        library.JetDefinition(library.antikt_algorithm, radius),
    )
    jets, indices = sequence.inclusive_jets(min_pt=min_pt), sequence.constituent_index(min_pt=min_pt)
    event = np.repeat(np.arange(len(particles)), ak.to_numpy(ak.num(jets, axis=1)))
    px, py, pz, energy = (ak.to_numpy(ak.flatten(jets[name])) for name in ("px", "py", "pz", "E"))
    pt = np.hypot(px, py)
    order = np.lexsort((-pt, event))
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    owner = np.repeat(place, ak.to_numpy(ak.flatten(ak.num(indices, axis=2))))
    first = np.searchsorted(chosen, particles.offsets[event])[order]
    constituent = chosen[first[owner] + ak.to_numpy(ak.flatten(indices, axis=None))]
    mass = np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0.0))
    eta, phi = np.arcsinh(pz / pt), np.arctan2(py, px)
    offsets = np.searchsorted(event, np.arange(len(particles) + 1))
    return Clusters(offsets, pt[order], eta[order], phi[order], mass[order], owner, constituent)


def ragged(offsets: Index, particles: Momenta) -> Any:
    """Momenta by event, as FastJet takes them."""
    columns = [ak.contents.NumpyArray(column) for column in particles]
    record = ak.contents.RecordArray(columns, ["px", "py", "pz", "E"], parameters={"__record__": "Momentum4D"})
    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), record))
