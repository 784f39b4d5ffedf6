"""Candidates of particle flow as columns: momenta, directions and order."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import PFCandidates
from dataformats.geometry.helix import ecal_impacts
from dataformats.tracks import Vertices
from simulation.flow_links import Chosen, Clusters

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MASS: Final = {PFCandidates.CHARGED_HADRON: 0.13957, PFCandidates.ELECTRON: 0.000511, PFCandidates.MUON: 0.10566}
"""GeV; every charged hadron is taken for a pion, photons and neutral hadrons have none."""


class Rows(NamedTuple):
    """Candidates of one kind, in order of events.

    Args:
        event: (candidates,) event in the block.
        columns: of `PFCandidates`, by name.
    """

    event: Ints
    columns: dict[str, NDArray[np.generic]]


def charged_candidates(tracks: Chosen, kept: Bools, kind: NDArray[np.int32], from_pileup: Bools, impact: Array) -> Rows:
    """Charged hadrons, electrons and muons with the momenta of their tracks.

    Args:
        tracks: that take part.
        kept: (tracks,) False for those that are no particles.
        kind: (tracks,) 211, 11 or 13.
        from_pileup: (tracks,)
        impact: (2, tracks) eta and phi at the ECAL.
    """
    event = np.repeat(np.arange(tracks.offsets.size - 1), np.diff(tracks.offsets))
    sign = np.where(tracks.charge < 0, -1, 1)
    mass = np.select([kind == code for code in MASS], list(MASS.values()))
    columns = {
        "pt": tracks.pt,
        "eta": tracks.eta,
        "phi": tracks.phi,
        "mass": mass,
        "pdg_id": np.where(kind == PFCandidates.CHARGED_HADRON, kind * sign, -kind * sign),
        "charge": tracks.charge,
        "track": tracks.position,
        "from_pileup": from_pileup,
        "ecal_eta": impact[0],
        "ecal_phi": impact[1],
    }
    return Rows(event[kept], {name: column[kept] for name, column in columns.items()})


def neutral_candidates(clusters: Clusters, energy: Array, pdg_id: int, vertices: Vertices) -> Rows:
    """Photons or neutral hadrons, without mass, that fly from the first vertex of their event to their cluster.

    Args:
        clusters: of one calorimeter.
        energy: (clusters,) GeV; 0 for clusters without a candidate.
        pdg_id: 22 or 130.
        vertices: of the same events; an event without one has its vertex at the centre of CMS.
    """
    some = energy > 0.0
    event = np.repeat(np.arange(clusters.offsets.size - 1), np.diff(clusters.offsets))[some]
    start = first_vertices(vertices)[:, event]
    flight = clusters.place[:, some] - start
    across = np.hypot(flight[0], flight[1])
    ecal_eta, ecal_phi = ecal_impacts(start, flight, np.zeros(event.size))
    columns = {
        "pt": energy[some] * across / np.sqrt((flight**2).sum(axis=0)),
        "eta": np.arcsinh(flight[2] / across),
        "phi": np.arctan2(flight[1], flight[0]),
        "mass": np.zeros(event.size),
        "pdg_id": np.full(event.size, pdg_id),
        "charge": np.zeros(event.size, np.int8),
        "track": np.zeros(event.size, np.int32),
        "from_pileup": np.zeros(event.size, np.bool_),
        "ecal_eta": ecal_eta,
        "ecal_phi": ecal_phi,
    }
    return Rows(event, columns)


def first_vertices(vertices: Vertices) -> Array:
    """(3, events) position of the first vertex of each event, cm; the centre of CMS where there is none."""
    place = np.zeros((3, len(vertices)))
    some = vertices.counts > 0
    first = vertices.offsets[:-1][some]
    place[:, some] = np.stack([vertices.flat(name)[first] for name in ("x", "y", "z")])
    return place


def ordered(parts: list[Rows], n_events: int) -> PFCandidates:
    """All candidates, by falling pt in each event."""
    event = np.concatenate([part.event for part in parts])
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    order = np.lexsort((-columns["pt"], event))
    offsets = np.searchsorted(event[order], np.arange(n_events + 1)).astype(np.int64)
    return PFCandidates(offsets, **{name: column[order] for name, column in columns.items()})
