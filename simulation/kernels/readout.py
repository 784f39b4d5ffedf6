"""Electronics of a calorimeter: noise, zero suppression, selective readout and time, event by event.

Every number of noise belongs to its event and cell, so it does not depend on what else is read.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel
from simulation.kernels.flight import Floats, Ints
from simulation.random_numbers import Words, normal, poisson, start, uniform

LONGEST_TIME: Final = 50.0
"""ns; the time of a cell without signal is anywhere between minus and plus this."""

ENERGY_STEP: Final = 2.0**-10
"""GeV; energies are multiples of it, about a MeV: electronics counts, and files get smaller."""
TIME_STEP: Final = 2.0**-6
"""ns; times are multiples of it."""

_UNSEEN, _HIT, _WHOLE, _NOISE = range(4)


class Channels(NamedTuple):
    """The cells of a calorimeter and how they are read.

    Args:
        noise: (cells,) standard deviation, GeV.
        threshold: (cells,) GeV; cells at or below it are suppressed.
        existing: (n,) which cells there are.
        to_transverse: (cells,) 1 / cosh(eta).
        tower: (cells,) trigger tower of each.
        tower_cells: (towers, n) its cells, -1 where it has fewer.
        tower_neighbours: (towers, 8) towers around it, -1 at edges.
        interesting: GeV of transverse energy above which a tower and its neighbours are read whole.
        noise_hits: mean number of cells per event that noise alone lifts above threshold.
        time_noise: ns times energy over noise: resolution of the time.
        time_constant: ns, its floor.
    """

    noise: Floats
    threshold: Floats
    existing: Ints
    to_transverse: Floats
    tower: Ints
    tower_cells: Ints
    tower_neighbours: Ints
    interesting: float
    noise_hits: float
    time_noise: float
    time_constant: float


@kernel
def read_out(
    offsets: Ints,
    cell: Ints,
    energy: NDArray[np.float32],
    time: NDArray[np.float32],
    keys: Words,
    channels: Channels,
    out_offsets: Ints,
    out_cell: NDArray[np.int32],
    out_energy: NDArray[np.float32],
    out_time: NDArray[np.float32],
) -> None:
    """Fill the out arrays with the cells that are read, ascending in each event.

    Args:
        offsets: (events + 1,) boundaries of the deposits.
        cell, energy, time: (deposits,), GeV and ns; no cell comes twice in an event.
        keys: (events,) of random numbers.
        channels: of the calorimeter.
        out_offsets: (events + 1,).
        out_cell, out_energy, out_time: GeV and ns; room for every cell of every event.
    """
    n_cells, n_towers = channels.noise.size, channels.tower_cells.shape[0]
    status, deposit, when = np.zeros(n_cells, np.uint8), np.zeros(n_cells), np.zeros(n_cells)
    transverse = np.zeros(n_towers)
    state = np.empty(1, np.uint64)
    used = 0
    out_offsets[0] = 0
    for event in range(keys.size):
        for i in range(offsets[event], offsets[event + 1]):
            c = cell[i]
            status[c], deposit[c], when[c] = _HIT, energy[i], time[i]
            transverse[channels.tower[c]] += energy[i] * channels.to_transverse[c]
        _read_whole_towers(channels, transverse, status)
        start(state, keys[event], -1)
        for _ in range(poisson(state, channels.noise_hits)):
            c = channels.existing[int(uniform(state) * channels.existing.size)]
            if status[c] == _UNSEEN:
                status[c] = _NOISE
        for c in range(n_cells):
            if status[c] == _UNSEEN:
                continue
            start(state, keys[event], c)
            seen = _amplitude(status[c], deposit[c], channels.noise[c], channels.threshold[c], state)
            if status[c] == _WHOLE or seen > channels.threshold[c]:
                when[c] = _measured_time(when[c], deposit[c], seen, channels, channels.noise[c], state)
                out_cell[used], out_energy[used] = c, math.floor(seen / ENERGY_STEP + 0.5) * ENERGY_STEP
                out_time[used] = math.floor(when[c] / TIME_STEP + 0.5) * TIME_STEP
                used += 1
            status[c], deposit[c], when[c] = _UNSEEN, 0.0, 0.0
        out_offsets[event + 1] = used


@kernel
def _read_whole_towers(channels: Channels, transverse: Floats, status: NDArray[np.uint8]) -> None:
    """Mark all cells of towers with much transverse energy and of their neighbours; empties `transverse`."""
    for tower in range(transverse.size):
        if transverse[tower] > channels.interesting:
            _mark(channels.tower_cells[tower], status)
            for neighbour in channels.tower_neighbours[tower]:
                if neighbour >= 0:
                    _mark(channels.tower_cells[neighbour], status)
        transverse[tower] = 0.0


@kernel
def _mark(cells: Ints, status: NDArray[np.uint8]) -> None:
    for c in cells:
        if c >= 0:
            status[c] = _WHOLE


@kernel
def _amplitude(status: int, deposit: float, noise: float, threshold: float, state: Words) -> float:
    """Energy that the electronics sees; for cells chosen to be noise, a number from the tail above threshold.

    Tail: G. Marsaglia, Technometrics 6 (1964) 101.
    """
    if status != _NOISE:
        return deposit + noise * normal(state)
    low = threshold / noise
    while True:
        high = math.sqrt(low * low - 2.0 * math.log(1.0 - uniform(state)))
        if uniform(state) * high < low:
            return high * noise


@kernel
def _measured_time(true: float, deposit: float, seen: float, channels: Channels, noise: float, state: Words) -> float:
    """ns; without a signal above its noise a cell has any time."""
    if deposit < noise:
        return LONGEST_TIME * (2.0 * uniform(state) - 1.0)
    sigma = math.hypot(channels.time_noise * noise / max(seen, noise), channels.time_constant)
    return min(max(true + sigma * normal(state), -LONGEST_TIME), LONGEST_TIME)
