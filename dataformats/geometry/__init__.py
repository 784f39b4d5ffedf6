"""Where CMS cells are and how the pictures are laid out: the one home of detector numbers.

- `angles`: differences of directions, across the seam in phi
- `constants`: fields, radii, planes and granularities, each with unit and source
- `detids`: calorimeter DetIds to cell numbers and back, and which ids are true cells (numpy)
- `tracker_ids`: tracker DetIds to layers, both pixel generations (numpy)
- `detid_kernels`: the same questions, one id at a time, for numba kernels
- `crystals`: crystal positions of barrel and endcaps
- `ecal`: the crystal a direction points to; `ecal_cells`: all crystals as one table, with ids and neighbours
- `hcal`: tower edges and positions; the tower a direction points to; `overlap`: which towers are behind which crystals
- `helix`: where a particle in the magnetic field meets calorimeters and tracker layers
- `tracker_layers`: where the layers of the tracker are, and their matter; `tracker_modules`: the module at a point
- `picture`: rows and columns of the stitched ECAL picture (280 x 360) and of the HBHE picture (56 x 72)
- `barrel_coefficients`, `endcap_coefficients`: the numbers of the crystal model; `fit` made them

Lengths are cm, angles rad, unless a name says otherwise.
"""
