"""Physics processes by name, each with its Pythia settings and the parameters it listens to.

A process that is not in the table is one entry away: its lines are Pythia's own (``pythia.org/manuals``).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from e2efw.errors import nearest
from e2efw.framework.parameters import camel_case
from simulation.flat_masses import wide_top

HIGGS_MASS, W_MASS, B_MASS, TAU_MASS, ELECTRON_MASS = 125.0, 80.4, 4.8, 1.777, 0.000511
"""GeV, rounded values of the Particle Data Group; the b quark as Pythia has it."""

PT_HAT = ("energy", "pt_hat_min", "pt_hat_max")
TOP_MASS = ("top_mass", "top_mass_max")
A_MASS = ("a_mass", "a_mass_max")
GUN = ("gun_pt_min", "gun_pt_max", "gun_eta_min", "gun_eta_max")


class Choices(Protocol):
    """Values of all parameters of physics; see `PythiaSource` for their meaning. GeV."""

    process: str
    energy: float
    pt_hat_min: float
    pt_hat_max: float
    top_mass: float
    top_mass_max: float
    a_mass: float
    a_mass_max: float
    gun_pt_min: float
    gun_pt_max: float
    gun_eta_min: float
    gun_eta_max: float
    pileup: float


@dataclass(frozen=True)
class Process:
    """One entry of the table.

    Args:
        doc: what happens.
        settings: Pythia's lines.
        takes: parameters that change it.
        pt_hat_min: GeV, where the user sets none; below, the cross-section diverges.
        a_mass_above: GeV, what the daughters of the a weigh.
        gun: PDG ids of what is shot instead of a collision: one of them, drawn anew for each event.
        back_to_back: shoot both together, because one alone would not conserve colour.
    """

    doc: str
    settings: tuple[str, ...]
    takes: tuple[str, ...] = ("energy",)
    pt_hat_min: float = 0.0
    a_mass_above: float = 0.0
    gun: tuple[int, ...] = ()
    back_to_back: bool = False


_TTBAR = ("Top:gg2ttbar = on", "Top:qqbar2ttbar = on")
_Z = ("WeakSingleBoson:ffbar2gmZ = on", "PhaseSpace:mHatMin = 50.", "23:onMode = off")
_HIGGS = ("HiggsSM:gg2H = on", f"25:m0 = {HIGGS_MASS}")
_TO_AA = ("25:addChannel = 1 1. 100 36 36", "25:onMode = off", "25:onIfMatch = 36 36")
_A = ("36:mWidth = 1e-6", "36:doForceWidth = on", "36:mMin = 0.")
_A_ALONE = "36:oneChannel = 1 1. 100"
_GUN = ("ProcessLevel:all = off",)

PROCESSES: dict[str, Process] = {
    "ttbar": Process("top quark pairs, all decays", _TTBAR, (*PT_HAT, *TOP_MASS)),
    "ttbar_hadronic": Process(
        "top quark pairs, both W to quarks",
        (*_TTBAR, "24:onMode = off", "24:onIfAny = 1 2 3 4 5"),
        (*PT_HAT, *TOP_MASS),
    ),
    "ttbar_boosted": Process("top quark pairs of high pT, all decays", _TTBAR, (*PT_HAT, *TOP_MASS), pt_hat_min=400.0),
    "qcd": Process("two jets", ("HardQCD:all = on",), PT_HAT, pt_hat_min=20.0),
    "qcd_quark": Process(
        "two jets from light quarks",
        ("HardQCD:qq2qq = on", "HardQCD:gg2qqbar = on", "HardQCD:qqbar2qqbarNew = on"),
        PT_HAT,
        pt_hat_min=20.0,
    ),
    "qcd_gluon": Process(
        "two jets from gluons", ("HardQCD:gg2gg = on", "HardQCD:qqbar2gg = on"), PT_HAT, pt_hat_min=20.0
    ),
    "dytautau": Process("Z/gamma* to tau pairs, above 50 GeV", (*_Z, "23:onIfAny = 15")),
    "dyee": Process("Z/gamma* to electron pairs, above 50 GeV", (*_Z, "23:onIfAny = 11")),
    "wjets": Process(
        "W to leptons, with a jet",
        (
            "WeakBosonAndParton:qqbar2Wg = on",
            "WeakBosonAndParton:qg2Wq = on",
            "24:onMode = off",
            "24:onIfAny = 11 13 15",
        ),
        PT_HAT,
        pt_hat_min=20.0,
    ),
    "higgs_gammagamma": Process("Higgs to two photons", (*_HIGGS, "25:onMode = off", "25:onIfMatch = 22 22")),
    "h_aa_4gamma": Process(
        "Higgs to two pseudoscalars a, each to two photons",
        (*_HIGGS, *_TO_AA, *_A, f"{_A_ALONE} 22 22"),
        ("energy", *A_MASS),
    ),
    "h_aa_4tau": Process(
        "Higgs to two pseudoscalars a, each to two taus",
        (*_HIGGS, *_TO_AA, *_A, f"{_A_ALONE} 15 -15"),
        ("energy", *A_MASS),
        a_mass_above=2 * TAU_MASS,
    ),
    "h_aa_4e": Process(
        "Higgs to two pseudoscalars a, each to an electron and a positron",
        (*_HIGGS, *_TO_AA, *_A, f"{_A_ALONE} 11 -11"),
        ("energy", *A_MASS),
        a_mass_above=2 * ELECTRON_MASS,
    ),
    "minbias": Process("all inelastic collisions", ("SoftQCD:inelastic = on",)),
    "photon_gun": Process("one photon", _GUN, GUN, gun=(22,)),
    "electron_gun": Process("one electron or positron", _GUN, GUN, gun=(11, -11)),
    "pi0_gun": Process("one neutral pion", _GUN, GUN, gun=(111,)),
    "tau_gun": Process("one tau of either charge", _GUN, GUN, gun=(15, -15)),
    "a_gammagamma_gun": Process(
        "one pseudoscalar a, to two photons", (*_GUN, *_A, f"{_A_ALONE} 22 22"), (*GUN, *A_MASS), gun=(36,)
    ),
    "a_tautau_gun": Process(
        "one pseudoscalar a, to two taus",
        (*_GUN, *_A, f"{_A_ALONE} 15 -15"),
        (*GUN, *A_MASS),
        a_mass_above=2 * TAU_MASS,
        gun=(36,),
    ),
    "top_gun": Process(
        "a top quark and its antiquark, back to back", _GUN, (*GUN, *TOP_MASS), gun=(6, -6), back_to_back=True
    ),
}
"""All processes, by name."""

_LINES = {
    "energy": "Beams:eCM = {}",
    "pt_hat_min": "PhaseSpace:pTHatMin = {}",
    "pt_hat_max": "PhaseSpace:pTHatMax = {}",
    "top_mass": "6:m0 = {}",
    "a_mass": "36:m0 = {}",
}
"""The Pythia line of each parameter; a 0 writes none."""


def known_process(name: str) -> str | None:
    """A check for parameters: is there such a process?"""
    return None if name in PROCESSES else f"no process '{name}'. {nearest(name, PROCESSES).removesuffix('.')}"


def mass_range(chosen: Choices, name: str) -> tuple[float, float] | None:
    """Lowest and highest mass, GeV, if the process has a particle of various masses; `name` is top_mass or a_mass."""
    low, high = getattr(chosen, name), getattr(chosen, f"{name}_max")
    return (low, high) if high and name in PROCESSES[chosen.process].takes else None


def settings(chosen: Choices) -> tuple[str, ...]:
    """Pythia's lines for a process with these values."""
    process = PROCESSES[chosen.process]
    values = {name: getattr(chosen, name) for name in process.takes} | {"pt_hat_min": _pt_hat_min(chosen)}
    own = [line.format(values[name]) for name, line in _LINES.items() if name in process.takes and values[name]]
    tops = None if process.gun else mass_range(chosen, "top_mass")
    return (*process.settings, *own, *(wide_top(*tops) if tops else ()))


