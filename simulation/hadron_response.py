"""What hadrons lose in calorimeters that are right for something else, and how well they are measured.

The ECAL is calibrated with electrons and photons, the HCAL with pions of 50 GeV that pass the ECAL as minimum-ionising
particles. The part of a hadronic shower that is not electromagnetic gives h/e of the signal, and falls with energy E as
(E / E0)^(m - 1), so the response relative to electrons is 1 - (1 - h/e) (E / E0)^(m - 1) (D. Groom, NIM A 572 (2007)
633). What stays below the thresholds of HCAL cells and towers is taken for the same from all hadrons. CMS corrects the
same two effects (arXiv:1706.04965, section 4.2).

All numbers are in `HADRON_RESPONSE`, the one table to tune.
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
        lost: energy below the thresholds of the HCAL, GeV.
    """

    ecal_h_over_e: float
    hcal_h_over_e: float
    power: float
    scale: float
    calibrated_at: float
    lowest: float
    lost: float


HADRON_RESPONSE: Final = HadronResponse(
    ecal_h_over_e=1.0 / 2.4,
    hcal_h_over_e=0.7,
    power=0.82,
    scale=0.96,
    calibrated_at=50.0,
    lowest=2.0,
    lost=2.5,
)
"""h/e is that of lead tungstate and of brass with scintillator. `lost` is tuned on charged pions of 8 to 150 GeV in the
simulated detector: mean calibrated energies are right within 3 % in the barrel and up to 10 % low in the endcaps."""


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
def calibrated(momentum: float, ecal: float, hcal: float, model: HadronResponse) -> float:
    """Energy of hadrons that left so much in ECAL and HCAL, all in GeV.

    The corrections are those of the larger of the momentum of the tracks and the energy seen.
    """
    for_ecal, for_hcal = hadron_factors(max(momentum, ecal + hcal), model)
    return for_ecal * ecal + (for_hcal * hcal + model.lost if hcal > 0.0 else 0.0)


@kernel
def hadron_resolution(energy: float, stochastic: float, constant: float) -> float:
    """Expected error in GeV of the calorimetric energy of hadrons of `energy` GeV: stochastic sqrt(E) (+) constant E.

    Args:
        energy: GeV.
        stochastic: GeV^(1/2); 1 is 100 %/sqrt(E).
        constant: relative.
    """
    return math.hypot(stochastic * math.sqrt(energy), constant * energy)
