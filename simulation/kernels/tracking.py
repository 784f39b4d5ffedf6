"""From the collision to the surface of the calorimeters: tracks in the tracker, radiation, conversions.

Every particle goes from layer to layer. Charged ones leave hits, electrons radiate, photons convert, hadrons may meet a
nucleus, after which they leave no more hits. What is made on the way is put on a stack and followed like the rest.
"""

import math
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.helix import eta_of, hcal_impact
from dataformats.geometry.tracker_ids import BPIX, FPIX
from dataformats.geometry.tracker_layers import CYLINDERS, DISKS, LAYER_THICKNESS
from dataformats.geometry.tracker_modules import (
    PLAIN,
    R_PHI,
    STEREO,
    cylinder_is_stereo,
    cylinder_module,
    disk_is_stereo,
    disk_module,
)
from dataformats.jit import kernel
from simulation.kernels.flight import (
    CHARGE,
    CHARGED_HADRON,
    ELECTRON,
    KIND,
    MASS,
    N_CYLINDERS,
    NEUTRAL_HADRON,
    PDG_ID,
    PHOTON,
    PT,
    REST,
    SLOPE,
    SPEED_OF_LIGHT,
    TIME,
    UX,
    UY,
    Floats,
    Ints,
    X,
    Y,
    Z,
    advance,
    arc_to_ecal,
    curvature,
    energy_of,
    eta_bin,
    first_layers,
    is_behind_ecal,
    matter_of,
    next_crossing,
)
from simulation.kernels.matter import conversion_depth, electron_part, photons_radiated, radiated_part
from simulation.random_numbers import Words, exponential

ARRIVAL: Final = 7
"""Numbers of a particle at the calorimeters: kind, energy in GeV, eta and phi at the ECAL and at the HCAL, time in ns
after light from the centre of CMS. Kind -1: it was born behind the surface of the ECAL."""
BEHIND: Final = -1

N_STACK, N_ARRIVALS, N_PIXEL_HITS, N_STRIP_HITS, N_TRACKS, OVERFLOWS = range(6)
"""Places of the counters."""
COUNTERS: Final = 6

SOFTEST_ENERGY: Final = 0.03
"""GeV; electrons and photons below it are not followed: a crystal's noise is more."""
HADRON_MATTER: Final = 0.3
"""Nuclear interaction lengths per radiation length of the tracker."""
ELECTRON_MASS: Final = 0.000511
ALL_MATTER: Final = LAYER_THICKNESS.sum(axis=1)
"""Shape (60,): radiation lengths of all layers by |eta| bin: a photon that converts later, if at all, need not look."""
_BEHIND_HCAL = 300.0, 560.0
"""Radius and |z| in cm beyond which nothing is seen."""
_N_PIXEL_CYLINDERS = sum(cylinder.subdet == BPIX for cylinder in CYLINDERS)
_N_PIXEL_DISKS = sum(disk.subdet == FPIX for disk in DISKS)

Hits: TypeAlias = tuple[NDArray[np.uint32], NDArray[np.float32]]
"""Room for hits: detid (n,) and position (n, 3)."""
Tracks: TypeAlias = tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.uint8]]
"""Room for tracks: momentum, start, radiated part (n, 7); PDG id, charge (n, 2); layers of pixels, of strips (n, 2)."""


@kernel
def follow_all(
    stack: Floats,
    state: Words,
    arrivals: Floats,
    pixel_hits: Hits,
    strip_hits: Hits,
    tracks: Tracks,
    counters: Ints,
    row: Floats,
    ahead: Ints,
) -> None:
    """Follow the particles on the stack, and what becomes of them, until it is empty.

    Args:
        stack: (room, ROW) particles; those that are made on the way are put on top.
        state: random numbers.
        arrivals: (room, ARRIVAL) to fill with what reaches the calorimeters.
        pixel_hits, strip_hits, tracks: rooms to fill.
        counters: (COUNTERS,) how much of each room is used; OVERFLOWS counts what found none.
        row, ahead: (ROW,) and (2,) scratch.
    """
    while counters[N_STACK] > 0:
        counters[N_STACK] -= 1
        row[:] = stack[counters[N_STACK]]
        if is_behind_ecal(row):
            _arrive(row, 0.0, arrivals, counters)
        elif row[KIND] == PHOTON:
            _follow_photon(row, ahead, stack, state, arrivals, counters)
        elif row[KIND] == NEUTRAL_HADRON:
            _arrive(row, 0.0, arrivals, counters)
        else:
            _follow_charged(row, ahead, stack, state, arrivals, pixel_hits, strip_hits, tracks, counters)


