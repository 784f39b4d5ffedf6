"""e2efw: an event-processing framework for end-to-end deep learning in particle physics.

Map of the rooms (an import may only point down this list):

- ``python_cfg``: the jobs, as cmsRun-like Python configuration files
- ``taggers``: networks: model bundles, inference backends, taggers and regressors
- ``frameproducers``: detector pictures: numba kernels and producers
- ``simulation``: event generation
- ``e2efw``: the framework: ``config`` (the language of cfg files), ``framework`` (modules, blocks, scheduler),
  ``io`` (ROOT files), ``services`` (progress, reports), ``cli`` (the ``e2efw`` command), ``errors``
- ``dataformats``: detector ids, geometry, collections, frames
"""

__version__ = "0.1.0"
