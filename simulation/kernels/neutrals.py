"""What calorimeters saw beyond the tracks: groups of linked clusters, and the neutral energy in each."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel
from simulation.hadron_response import HadronResponse, calibrated, hadron_factors, hadron_resolution

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SOFT: Final = 100.0
"""GeV: groups with less momentum need up to twice the excess."""


class BalanceRules(NamedTuple):
    """When calorimeters and tracks disagree.

    Args:
        stochastic, constant: resolution of hadrons, GeV^(1/2) and relative.
        n_sigma: an excess of so many resolutions, twice as many for soft tracks, is neutral energy.
        absurd_pt: tracks above, GeV, are dropped
        absurd_sigma: if so many resolutions are missing behind them.
    """

    stochastic: float
    constant: float
    n_sigma: float
    absurd_pt: float
    absurd_sigma: float


class Groups(NamedTuple):
    """Sums in GeV over groups of clusters, (nodes,) each; those of a group stand at its root.

    Args:
        momentum: of the tracks that point to it.
        ecal, hcal: energy of its clusters.
        hadronic: if there is energy in its HCAL clusters, nothing in it is a photon.
    """

    momentum: Array
    ecal: Array
    hcal: Array
    hadronic: Bools


@kernel
def root_of(node: int, parent: Ints) -> int:
    """The root of a node's group; shortens the way to it.

    Args:
        node: number.
        parent: (nodes,) towards the root, which is its own parent.
    """
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def join(node: int, other: int, parent: Ints) -> None:
    """Make two groups one; the smaller root stays."""
    first, second = root_of(node, parent), root_of(other, parent)
    parent[max(first, second)] = min(first, second)


@kernel
def group_clusters(ecal: Ints, hcal: Ints, behind: Ints, parent: Ints) -> None:
    """Join the clusters that one track points to, and ECAL clusters with the HCAL clusters behind them.

    Args:
        ecal, hcal: (tracks,) links to clusters, -1 for none.
        behind: (ECAL clusters,) HCAL cluster of the same hadron, -1 for none.
        parent: (nodes,) result: the root of each node. HCAL clusters are the first nodes, ECAL clusters the rest.
    """
    n_hcal = parent.size - behind.size
    parent[:] = np.arange(parent.size)
    for track in range(ecal.size):
        if ecal[track] >= 0 and hcal[track] >= 0:
            join(hcal[track], n_hcal + ecal[track], parent)
    for cluster in range(behind.size):
        if behind[cluster] >= 0:
            join(behind[cluster], n_hcal + cluster, parent)
    for node in range(parent.size):
        parent[node] = root_of(node, parent)


@kernel
def node_of(ecal: int, hcal: int, n_hcal: int) -> int:
    """Node of the clusters that a track points to, -1 for none."""
    if hcal >= 0:
        return hcal
    return n_hcal + ecal if ecal >= 0 else -1


@kernel
def split_excess(
    momentum: float, ecal: float, hcal: float, hadronic: bool, rules: BalanceRules, model: HadronResponse
) -> tuple[float, float]:
    """Energy in GeV of the photons and of the neutral hadrons in a group.

    The excess of the calibrated energy over the tracks, if it is larger than the resolution of what the tracks should
    have left, is first photons: up to the energy in the ECAL, which is right for photons as it is. The rest is neutral
    hadrons, if it is that large too. So tracks + photons * (factor of the ECAL) + neutral hadrons add up to the
    calibrated energy, but for what is within the resolution.

    For soft tracks, whose showers fluctuate most, twice the resolution is asked for [CMSSW PFAlgo::nSigmaHCAL].
    """
    excess = calibrated(momentum, ecal, hcal, model) - momentum
    n_sigma = rules.n_sigma * (1.0 + math.exp(-momentum / SOFT))
    noticed = n_sigma * hadron_resolution(momentum, rules.stochastic, rules.constant)
    if excess <= noticed:
        return 0.0, 0.0
    for_ecal, _ = hadron_factors(max(momentum, ecal + hcal), model)
    only_hadrons = hadronic and hcal > 0.0
    if not only_hadrons and excess <= for_ecal * ecal:
        return min(excess / for_ecal, ecal), 0.0
    photons = 0.0 if only_hadrons else ecal
    rest = excess - for_ecal * photons
    return photons, rest if rest > noticed else 0.0


@kernel
def sum_groups(
    tracks: tuple[Array, Ints, Ints],
    energy: tuple[Array, Array],
    taken: tuple[Bools, Bools],
    behind: Ints,
    parent: Ints,
    groups: Groups,
) -> None:
    """Momentum and energy of every group.

    Args:
        tracks: momentum in GeV, links to ECAL and to HCAL clusters; (tracks,) each.
        energy: of ECAL and of HCAL clusters, GeV.
        taken: clusters that do not count.
        behind: (ECAL clusters,) as for `group_clusters`.
        parent: (nodes,) root of each node.
        groups: zero on entry.
    """
    momentum, ecal, hcal = tracks
    n_hcal = energy[1].size
    for track in range(momentum.size):
        node = node_of(ecal[track], hcal[track], n_hcal)
        if node >= 0:
            groups.momentum[parent[node]] += momentum[track]
    for cluster in range(energy[0].size):
        root = parent[n_hcal + cluster]
        if behind[cluster] >= 0:
            groups.hadronic[root] = True
        if not taken[0][cluster]:
            groups.ecal[root] += energy[0][cluster]
    for cluster in range(n_hcal):
        if not taken[1][cluster]:
            groups.hcal[parent[cluster]] += energy[1][cluster]


@kernel
def drop_absurd(
    hard: Ints,
    tracks: tuple[Array, Ints, Ints],
    n_hcal: int,
    parent: Ints,
    groups: Groups,
    rules: BalanceRules,
    model: HadronResponse,
    kept: Bools,
) -> None:
    """Drop hard tracks with far too little energy behind them, the hardest first, until what is left fits.

    Args:
        hard: tracks above `absurd_pt`, by falling pt.
        tracks: momentum in GeV, links to ECAL and to HCAL clusters; (tracks,) each.
        n_hcal: HCAL clusters.
        parent: (nodes,) root of each node.
        groups: sums; momentum is lowered for dropped tracks.
        rules, model: what is far too little.
        kept: (tracks,) set to False for dropped ones.
    """
    momentum, ecal, hcal = tracks
    for track in hard:
        node = node_of(ecal[track], hcal[track], n_hcal)
        expected, seen = momentum[track], 0.0
        if node >= 0:
            root = parent[node]
            expected = groups.momentum[root]
            seen = calibrated(expected, groups.ecal[root], groups.hcal[root], model)
        if expected - seen > rules.absurd_sigma * hadron_resolution(expected, rules.stochastic, rules.constant):
            kept[track] = False
            if node >= 0:
                groups.momentum[parent[node]] -= momentum[track]


@kernel
def share_neutrals(
    energy: tuple[Array, Array],
    taken: tuple[Bools, Bools],
    parent: Ints,
    groups: Groups,
    rules: BalanceRules,
    model: HadronResponse,
    photon: Array,
    neutral: Array,
) -> None:
    """Neutral energy at each cluster: photons fill the ECAL clusters of a group in order, hadrons share the HCAL ones.

    Args:
        energy: of ECAL clusters, by falling energy in each event, and of HCAL clusters, GeV.
        taken: clusters that do not count.
        parent: (nodes,) root of each node.
        groups: sums; `ecal` and `hcal` are used up.
        rules, model: what is an excess.
        photon: (ECAL clusters,) result, GeV; 0 for none.
        neutral: (HCAL clusters,) result, GeV; 0 for none.
    """
    n_hcal = energy[1].size
    for node in range(parent.size):
        if parent[node] == node:
            in_ecal, in_hcal = groups.ecal[node], groups.hcal[node]
            photons, hadrons = split_excess(
                groups.momentum[node], in_ecal, in_hcal, groups.hadronic[node], rules, model
            )
            groups.ecal[node] = photons
            groups.hcal[node] = hadrons / in_hcal if in_hcal > 0.0 else 0.0
    for cluster in range(energy[0].size):
        photon[cluster] = 0.0
        if not taken[0][cluster]:
            root = parent[n_hcal + cluster]
            photon[cluster] = min(energy[0][cluster], groups.ecal[root])
            groups.ecal[root] -= photon[cluster]
    for cluster in range(n_hcal):
        neutral[cluster] = 0.0 if taken[1][cluster] else energy[1][cluster] * groups.hcal[parent[cluster]]