def complaints(chosen: Choices, changed: set[str]) -> Iterator[tuple[str, str]]:
    """Parameters whose values cannot be, each with the reason.

    Args:
        chosen: all values.
        changed: names of the parameters that differ from their defaults.
    """
    process = PROCESSES[chosen.process]
    for name in sorted(changed.intersection((*PT_HAT, *TOP_MASS, *A_MASS, *GUN)).difference(process.takes)):
        if name == "energy" and chosen.pileup:  # a gun has no beams, the collisions over it do
            continue
        takers = ", ".join(sorted(key for key, other in PROCESSES.items() if name in other.takes))
        yield name, f"does not apply to the process '{chosen.process}', only to {takers}"
    yield from _mass_complaints(process, chosen)
    if "pt_hat_min" in process.takes:
        yield from _pt_hat_complaints(process, chosen)
    for low_name, high_name in (GUN[:2], GUN[2:]):
        low, high = getattr(chosen, low_name), getattr(chosen, high_name)
        if low > high:
            yield low_name, f"{low:g} is above {camel_case(high_name)}, {high:g}"


def _pt_hat_complaints(process: Process, chosen: Choices) -> Iterator[tuple[str, str]]:
    low, most = _pt_hat_min(chosen), _highest_pt_hat(process, chosen)
    if low >= most:
        reach = f"protons that collide with {chosen.energy:g} GeV"
        yield "pt_hat_min", f"{low:g} GeV is out of reach for {reach}; must be below {most:g} GeV"
    elif 0 < chosen.pt_hat_max <= low:
        lowest = f"{camel_case('pt_hat_min')}, {low:g} GeV"
        yield "pt_hat_max", f"{chosen.pt_hat_max:g} GeV is not above {lowest}; 0 sets no limit"


