"""What modules exchange: detector ids, collections, frames, associations and geometry.

- `dataformats.jit`: the decorator every numba kernel of the house uses
- `dataformats.geometry`: detector ids, cell positions and the conventions of the pictures
"""
