"""The barrel crystal that the window of a photon or electron is centred on.

Source: the photon selection of the public E2E code (RecoE2E, SCRegressor).
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import SeedStatus
from dataformats.geometry.constants import EB_IETA, EB_IPHI
from dataformats.geometry.detid_kernels import eb_index
from dataformats.geometry.ecal import IN_EB, find_ecal
from dataformats.geometry.picture import EB_FIRST_ROW
from dataformats.jit import kernel

N_CRYSTALS = 2 * EB_IETA * EB_IPHI
"""Crystals of the barrel."""

_OK = int(SeedStatus.OK)
_BELOW_PT = int(SeedStatus.BELOW_PT)
_OUTSIDE_ETA = int(SeedStatus.OUTSIDE_ETA)
_NEAR_EDGE = int(SeedStatus.NEAR_EDGE)
_NO_CRYSTAL = int(SeedStatus.NO_CRYSTAL)


@kernel
def add_hits(
    first: int,
    last: int,
    detid: NDArray[np.uint32],
    energy: NDArray[np.float32],
    crystals: NDArray[np.float32],
    clear: bool,
) -> None:
    """Add barrel hits first..last - 1 with energy to the crystals (61200,), as the picture does, or clear these."""
    for i in range(first, last):
        index = eb_index(detid[i])
        if energy[i] > 0.0 and index >= 0:
            crystals[index] = np.float32(0.0) if clear else crystals[index] + energy[i]


@kernel
def hottest_of_hits(first: int, last: int, detid: NDArray[np.uint32], crystals: NDArray[np.float32]) -> int:
    """Index of the hottest barrel crystal among detid first..last - 1, the first of equals; -1 if none has energy."""
    best, found = np.float32(0.0), -1
    for i in range(first, last):
        index = eb_index(detid[i])
        if index >= 0 and crystals[index] > best:
            best, found = crystals[index], index
    return found


@kernel
def hottest_near(eta: float, phi: float, reach: int, crystals: NDArray[np.float32]) -> int:
    """Index of the hottest crystal up to `reach` crystals from the one a direction points to; -1 if none has energy.

    The first of equals wins, scanned with rising ieta and for each with iphi from left to right. -1 also for
    directions outside the barrel.
    """
    kind, start = find_ecal(eta, phi)
    if kind != IN_EB:
        return -1
    best, found = np.float32(0.0), -1
    row, column = start // EB_IPHI, start % EB_IPHI
    for near_row in range(max(row - reach, 0), min(row + reach, 2 * EB_IETA - 1) + 1):
        for step in range(-reach, reach + 1):
            index = near_row * EB_IPHI + (column + step) % EB_IPHI
            if crystals[index] > best:
                best, found = crystals[index], index
    return found


@kernel
def find_crystal_seeds(
    offsets: NDArray[np.int64],
    objects: tuple[NDArray[np.float32], ...],
    owner: NDArray[np.int64],
    members: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint32]],
    hits: tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float32]],
    cuts: tuple[float, float],
    reach: int,
    rows: tuple[int, int],
    crystals: NDArray[np.float32],
    row: NDArray[np.uint16],
    column: NDArray[np.uint16],
    status: NDArray[np.uint8],
) -> None:
    """Pixel of the crystal that every object's window is centred on, or why it has none.

    Args:
        offsets: (events + 1,) boundaries of the objects.
        objects: three (objects,) arrays: pt in GeV, eta, phi.
        owner: (objects,) position in the event of the object's supercluster.
        members: hits of superclusters: (events + 1,) boundaries, owner ascending in each event, detid.
        hits: barrel hits: (events + 1,) boundaries, detid, energy in GeV.
        cuts: objects with less pt or larger |eta| get no window.
        reach: negative looks at the crystals of the supercluster, else at those so near to the object's direction.
        rows: first and last row of a centre; others are too near the edge.
        crystals: (61200,) scratch, zero on entry and on return.
        row, column: (objects,) centre pixel in the stitched picture, 0 where there is none.
        status: (objects,) of SeedStatus.
    """
    pt, eta, phi = objects
    member_offsets, member_owner, member_detid = members
    hit_offsets, detid, energy = hits
    for event in range(offsets.size - 1):
        if offsets[event] == offsets[event + 1]:
            continue
        add_hits(hit_offsets[event], hit_offsets[event + 1], detid, energy, crystals, False)
        for i in range(offsets[event], offsets[event + 1]):
            row[i] = column[i] = 0
            if pt[i] < cuts[0]:
                status[i] = _BELOW_PT
                continue
            if abs(eta[i]) > cuts[1]:
                status[i] = _OUTSIDE_ETA
                continue
            if reach < 0:
                first, last = member_offsets[event], member_offsets[event + 1]
                owners = member_owner[first:last]
                begin = first + np.searchsorted(owners, owner[i])
                end = first + np.searchsorted(owners, owner[i], side="right")
                index = hottest_of_hits(begin, end, member_detid, crystals)
            else:
                index = hottest_near(np.float64(eta[i]), np.float64(phi[i]), reach, crystals)
            centre = index // EB_IPHI + EB_FIRST_ROW
            if index < 0:
                status[i] = _NO_CRYSTAL
            elif rows[0] <= centre <= rows[1]:
                row[i], column[i], status[i] = centre, index % EB_IPHI, _OK
            else:
                status[i] = _NEAR_EDGE
        add_hits(hit_offsets[event], hit_offsets[event + 1], detid, energy, crystals, True)
