"""What modules exchange: detector ids, collections, frames, associations and geometry.

- `collection`: what every data format is: a class of leaves, columns over a block of events
- `rechits`, `tracks`, `candidates`, `generator`: the data formats of CMS files
- `frames`: sparse pictures, seeds, dense windows; `graphs`: point clouds; `results`: what networks say
- `channels`: named sets of channels
- `jit`: the decorator every numba kernel of the house uses
- `geometry`: detector ids, cell positions and the conventions of the pictures
"""
