"""Event files that are installed with the project."""

from pathlib import Path

TOY_TTBAR = str(Path(__file__).parent / "data" / "toy_ttbar.root")
"""Toy pairs of boosted top quarks, made by `make_sample_cfg.py`."""
