"""Compiled loops of the simulation: flat arrays and event boundaries in, caller-allocated arrays out, nothing else."""
