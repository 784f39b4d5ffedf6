"""Walks along the generator's record: daughters from mothers, copies of one particle, what comes from the hard process.

Positions are those in the flat columns of a block. A particle without a mother is its own; the record holds no circles.
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

Index = NDArray[np.int64]
Floats = NDArray[np.float32]
Codes = NDArray[np.int32]

_BEAM, _INCOMING = 4, 21
"""`status` of a beam particle and of a parton that enters the hard process."""
_TOP, _TAU, _GLUON, _W, _LAST_BOSON = 6, 15, 21, 24, 37


@kernel
def list_daughters(mother: Index, daughter_offsets: Index, daughters: Index) -> None:
    """Invert the mothers by a counting sort; daughters of one mother stay in the order of the record.

    Args:
        mother: (particles,) positions.
        daughter_offsets: (particles + 1,) boundaries of each one's daughters; zero on entry.
        daughters: (particles,) positions; those beyond the last boundary are left alone.
    """
    n = mother.size
    for i in range(n):
        if mother[i] != i:
            daughter_offsets[mother[i]] += 1
    total = 0
    for i in range(n + 1):
        total += daughter_offsets[i]
        daughter_offsets[i] = total
    for i in range(n - 1, -1, -1):
        if mother[i] != i:
            daughter_offsets[mother[i]] -= 1
            daughters[daughter_offsets[mother[i]]] = i


@kernel
def leading_daughters(
    of: Index,
    lowest: int,
    highest: int,
    pdg_id: Codes,
    pt: Floats,
    daughter_offsets: Index,
    daughters: Index,
    first: Index,
    second: Index,
    count: Index,
) -> None:
    """The two daughters of highest pt among those of some kinds; of equals the earlier one leads.

    Args:
        of: (chosen,) positions of the mothers.
        lowest: daughters with |pdg_id| from here ...
        highest: ... to here are looked at.
        pdg_id: (particles,).
        pt: (particles,) GeV.
        daughter_offsets: as `list_daughters` makes them; daughters too.
        first: (chosen,) result, the mother itself where there is none.
        second: (chosen,) result, the mother itself where there is none.
        count: (chosen,) result, how many daughters are of these kinds.
    """
    for k in range(of.size):
        first[k] = second[k] = of[k]
        count[k] = 0
        for place in range(daughter_offsets[of[k]], daughter_offsets[of[k] + 1]):
            i = daughters[place]
            if not lowest <= abs(pdg_id[i]) <= highest:
                continue
            if count[k] == 0 or pt[i] > pt[first[k]]:
                first[k], second[k] = i, first[k]
            elif count[k] == 1 or pt[i] > pt[second[k]]:
                second[k] = i
            count[k] += 1


@kernel
def find_next_copies(pdg_id: Codes, pt: Floats, daughter_offsets: Index, daughters: Index, following: Index) -> None:
    """The daughter that is each particle's next copy, the particle itself if none is; arguments as `follow_copies`."""
    for i in range(pdg_id.size):
        following[i] = i
        for place in range(daughter_offsets[i], daughter_offsets[i + 1]):
            j = daughters[place]
            if pdg_id[j] == pdg_id[i] and (following[i] == i or pt[j] > pt[following[i]]):
                following[i] = j


@kernel
def follow_copies(
    pdg_id: Codes, pt: Floats, mother: Index, daughter_offsets: Index, daughters: Index, first: Index, last: Index
) -> None:
    """The first and the last copy of each particle: a generator repeats it whenever its momentum changes.

    If several daughters are of the mother's kind, as when a photon that it radiated splits into a pair, the one of
    highest pt goes on as the copy, and the others are particles of their own.

    Args:
        pdg_id: (particles,).
        pt: (particles,) GeV.
        mother: (particles,) positions.
        daughter_offsets: as `list_daughters` makes them; daughters too.
        first: (particles,) result.
        last: (particles,) result.
    """
    find_next_copies(pdg_id, pt, daughter_offsets, daughters, last)
    for i in range(pdg_id.size):
        first[i] = i
        while last[mother[first[i]]] == first[i] and mother[first[i]] != first[i]:
            first[i] = mother[first[i]]
    for i in range(pdg_id.size):
        if first[i] == i:  # the whole chain learns its end
            end = at = i
            while last[end] != end:
                end = last[end]
            while at != end:
                following = last[at]
                last[at] = end
                at = following


@kernel
def carries_on(kind: int, source: int, of: int) -> bool:
    """May a particle of |pdg_id| `of` still be prompt if a particle `kind` on its line comes from a `source`?

    Of top quarks come W (and copies), not the gluons whose hadrons a pruned record leaves with the top for a mother;
    taus make taus, but their decays have hadrons in between.
    """
    if source == _TOP:
        return kind in (_TOP, _W)
    if source == _TAU:
        return of == _TAU
    return _TOP < source <= _LAST_BOSON and source != _GLUON


@kernel
def find_prompt(offsets: Index, pdg_id: Codes, status: Codes, mother: Index, prompt: NDArray[np.bool_]) -> None:
    """Does a particle come from the hard process without quark (but top), gluon, tau or hadron in between?

    Its ancestors are e, mu, photons, W, Z, h, a or top quarks, up to a parton that enters the hard process. Without
    any such parton in the event a gun shot it, and everything that has no mother is prompt; otherwise what has no
    mother is made by the underlying event, or its mothers were not kept.

    Args:
        offsets: (events + 1,) boundaries of the particles.
        pdg_id: (particles,).
        status: (particles,).
        mother: (particles,) positions.
        prompt: (particles,) result.
    """
    for event in range(offsets.size - 1):
        gun = True
        for i in range(offsets[event], offsets[event + 1]):
            gun = gun and status[i] != _INCOMING and status[i] != _BEAM
        for i in range(offsets[event], offsets[event + 1]):
            at, of = i, abs(pdg_id[i])
            prompt[i] = True
            while prompt[i] and status[at] != _INCOMING and status[at] != _BEAM:
                above = mother[at]
                if above == at:
                    prompt[i] = gun
                    break
                entering = status[above] == _INCOMING or status[above] == _BEAM
                prompt[i] = entering or carries_on(abs(pdg_id[at]), abs(pdg_id[above]), of)
                at = above
