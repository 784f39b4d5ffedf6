"""Tracks bend in a field of 3.8 T along z: there is nothing to load."""
