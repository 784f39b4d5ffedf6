"""Which reconstructed object a generated particle belongs to: the nearest in eta and phi."""

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.angles import delta_r
from dataformats.jit import kernel

Floats = NDArray[np.float32]
Index = NDArray[np.int64]


@kernel
def goes_first(one: int, other: int, objects: tuple[Floats, ...]) -> bool:
    """Which of two equally near objects gets the particle: higher pt, then lower eta, then lower phi.

    Their order does not matter, so that permuted objects get the same particles.

    Args:
        one: position of an object.
        other: position of another one.
        objects: three (objects,) arrays: pt in GeV, eta, phi in rad.
    """
    pt, eta, phi = objects
    if pt[one] != pt[other]:
        return bool(pt[one] > pt[other])
    if eta[one] != eta[other]:
        return bool(eta[one] < eta[other])
    return bool(phi[one] < phi[other])


@kernel
def match_nearest(
    offsets: Index,
    objects: tuple[Floats, ...],
    accepted: NDArray[np.bool_],
    target_offsets: Index,
    target_eta: Floats,
    target_phi: Floats,
    cone: float,
    best: Index,
    distance: NDArray[np.float64],
    near: Index,
) -> None:
    """Give every target to the nearest accepted object within the cone; an object keeps the nearest of its targets.

    Args:
        offsets: (events + 1,) boundaries of the objects.
        objects: three (objects,) arrays: pt in GeV, eta, phi in rad.
        accepted: (objects,) others get nothing.
        target_offsets: (events + 1,) boundaries of the targets.
        target_eta: (targets,).
        target_phi: (targets,) rad.
        cone: a target at exactly this distance is still within.
        best: (objects,) position of the target; left alone where there is none.
        distance: (objects,) to it; NaN on entry, and on return where there is none.
        near: (objects,) number of targets within the cone, whichever object they were given to; zero on entry.
    """
    _, eta, phi = objects
    for event in range(offsets.size - 1):
        for target in range(target_offsets[event], target_offsets[event + 1]):
            nearest, shortest = -1, np.inf
            for i in range(offsets[event], offsets[event + 1]):
                if not accepted[i]:
                    continue
                far = delta_r(
                    np.float64(eta[i]),
                    np.float64(phi[i]),
                    np.float64(target_eta[target]),
                    np.float64(target_phi[target]),
                )
                if far > cone:
                    continue
                near[i] += 1
                if far < shortest or (far == shortest and goes_first(i, nearest, objects)):
                    nearest, shortest = i, far
            if nearest >= 0 and not shortest >= distance[nearest]:  # NaN: its first target
                best[nearest], distance[nearest] = target, shortest
