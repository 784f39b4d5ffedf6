"""Numbers beside the pictures: missing transverse momentum and good primary vertices."""

from typing import NamedTuple

import numpy as np

from dataformats.candidates import MissingMomentum
from dataformats.scalars import EventScalars
from dataformats.tracks import Vertices
from e2efw.errors import ProductNotFoundError
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative


class ScalarProducts(NamedTuple):
    """What is made.

    Args:
        scalars: one record per event.
        vertices: the good ones, with all their columns.
    """

    scalars: EventScalars
    vertices: Vertices


class EventScalarProducer(EDProducer):
    """Missing transverse momentum, and how many good primary vertices there are and where, for every event.

    A vertex is good if it is not fake and was fitted with enough degrees of freedom. Secondary vertices, which
    MLAnalyzer wrote too, are in none of the files that we read or make.
    """

    met: InputTag = param("pfMet", doc="missing transverse momentum")
    vertices: InputTag = param("offlinePrimaryVertices", doc="primary vertices, with chi2 and degrees of freedom")
    min_ndof: float = param(4.0, doc="degrees of freedom that a good vertex has at least", check=not_negative)

    def produce(self, met: MissingMomentum, vertices: Vertices) -> ScalarProducts:
        """One record per event; the good vertices of each event."""
        for column in ("ndof", "chi2"):
            if column not in vertices.columns:
                raise ProductNotFoundError(
                    f"EventScalarProducer: the vertices have no column '{column}', which tells the good ones; "
                    f"they have: {', '.join(vertices.columns)}."
                )
        good = ~vertices.fake & (vertices.flat("ndof") >= self.min_ndof)
        offsets = np.concatenate([[0], np.cumsum(good)])[vertices.offsets].astype(np.int64)
        chosen = Vertices.restored(offsets, {name: column[good] for name, column in vertices.columns.items()}, {})
        has = met.counts > 0
        first = {name: np.full(len(met), np.nan) for name in ("pt", "eta", "phi", "sum_et")}
        for name, values in first.items():
            values[has] = met.flat(name)[met.offsets[:-1][has]]
        scalars = EventScalars(
            met_sum_et=first["sum_et"],
            met_pt=first["pt"],
            met_phi=first["phi"],
            met_px=first["pt"] * np.cos(first["phi"]),
            met_py=first["pt"] * np.sin(first["phi"]),
            met_pz=first["pt"] * np.sinh(first["eta"]),
            n_vertices=chosen.counts,
        )
        return ScalarProducts(scalars, chosen)
