"""Compiled loops: flat arrays and event boundaries in, caller-allocated arrays out, nothing else.

- `projections`: hits and tracks to cells of the pictures
- `cells`: one sorted entry per cell and event; layers put side by side
- `windows`: entries cut into the pixels of windows or whole pictures
- `seeds`: the HCAL tower that a jet's window is centred on
"""
