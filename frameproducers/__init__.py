"""Detector pictures: the kernels that fill them and the producers that call them.

- `layers`: the table of layers: what each is made of, its shape, unit and fill rule; `layer_table` prints it
- `grids`: the cells and pictures that layers are cut into
- `sources`: where everything goes that layers are made of; `input_tags` says under which labels it is found
- `energy_parts`: transverse and longitudinal energy of crystals
- `entries`: hits and tracks of a block to one entry per layer, event and occupied cell
- `det_frames`: sparse pictures of the whole detector; `old_switches` reads cfgs of RecoE2E
- `scalars`: numbers beside the pictures
- `jet_seeds`, `jet_frames`; `crystal_seeds`, `eg_frames`; `event_frames`: dense windows around jets, around photons and
  electrons, of whole events
- `windows`, `window_parameters`, `resampling`: what these have in common: from layers to pixels
- `graphs`, `points`: graphs around jets, whose nodes are the occupied cells
- `pictures`: dense pictures of the whole detector
- `display`: the command that draws them; `display_event` finds what to draw, `drawing` draws it
- `kernels`: the compiled loops behind all of them
"""
