"""What hadrons lose in calorimeters that are right for something else, and how well they are measured.

The ECAL is calibrated with electrons and photons, the HCAL with pions of 50 GeV that pass the ECAL as minimum-ionising
particles. The part of a hadronic shower that is not electromagnetic gives h/e of the signal, and falls with energy E as
(E / E0)^(m - 1), so the response relative to electrons is 1 - (1 - h/e) (E / E0)^(m - 1).

Source of the form: D. Groom, NIM A 572 (2007) 633. Numbers: `HADRON_RESPONSE`, the one table to tune.
"""

import math
from typing import Final, NamedTuple

from dataformats.jit import kernel


class HadronResponse(NamedTuple):
    """Numbers of the response to hadrons.

    Args:
        ecal_h_over_e: signal of the hadronic part of a shower per signal of electrons in the ECAL.
        hcal_h_over_e: the same in the HCAL.
        power: m in the energy that stays hadronic, (E / E0)^m.
        scale: E0, GeV.
        calibrated_at: energy at which the HCAL is right, GeV.
        lowest: below, the response is that at this energy, GeV.
    """

    ecal_h_over_e: float
    hcal_h_over_e: float
    power: float
    scale: float
    calibrated_at: float
    lowest: float


HADRON_RESPONSE: Final = HadronResponse(
    ecal_h_over_e=0.5, hcal_h_over_e=0.71, power=0.82, scale=1.0, calibrated_at=50.0, lowest=2.0
)
"""e/h is about 2 in the crystals and 1.4 in the HCAL [CMS NOTE 2006/138, test beams of the combined calorimeters]."""


@kernel
def response_to_hadrons(energy: float, h_over_e: float, model: HadronResponse) -> float:
    """Signal of a hadron relative to that of an electron of the same energy in GeV."""
    hadronic: float = (max(energy, model.lowest) / model.scale) ** (model.power - 1.0)
    return 1.0 - (1.0 - h_over_e) * hadronic


@kernel
def hadron_factors(energy: float, model: HadronResponse) -> tuple[float, float]:
    """Factors for the energies that a hadron of `energy` GeV left in ECAL and in HCAL."""
    ecal = response_to_hadrons(energy, model.ecal_h_over_e, model)
    hcal = response_to_hadrons(energy, model.hcal_h_over_e, model)
    return 1.0 / ecal, response_to_hadrons(model.calibrated_at, model.hcal_h_over_e, model) / hcal


@kernel
def hadron_resolution(energy: float, stochastic: float, constant: float) -> float:
    """Expected error in GeV of the calorimetric energy of hadrons of `energy` GeV: stochastic sqrt(E) (+) constant E.

    Args:
        energy: GeV.
        stochastic: GeV^(1/2); 1 is 100 %/sqrt(E).
        constant: relative.
    """
    return math.hypot(stochastic * math.sqrt(energy), constant * energy)
