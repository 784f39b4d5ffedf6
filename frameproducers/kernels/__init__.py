"""Compiled loops: flat arrays and event boundaries in, caller-allocated arrays out, nothing else.

- `projections`: calorimeter hits to cells of the pictures; `projections_tracks`, `_jets`, `_hits` the rest
- `placements`: the cell that a direction falls into
- `cells`: one sorted entry per cell and event; layers put side by side
- `windows`: entries cut into the pixels of windows or whole pictures
- `resampling`: endcaps of the ECAL in blocks of 2 x 2 pixels
- `seeds`, `crystal_seeds`: what the window of a jet, or of a photon or electron, is centred on
"""
