"""Event files that are installed with the project."""

from pathlib import Path

SIMULATED_TTBAR = str(Path(__file__).parent / "data" / "simulated_ttbar.root")
"""Boosted top quark pairs from Pythia 8 through the parametrised CMS, made by `make_sample_cfg.py`."""
