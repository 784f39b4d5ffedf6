"""Verdicts about objects, and the particles behind them, as `TruthLabels` in step with the objects."""

import numpy as np
from numpy.typing import NDArray

from dataformats.truth import TruthLabels
from simulation.truth.genealogy import Genealogy
from simulation.truth.matching import Matches, Objects
from simulation.truth.tasks import meaning

Mask = NDArray[np.bool_]


def truth_labels(
    task: str, objects: Objects, family: Genealogy, valid: Mask, signal: Mask, matches: Matches
) -> TruthLabels:
    """One record per object.

    Args:
        task: name in the table.
        objects: of a block.
        family: of the same events.
        valid: (objects,) the task takes the object.
        signal: (objects,) its label is 1, if it is valid.
        matches: the particle behind each object.
    """
    n = valid.size
    known = valid & matches.found
    particle = matches.target[known]
    ints = {"pdg_id": np.zeros(n, np.int32), "gen": np.zeros(n, np.int32)}
    floats = {name: np.full(n, np.nan, np.float32) for name in ("delta_r", "target_mass", "target_pt")}
    ints["pdg_id"][known] = family.pdg_id[particle]
    ints["gen"][known] = particle - family.offsets[family.event_of(particle)]
    floats["delta_r"][known] = matches.distance[known]
    floats["target_mass"][known] = family.mass[particle]
    floats["target_pt"][known] = family.pt[particle]
    return TruthLabels(objects.offsets, meaning=meaning(task), valid=valid, label=valid & signal, **ints, **floats)


def chosen(family: Genealogy, positions: NDArray[np.int64]) -> Mask:
    """(particles,) True at these positions."""
    mask = np.zeros(family.pdg_id.size, np.bool_)
    mask[positions] = True
    return mask


def signal_against_background(
    task: str,
    objects: Objects,
    family: Genealogy,
    signal: Matches,
    background: Matches,
    disturbing: NDArray[np.int64],
    *,
    need_background: bool,
) -> TruthLabels:
    """Labels of a task that tells one kind of particle from all others.

    Signal is an object with one signal particle in its cone, which is its own, and nothing else. Background is an
    object with no signal particle and nothing disturbing in its cone.

    Args:
        task: name in the table.
        objects: of a block.
        family: of the same events.
        signal: matches of the particles that are looked for.
        background: matches of those that are not.
        disturbing: (objects,) number of particles in the cone of which the object must have none.
        need_background: background must have such a particle of its own; else it is whatever is left.
    """
    alone = objects.accepted & (disturbing == 0)
    is_signal = alone & signal.found & (signal.near == 1) & (background.near == 0)
    is_background = alone & (signal.near == 0) & (background.found | (not need_background))
    best = Matches(
        np.where(is_signal, signal.target, background.target),
        np.where(is_signal, signal.distance, background.distance),
        signal.near,
    )
    return truth_labels(task, objects, family, is_signal | is_background, is_signal, best)
