"""The plugin that adds up what is missing."""

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import MissingMomentum, PFCandidates
from e2efw.framework.modules import EDProducer, InputTag, param


class MetProducer(EDProducer):
    """Missing transverse momentum: what balances all particle-flow candidates, one object per event."""

    candidates: InputTag = param("particleFlow", doc="particle-flow candidates")

    def produce(self, candidates: PFCandidates) -> MissingMomentum:
        """Minus the vector sum; the transverse energy of each candidate is its energy times sin(theta)."""
        pt, eta, phi, mass = (candidates.flat(name).astype(np.float64) for name in ("pt", "eta", "phi", "mass"))
        n_events = len(candidates)
        event = np.repeat(np.arange(n_events), candidates.counts)

        def per_event(values: NDArray[np.float64]) -> NDArray[np.float64]:
            total = np.zeros(n_events)
            np.add.at(total, event, values)
            return total

        px, py = 0.0 - per_event(pt * np.cos(phi)), 0.0 - per_event(pt * np.sin(phi))
        nothing = np.zeros(n_events)
        return MissingMomentum(
            np.arange(n_events + 1),
            pt=np.hypot(px, py),
            eta=nothing,
            phi=np.arctan2(py, px),
            mass=nothing,
            sum_et=per_event(np.hypot(pt, np.maximum(mass, 0.0) / np.cosh(eta))),
        )