@kernel
def _follow_photon(row: Floats, ahead: Ints, stack: Floats, state: Words, arrivals: Floats, counters: Ints) -> None:
    """Straight on, until it converts or arrives."""
    left = conversion_depth(state)
    direction = eta_bin(row)
    first_layers(row, ahead)
    while left < ALL_MATTER[direction]:
        arc, layer = next_crossing(row, 0.0, ahead)
        if layer < 0:
            break
        left -= matter_of(direction, layer)
        if left < 0.0:
            advance(row, 0.0, arc)
            _convert(row, stack, state, counters)
            return
    _arrive(row, 0.0, arrivals, counters)


@kernel
def _convert(row: Floats, stack: Floats, state: Words, counters: Ints) -> None:
    """Put an electron and a positron on the stack in place of a photon, along its direction."""
    part = electron_part(state)
    pt = row[PT]
    row[KIND], row[MASS] = ELECTRON, ELECTRON_MASS
    for sign in (1.0, -1.0):
        row[PT] = pt * (part if sign > 0 else 1.0 - part)
        row[PDG_ID], row[CHARGE] = 11.0 * sign, -sign
        _push(row, stack, counters)


@kernel
def _push(row: Floats, stack: Floats, counters: Ints) -> None:
    """Put a particle on the stack, unless it is too soft to matter."""
    if row[PT] * math.sqrt(1.0 + row[SLOPE] * row[SLOPE]) < SOFTEST_ENERGY:
        return
    if counters[N_STACK] >= stack.shape[0]:
        counters[OVERFLOWS] += 1
        return
    stack[counters[N_STACK]] = row
    counters[N_STACK] += 1


@kernel
def _follow_charged(
    row: Floats,
    ahead: Ints,
    stack: Floats,
    state: Words,
    arrivals: Floats,
    pixel_hits: Hits,
    strip_hits: Hits,
    tracks: Tracks,
    counters: Ints,
) -> None:
    """Along its helix, with hits, until it turns inwards, is used up or arrives."""
    is_electron = row[KIND] == ELECTRON
    left = exponential(state) / HADRON_MATTER if row[KIND] == CHARGED_HADRON else math.inf
    direction = eta_bin(row)
    track = _begin_track(row, tracks, counters)
    start_pt = row[PT]
    pixel_layers = strip_layers = 0
    turned = 0.0
    first_layers(row, ahead)
    while True:
        kappa = curvature(row)
        arc, layer = next_crossing(row, kappa, ahead)
        turned += abs(kappa) * arc
        if layer < 0 or turned > math.pi:
            break
        advance(row, kappa, arc)
        if left > 0.0:
            if _leave_hits(row, layer, pixel_hits, strip_hits, counters):
                pixel_layers += 1
            else:
                strip_layers += 1
        matter = matter_of(direction, layer)
        left -= matter
        if is_electron:
            _radiate(row, matter, stack, state, counters)
            if energy_of(row) < SOFTEST_ENERGY:
                break
    if track >= 0:
        tracks[0][track, 6] = 1.0 - row[PT] / start_pt
        tracks[2][track, 0], tracks[2][track, 1] = pixel_layers, strip_layers
        if pixel_layers + strip_layers == 0:
            counters[N_TRACKS] -= 1
    if not is_electron or energy_of(row) >= SOFTEST_ENERGY:
        _arrive(row, curvature(row), arrivals, counters)


