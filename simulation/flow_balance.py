"""Energy of linked tracks and clusters divided among particles."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import PFCandidates
from simulation.flow_links import Chosen, Links
from simulation.hadron_response import HADRON_RESPONSE
from simulation.kernels.leptons import (
    ElectronCuts,
    LinkedTracks,
    MuonCuts,
    claim_clusters,
    find_leptons,
    survey_clusters,
)
from simulation.kernels.neutrals import BalanceRules, Groups, drop_absurd, group_clusters, share_neutrals, sum_groups

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class FlowRules(NamedTuple):
    """What makes a particle what it is."""

    electrons: ElectronCuts
    muons: MuonCuts
    balance: BalanceRules


class Balance(NamedTuple):
    """What the particles of a block are.

    Args:
        kind: (tracks,) 211, 11 or 13.
        kept: (tracks,) False for tracks that are no particles.
        photon: (ECAL clusters,) energy of the photon at each, GeV; 0 for none.
        neutral: (HCAL clusters,) energy of the neutral hadron at each, GeV; 0 for none.
    """

    kind: NDArray[np.int32]
    kept: Bools
    photon: Array
    neutral: Array


def balance(tracks: Chosen, counts: Bools, links: Links, energy: tuple[Array, Array], rules: FlowRules) -> Balance:
    """First electrons and muons, then hadrons and photons (`kernels.leptons`, `kernels.neutrals`).

    Args:
        tracks: that take part.
        counts: (tracks,) False for those that do not disturb the isolation of a muon.
        links: of tracks and clusters.
        energy: of ECAL clusters, by falling energy in each event, and of HCAL clusters, GeV.
        rules: what makes a particle what it is.
    """
    kind = _kinds(tracks, counts, links, energy, rules)
    to_ecal, to_hcal = links.ecal.copy(), links.hcal.copy()
    taken = np.empty(energy[0].size, np.bool_), np.empty(energy[1].size, np.bool_)
    claim_clusters(kind, to_ecal, to_hcal, *taken)
    n_nodes, n_hcal = energy[0].size + energy[1].size, energy[1].size
    parent = np.empty(n_nodes, np.int64)
    group_clusters(to_ecal, to_hcal, links.behind, parent)
    groups = Groups(np.zeros(n_nodes), np.zeros(n_nodes), np.zeros(n_nodes), np.zeros(n_nodes, np.bool_))
    linked = tracks.size, to_ecal, to_hcal
    sum_groups(linked, energy, taken, links.behind, parent, groups)
    kept = np.ones(kind.size, np.bool_)
    drop_absurd(_hard(tracks, kind, rules), linked, n_hcal, parent, groups, rules.balance, HADRON_RESPONSE, kept)
    photon, neutral = np.empty(energy[0].size), np.empty(n_hcal)
    share_neutrals(energy, taken, parent, groups, rules.balance, HADRON_RESPONSE, photon, neutral)
    return Balance(kind, kept, photon, neutral)


def _kinds(
    tracks: Chosen, counts: Bools, links: Links, energy: tuple[Array, Array], rules: FlowRules
) -> NDArray[np.int32]:
    count = np.empty(energy[0].size, np.int64), np.empty(energy[1].size, np.int64)
    hardest = np.empty_like(count[0]), np.empty_like(count[1])
    size = tracks.size
    for link, number, leader in zip((links.ecal, links.hcal), count, hardest, strict=True):
        survey_clusters(link, size, number, leader)
    seen = LinkedTracks(tracks.pt, size, tracks.eta, tracks.phi, counts, links.ecal, links.hcal)
    kind = np.empty(size.size, np.int32)
    find_leptons(tracks.offsets, seen, energy, count, hardest[0], rules.electrons, rules.muons, kind)
    return kind


def _hard(tracks: Chosen, kind: NDArray[np.int32], rules: FlowRules) -> Ints:
    """Hadrons of absurd pt, the hardest first."""
    hard = np.flatnonzero((tracks.pt > rules.balance.absurd_pt) & (kind == PFCandidates.CHARGED_HADRON))
    return hard[np.argsort(-tracks.pt[hard], kind="stable")]
