"""Copies, daughters and ancestors, against walks that read as they are meant."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dataformats.generator import GenParticles
from e2efw.errors import EventCorruptionError, LogicError
from simulation.kernels.genealogy import find_prompt, follow_copies, leading_daughters, list_daughters
from simulation.truth.genealogy import Genealogy, no_particles

PROCESSES = ["ttbar", "qcd", "dyee", "dytautau", "h_aa_4tau", "top_gun"]


def record(**columns: list[Any]) -> GenParticles:
    """One event; directions do not matter here."""
    n = len(columns["pdg_id"])
    filled: dict[str, Any] = {"pt": [0.0] * n, "status": [2] * n, **columns}
    filled |= dict.fromkeys(("eta", "phi", "mass", "vx", "vy", "vz"), [0.0] * n)
    return GenParticles.from_lists(**{name: [values] for name, values in filled.items()})


def next_copy(family: Genealogy, i: int) -> int | None:
    same = [int(j) for j in np.flatnonzero(family.mother == i) if j != i and family.pdg_id[j] == family.pdg_id[i]]
    return max(same, key=lambda j: (family.pt[j], -j)) if same else None


def is_prompt(family: Genealogy, i: int) -> bool:
    event = np.searchsorted(family.offsets, i, side="right") - 1
    entering = np.isin(family.status, [4, 21])
    line = [i]
    while not entering[line[-1]] and family.mother[line[-1]] != line[-1]:
        line.append(int(family.mother[line[-1]]))
    if not entering[line[-1]] and entering[family.offsets[event] : family.offsets[event + 1]].any():
        return False
    for at, above in itertools.pairwise(line):
        kind, source = family.kind[at], family.kind[above]
        allowed = {11, 12, 13, 14, 16, 22, 23, 24, 25, 36}
        allowed |= {6} if kind in {6, 24} else set()
        allowed |= {15} if family.kind[i] == 15 else set()
        if not entering[above] and source not in allowed:
            return False
    return True


@pytest.mark.parametrize("process", PROCESSES)
def test_the_family_is_what_a_plain_walk_finds(sample: Callable[..., Any], process: str) -> None:
    family = Genealogy.of(sample(process, 12).gen.take(slice(0, 3)))
    n = family.pdg_id.size
    following = {i: next_copy(family, i) for i in range(n)}
    before = {after: i for i, after in following.items() if after is not None}
    for i in range(n):
        first = last = i
        while first in before:
            first = before[first]
        while (copy := following[last]) is not None:
            last = copy
        assert (family.first[i], family.last[i]) == (first, last)
        assert family.prompt[i] == is_prompt(family, i)
        daughters = family.daughters[family.daughter_offsets[i] : family.daughter_offsets[i + 1]]
        assert daughters.tolist() == [j for j in np.flatnonzero(family.mother == i) if j != i]


@pytest.mark.parametrize("process", PROCESSES)
def test_kernels_do_the_same_compiled_and_plain(sample: Callable[..., Any], process: str) -> None:
    family = Genealogy.of(sample(process, 12).gen.take(slice(0, 2)))
    n = family.pdg_id.size
    first, last, daughters = np.empty((3, n), np.int64)
    offsets, prompt = np.zeros(n + 1, np.int64), np.zeros(n, np.bool_)
    list_daughters.py_func(family.mother, offsets, daughters)
    assert np.array_equal(offsets, family.daughter_offsets)
    follow_copies.py_func(family.pdg_id, family.pt, family.mother, offsets, daughters, first, last)
    find_prompt.py_func(family.offsets, family.pdg_id, family.status, family.mother, prompt)
    assert np.array_equal(first, family.first)
    assert np.array_equal(last, family.last)
    assert np.array_equal(prompt, family.prompt)
    everyone = np.arange(n)
    found = np.empty((3, n), np.int64)
    leading_daughters.py_func(everyone, 1, 15, family.pdg_id, family.pt, offsets, daughters, *found)
    assert np.array_equal(found, family.daughters_of(everyone, 1, 15))


def test_what_is_prompt_does_not_depend_on_which_particles_were_kept(sample: Callable[..., Any]) -> None:
    for process in ("ttbar_hadronic", "dytautau"):
        prompt = []
        for keep in ("pruned", "all"):
            family = Genealogy.of(sample(process, 40, keep=keep).gen)
            light = np.isin(family.kind, [11, 22]) & (family.status == GenParticles.FINAL) & (family.pt > 1.0)
            prompt.append(family.pt[light & family.prompt])
        assert np.array_equal(*prompt)


def test_the_copy_of_an_electron_that_radiated_is_the_electron_not_the_pair_beside_it() -> None:
    gen = record(pdg_id=[23, 11, 11, -11, 11], mother=[0, 0, 1, 1, 1], pt=[9.0, 40.0, 3.1, 3.9, 29.7])
    family = Genealogy.of(gen)
    assert family.last.tolist() == [0, 4, 2, 3, 4]
    assert family.first.tolist() == [0, 1, 2, 3, 1]
    assert family.hard_leptons(11).tolist() == [False, False, False, False, True]


def test_daughters_lead_by_pt_and_the_record_decides_between_equals() -> None:
    gen = record(pdg_id=[25, 22, 22, 22, 11], mother=[0] * 5, pt=[9.0, 5.0, 7.0, 7.0, 99.0])
    found = Genealogy.of(gen).daughters_of(np.array([0, 1]), 22, 22)
    assert [x.tolist() for x in found] == [[2, 1], [3, 1], [3, 0]]


def test_events_do_not_see_one_another(sample: Callable[..., Any]) -> None:
    gen = sample("ttbar", 12).gen
    whole, start = Genealogy.of(gen), gen.offsets[5]
    alone = Genealogy.of(gen.take(slice(5, 6)))
    inside = slice(start, gen.offsets[6])
    assert np.array_equal(alone.last, whole.last[inside] - start)
    assert np.array_equal(alone.prompt, whole.prompt[inside])


def test_no_particles_have_no_family() -> None:
    assert Genealogy.of(no_particles(3)).pdg_id.size == 0


def test_a_mother_beyond_the_event_is_refused() -> None:
    with pytest.raises(EventCorruptionError, match="the mother of 1 particles lies beyond the event's last one"):
        Genealogy.of(record(pdg_id=[22, 22], mother=[0, 2]))


def test_mothers_in_a_circle_are_refused() -> None:
    with pytest.raises(EventCorruptionError, match="run in a circle"):
        Genealogy.of(record(pdg_id=[22, 22, 22], mother=[1, 2, 0]))


def test_files_without_mothers_say_so() -> None:
    with pytest.raises(LogicError, match=r"the input has no 'obj\.mother_'"):
        Genealogy.of(GenParticles.empty(1))
