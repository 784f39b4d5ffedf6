"""The table of tasks: whose labels they are, and what label and targets mean.

Everywhere else `TruthLabels` means the same: `pdg_id`, `gen`, `delta_r`, `target_mass` and `target_pt` describe the
generated particle named here, as its last copy; its mass and pt are the generated ones, neutrinos included.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from dataformats.candidates import Jets
from dataformats.geometry.constants import TWO_PI
from e2efw.framework.modules import JobContext
from simulation.truth.genealogy import Genealogy, no_particles
from simulation.truth.matching import Objects, match_particles


@dataclass(frozen=True)
class Task:
    """One task.

    Args:
        objects: what is labelled.
        signal: an object with label 1.
        background: an object with label 0.
        particle: what the other columns describe.
        source: publication or selection it follows.
    """

    objects: str
    signal: str
    background: str
    particle: str
    source: str


_NOTHING_ELSE = "none: other objects are not valid"
_PUBLIC = "the selection of the public E2E trainings (MLAnalyzer)"

TASKS: dict[str, Task] = {
    "egamma": Task(
        "photons",
        "an electron or positron",
        "a photon",
        "the electron or photon",
        "arXiv:1910.07029",
    ),
    "quark_gluon": Task("ak4 jets", "a u, d or s quark", "a gluon", "the parton", "arXiv:1902.08276"),
    "top": Task(
        "ak8 jets",
        "a top quark decaying to quarks, with its W and b inside",
        "nothing of any top quark inside",
        "the top quark; background has none: pdg_id 0, the targets NaN",
        "arXiv:2104.14659",
    ),
    "top_mass": Task(
        "ak8 jets",
        "a top quark decaying to quarks, with its W and b inside",
        "with whole=False such a top whose W or b is not inside; other objects are not valid",
        "the top quark",
        "arXiv:2104.14659",
    ),
    "tau": Task(
        "ak4 jets",
        "a tau decaying to hadrons",
        "a quark or gluon",
        "the tau, its neutrino included, or the parton",
        _PUBLIC,
    ),
    "electron": Task("ak4 jets", "an electron or positron", "a quark or gluon", "the electron or the parton", _PUBLIC),
    "ditau_mass": Task("ak4 jets", "an a decaying to two taus, both inside", _NOTHING_ELSE, "the a", _PUBLIC),
    "dielectron_mass": Task("ak4 jets", "an a decaying to e+ e-, both inside", _NOTHING_ELSE, "the a", _PUBLIC),
    "diphoton_mass": Task(
        "photons",
        "an a (or pi0) decaying to two photons that are one object",
        "one photon: target mass 0",
        "the a or the photon",
        "arXiv:2204.12313",
    ),
}
"""All tasks, by name."""


def meaning(task: str) -> dict[str, str]:
    """What the labels of a task mean, to be kept with them."""
    return {"task": task, **asdict(TASKS[task])}


def load_kernels(module: Any, job: JobContext) -> None:
    """Have the kernels ready before the first event."""
    del module, job
    family = Genealogy.of(no_particles(1))
    family.daughters_of(np.empty(0, np.int64), 0, 0)
    match_particles(Objects.of(Jets.empty(1), min_pt=0.0, max_eta=0.0), family, family.prompt, 0.0)


class TruthTask:
    """What producers of truth labels share."""

    task: ClassVar[str]
    """Name in the table."""
    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def describe(self) -> dict[str, dict[str, Any]]:
        """The meaning of the labels, which travels with them in the file."""
        return {"": meaning(self.task)}


def in_half_turn(value: float) -> str | None:
    """A check for parameters that are a distance in eta and phi: above 0, at most half a turn."""
    return None if 0 < value <= TWO_PI / 2 else "must be above 0 and at most pi"