@kernel
def _radiate(row: Floats, matter: float, stack: Floats, state: Words, counters: Ints) -> None:
    """Bremsstrahlung of an electron in one layer: photons along its direction, which take their part of its energy."""
    for _ in range(photons_radiated(state, matter)):
        part = radiated_part(state)
        pt, charge, mass, pdg_id = row[PT], row[CHARGE], row[MASS], row[PDG_ID]
        row[PT], row[CHARGE], row[MASS], row[PDG_ID], row[KIND] = pt * part, 0.0, 0.0, 22.0, PHOTON
        _push(row, stack, counters)
        row[PT], row[CHARGE], row[MASS], row[PDG_ID], row[KIND] = pt * (1.0 - part), charge, mass, pdg_id, ELECTRON


@kernel
def _begin_track(row: Floats, tracks: Tracks, counters: Ints) -> int:
    """Note where a charged particle starts; its number in the room, -1 if there is none left."""
    number = counters[N_TRACKS]
    if number >= tracks[0].shape[0]:
        counters[OVERFLOWS] += 1
        return -1
    start, kind = tracks[0][number], tracks[1][number]
    start[0], start[1], start[2] = row[PT] * row[UX], row[PT] * row[UY], row[PT] * row[SLOPE]
    start[3], start[4], start[5] = row[X], row[Y], row[Z]
    kind[0], kind[1] = row[PDG_ID], row[CHARGE]
    counters[N_TRACKS] += 1
    return int(number)


@kernel
def _leave_hits(row: Floats, layer: int, pixel_hits: Hits, strip_hits: Hits, counters: Ints) -> bool:
    """The hit, or the pair of hits, of one crossing; True in the pixel detector."""
    x, y, z = row[X], row[Y], row[Z]
    phi = math.atan2(y, x)
    if layer < N_CYLINDERS:
        is_pixel, is_pair = layer < _N_PIXEL_CYLINDERS, cylinder_is_stereo(layer)
    else:
        is_pixel = layer - N_CYLINDERS < _N_PIXEL_DISKS
        is_pair = disk_is_stereo(layer - N_CYLINDERS, math.hypot(x, y))
    hits = pixel_hits if is_pixel else strip_hits
    place = N_PIXEL_HITS if is_pixel else N_STRIP_HITS
    for pair in range(STEREO if is_pair else PLAIN, R_PHI + 1 if is_pair else PLAIN + 1):
        number = counters[place]
        if number >= hits[0].size:
            counters[OVERFLOWS] += 1
            continue
        if layer < N_CYLINDERS:
            hits[0][number] = cylinder_module(layer, phi, z, pair)
        else:
            hits[0][number] = disk_module(layer - N_CYLINDERS, phi, x, y, z, pair)
        hits[1][number, 0], hits[1][number, 1], hits[1][number, 2] = x, y, z
        counters[place] += 1
    return is_pixel


@kernel
def _arrive(row: Floats, kappa: float, arrivals: Floats, counters: Ints) -> None:
    """Note what reaches the calorimeters, or is born behind the surface of the ECAL; the rest is lost."""
    behind = is_behind_ecal(row)
    x, y, z, pt = row[X], row[Y], row[Z], row[PT]
    if behind and (math.hypot(x, y) > _BEHIND_HCAL[0] or abs(z) > _BEHIND_HCAL[1]):
        return
    if not behind:
        arc = arc_to_ecal(row, kappa)
        if math.isnan(arc):
            return
        px, py, pz = pt * row[UX], pt * row[UY], pt * row[SLOPE]
        hcal_eta, hcal_phi = hcal_impact(x, y, z, px, py, pz, row[CHARGE])
        advance(row, kappa, arc)
        x, y, z = row[X], row[Y], row[Z]
    number = counters[N_ARRIVALS]
    if number >= arrivals.shape[0]:
        counters[OVERFLOWS] += 1
        return
    arrival = arrivals[number]
    arrival[0] = BEHIND if behind else row[KIND]
    arrival[1] = max(energy_of(row) + row[REST], 0.0)
    arrival[2], arrival[3] = eta_of(x, y, z), math.atan2(y, x)
    arrival[4], arrival[5] = (arrival[2], arrival[3]) if behind or math.isnan(hcal_eta) else (hcal_eta, hcal_phi)
    arrival[6] = row[TIME] - math.sqrt(x * x + y * y + z * z) / SPEED_OF_LIGHT
    counters[N_ARRIVALS] += 1