def _mass_complaints(process: Process, chosen: Choices) -> Iterator[tuple[str, str]]:
    limits = {
        "top_mass": (
            W_MASS + B_MASS,
            chosen.energy / 2,
            "a top quark decays to a W and a b, and a collision makes two",
        ),
        "a_mass": (process.a_mass_above, HIGGS_MASS / 2, "a Higgs decays to two a, and these to what weighs less"),
    }
    if process.gun:
        limits = {name: (least, math.inf, "it decays to what weighs less") for name, (least, *_) in limits.items()}
    for name, (least, most, why) in limits.items():
        if name not in process.takes:
            continue
        if most <= least:
            yield "energy", f"{chosen.energy:g} GeV are not enough for two top quarks; must be above {2 * least:g} GeV"
        low, high = getattr(chosen, name), getattr(chosen, f"{name}_max")
        if 0 < high <= low:
            yield f"{name}_max", f"{high:g} GeV is not above {camel_case(name)}, {low:g} GeV; 0 means no range"
        for key, mass in ((name, low), (f"{name}_max", high or low)):
            if not least < mass < most:
                bounds = f"between {least:g} and {most:g}" if most < math.inf else f"above {least:g}"
                yield key, f"must be {bounds} GeV, got {mass:g}: {why}"


def _pt_hat_min(chosen: Choices) -> float:
    return chosen.pt_hat_min or PROCESSES[chosen.process].pt_hat_min


def _highest_pt_hat(process: Process, chosen: Choices) -> float:
    """GeV, where all energy of the beams goes into two particles that fly off sideways."""
    mass = chosen.top_mass if "top_mass" in process.takes else 0.0
    return math.sqrt(max(0.0, (chosen.energy / 2) ** 2 - mass**2))
