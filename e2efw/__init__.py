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

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2efw.io.opening import OpenedEvents

__version__ = "0.1.0"


def open(path: str | Path) -> "OpenedEvents":  # noqa: A001 (read as e2efw.open, like uproot.open)
    """Open a file of events: ``e2efw.open("out.root")["ak8PFJetsCHS"].pt`` is an awkward array.

    ROOT files with a TTree or an RNTuple, of CMS or of ours, and Parquet files of ours; see `e2efw.io.opening`.

    Raises:
        FileOpenError: there is no such file or it may not be read; names the nearest files.
        FileReadError: it is truncated, corrupt or holds no events.
        MissingDependencyError: it is a Parquet file and pyarrow is not installed.
    """
    from e2efw.io.opening import open_file  # noqa: PLC0415 (importing e2efw stays light)

    return open_file(path)
