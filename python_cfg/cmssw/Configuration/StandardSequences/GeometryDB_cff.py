"""Cells of ECAL and HCAL follow from formulas in `dataformats.geometry`: there is nothing to load."""
