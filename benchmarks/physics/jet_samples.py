"""Which jets are simulated."""

from typing import Final

HARD_JETS: Final = (
    {"ptHatMin": 30.0, "ptHatMax": 50.0},
    {"ptHatMin": 80.0, "ptHatMax": 120.0},
    {"ptHatMin": 300.0, "ptHatMax": 400.0},
    {"ptHatMin": 800.0, "ptHatMax": 1000.0},
)
"""Ranges of pT-hat of QCD events, GeV."""
PILEUP: Final = 30
"""Mean number of other collisions where there are any."""
