"""Which tracks are electrons and muons, by what they left in the calorimeters."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import PFCandidates
from dataformats.geometry.angles import phi_between
from dataformats.jit import kernel
from simulation.hadron_response import hadron_resolution

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_HADRON = PFCandidates.CHARGED_HADRON
_ELECTRON = PFCandidates.ELECTRON
_MUON = PFCandidates.MUON


class ElectronCuts(NamedTuple):
    """What makes a track an electron.

    Args:
        min_pt: GeV.
        min_ratio, max_ratio: energy of the ECAL cluster per momentum, smallest and largest.
        max_h_over_e: energy of the HCAL cluster per energy of the ECAL cluster.
    """

    min_pt: float
    min_ratio: float
    max_ratio: float
    max_h_over_e: float


class MuonCuts(NamedTuple):
    """What makes a track a muon.

    Args:
        min_momentum: GeV.
        max_ecal, max_hcal: energy of its clusters, GeV.
        n_sigma: their energy is so many resolutions below that of a hadron.
        stochastic, constant: of that resolution.
        radius: distance in eta and phi in which other tracks count,
        max_isolation: sum of their pt per its own.
    """

    min_momentum: float
    max_ecal: float
    max_hcal: float
    n_sigma: float
    stochastic: float
    constant: float
    radius: float
    max_isolation: float


class LinkedTracks(NamedTuple):
    """Tracks of a block and the clusters they point to, (tracks,) each.

    Args:
        pt, momentum: GeV.
        eta, phi: of the momentum at the reference point.
        counts: False for tracks that do not disturb an isolation: those of pileup.
        ecal, hcal: position in the block of the linked cluster, -1 for none.
    """

    pt: Array
    momentum: Array
    eta: Array
    phi: Array
    counts: Bools
    ecal: Ints
    hcal: Ints


@kernel
def energy_at(cluster: int, energy: Array) -> float:
    """Energy of a cluster in GeV, 0 for no cluster (-1)."""
    return float(energy[cluster]) if cluster >= 0 else 0.0


@kernel
def survey_clusters(link: Ints, momentum: Array, count: Ints, hardest: Ints) -> None:
    """How many tracks point to each cluster, and which of them is the hardest (the first of equals).

    Args:
        link: (tracks,) cluster, -1 for none.
        momentum: (tracks,) GeV.
        count: (clusters,) result.
        hardest: (clusters,) result, -1 for none.
    """
    count[:] = 0
    hardest[:] = -1
    for track in range(link.size):
        cluster = link[track]
        if cluster >= 0:
            count[cluster] += 1
            if hardest[cluster] < 0 or momentum[track] > momentum[hardest[cluster]]:
                hardest[cluster] = track


@kernel
def momentum_nearby(track: int, first: int, last: int, tracks: LinkedTracks, radius: float) -> float:
    """Sum of pt, GeV, of the tracks first..last - 1 within a radius around a track, itself left out."""
    total = 0.0
    for other in range(first, last):
        if other != track and tracks.counts[other]:
            d_eta = tracks.eta[track] - tracks.eta[other]
            d_phi = phi_between(tracks.phi[track], tracks.phi[other])
            if d_eta * d_eta + d_phi * d_phi < radius * radius:
                total += tracks.pt[other]
    return total


@kernel
def looks_like_electron(pt: float, momentum: float, ecal: float, hcal: float, cuts: ElectronCuts) -> bool:
    """A track of pt and momentum in GeV in front of clusters of so much energy in GeV."""
    fits = cuts.min_ratio * momentum <= ecal <= cuts.max_ratio * momentum
    return pt >= cuts.min_pt and fits and hcal <= cuts.max_h_over_e * ecal


@kernel
def looks_like_muon(momentum: float, ecal: float, hcal: float, cuts: MuonCuts) -> bool:
    """A track of a momentum in GeV in front of clusters of so much energy in GeV, isolation apart."""
    missing = cuts.n_sigma * hadron_resolution(momentum, cuts.stochastic, cuts.constant)
    little = ecal <= cuts.max_ecal and 0.0 < ecal + hcal < momentum - missing
    return momentum >= cuts.min_momentum and little and hcal <= cuts.max_hcal


@kernel
def find_leptons(
    offsets: Ints,
    tracks: LinkedTracks,
    energy: tuple[Array, Array],
    count: tuple[Ints, Ints],
    hardest_on_ecal: Ints,
    electrons: ElectronCuts,
    muons: MuonCuts,
    kind: NDArray[np.int32],
) -> None:
    """Call every track charged hadron, electron or muon.

    An electron is the hardest track at its ECAL cluster; a muon has its clusters for itself.

    Args:
        offsets: (events + 1,) boundaries of the tracks.
        tracks: of the block.
        energy: of the ECAL and of the HCAL clusters, GeV.
        count: tracks that point to them.
        hardest_on_ecal: (ECAL clusters,) hardest of these tracks.
        electrons, muons: what they look like.
        kind: (tracks,) result: 211, 11 or 13.
    """
    for event in range(offsets.size - 1):
        first, last = offsets[event], offsets[event + 1]
        for track in range(first, last):
            ecal, hcal, momentum = tracks.ecal[track], tracks.hcal[track], tracks.momentum[track]
            in_ecal, in_hcal = energy_at(ecal, energy[0]), energy_at(hcal, energy[1])
            kind[track] = _HADRON
            leads = ecal >= 0 and hardest_on_ecal[ecal] == track
            if leads and looks_like_electron(tracks.pt[track], momentum, in_ecal, in_hcal, electrons):
                kind[track] = _ELECTRON
                continue
            shared = (ecal >= 0 and count[0][ecal] > 1) or (hcal >= 0 and count[1][hcal] > 1)
            if not shared and looks_like_muon(momentum, in_ecal, in_hcal, muons):
                nearby = momentum_nearby(track, first, last, tracks, muons.radius)
                if nearby <= muons.max_isolation * tracks.pt[track]:
                    kind[track] = _MUON


@kernel
def claim_clusters(kind: NDArray[np.int32], ecal: Ints, hcal: Ints, ecal_taken: Bools, hcal_taken: Bools) -> None:
    """Leptons take their clusters: other tracks lose the link to an ECAL cluster, but keep one to an HCAL cluster.

    Args:
        kind: (tracks,) 211, 11 or 13.
        ecal, hcal: (tracks,) links; changed to -1 for leptons and for tracks at their ECAL clusters.
        ecal_taken, hcal_taken: (clusters,) result: a lepton left the energy, it is nobody else's.
    """
    ecal_taken[:] = False
    hcal_taken[:] = False
    for track in range(kind.size):
        if kind[track] != _HADRON:
            if ecal[track] >= 0:
                ecal_taken[ecal[track]] = True
            if hcal[track] >= 0:
                hcal_taken[hcal[track]] = True
            hcal[track] = -1
    for track in range(kind.size):
        if ecal[track] >= 0 and ecal_taken[ecal[track]]:
            ecal[track] = -1
        if hcal[track] >= 0:
            hcal_taken[hcal[track]] = False
