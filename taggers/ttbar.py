"""Boosted top pairs: what a network says of every jet, and the mass of the leading two together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.frames import Windows
from dataformats.results import EventFloat, JetRegressions
from e2efw.errors import ConfigurationError, FileInPathError, LogicError, nearest
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import positive
from taggers.bundle import PACKAGED, Bundle, packaged_models
from taggers.onnx_backend import OnnxSession


@dataclass(frozen=True)
class RegressionModel:
    """A network that says mass and pt of every window, open for all streams.

    Args:
        session: the open network.
        label: of the module that uses it, for messages.
    """

    session: OnnxSession
    label: str

    def check_frames(self, description: Mapping[str, Any]) -> None:
        """Compare channels, by name, and window with what the network reads.

        Args:
            description: of the frames: "channels" and "window"; what is not known yet is left for later.

        Raises:
            ConfigurationError: a channel is missing or the window has another size.
        """
        card = self.session.bundle.card
        if "channels" in description:
            offered = description["channels"]
            for channel in card.input.channels:
                if channel not in offered:
                    raise ConfigurationError(
                        f"{self.label}: model '{card.name}' reads channel '{channel}', which the frames do not have. "
                        f"{nearest(channel, offered, 'The frames have')}"
                    )
        if "window" in description and tuple(description["window"]) != card.input.window:
            wanted, given = (" x ".join(map(str, window)) for window in (card.input.window, description["window"]))
            raise ConfigurationError(
                f"{self.label}: model '{card.name}' reads windows of {wanted} pixels, the frames have {given}."
            )

    def run(self, frames: Windows) -> dict[str, NDArray[np.float32]]:
        """(windows,) mass and pt in GeV."""
        self.check_frames(frames.description)
        pixels = frames.select(self.session.bundle.card.input.channels)
        return self.session.run(pixels, {"row": frames.row, "column": frames.column})


class TTbarProducts(NamedTuple):
    """What is made.

    Args:
        regressed: in step with the jets.
        mass: invariant mass in GeV of the two jets with the largest regressed pt; NaN if fewer than two were regressed.
    """

    regressed: JetRegressions
    mass: EventFloat


class TTbarRegressor(EDProducer):
    """Mass and pt of every jet from its window, and the invariant mass of the leading two."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets that the windows belong to")
    frames: InputTag = param("jetFrames:frames", doc="windows around the jets")
    model: str = param(
        "calorimetric_baseline", doc="model bundle: one that comes with the project by name, or a folder"
    )
    max_batch: int = param(
        16, doc="windows per run of the network at most; bounds its memory", tracked=False, check=positive
    )

    def begin_job(self, job: JobContext) -> RegressionModel:
        """Open the network and compare it with what the frames will be."""
        bundle = Bundle.load(_find_bundle(self.model, job))
        for needed in ("mass", "pt"):
            if needed not in bundle.output_names:
                raise ConfigurationError(
                    f"{job.label}: model '{bundle.card.name}' has no output '{needed}'. "
                    f"{nearest(needed, bundle.output_names)}"
                )
        session = OnnxSession.open(bundle, threads=job.threads_per_stream, max_batch=self.max_batch)
        model = RegressionModel(session, job.label)
        model.check_frames(job.description("frames"))
        job.record("model", f"{bundle.card.name} version {bundle.card.version}")
        job.record("model_sha256", bundle.sha256)
        job.record("provider", session.provider)
        return model

    def produce(self, jets: Jets, frames: Windows, model: RegressionModel) -> TTbarProducts:
        """Jets without a window have NaN."""
        position = jet_positions(jets, frames)
        said = model.run(frames)
        columns = {name: np.full(int(jets.offsets[-1]), np.nan, np.float32) for name in ("mass", "pt")}
        for name, column in columns.items():
            column[position] = said[name]
        regressed = JetRegressions(jets.offsets, **columns)
        return TTbarProducts(regressed, EventFloat(value=leading_pair_mass(jets, regressed)))


def jet_positions(jets: Jets, frames: Windows) -> NDArray[np.int64]:
    """(windows,) position of every window's jet in the flat columns of the jets.

    Raises:
        LogicError: the windows belong to other objects.
    """
    if len(frames) != len(jets):
        raise LogicError(f"Windows of {len(frames)} events do not belong to jets of {len(jets)} events.")
    event = np.repeat(np.arange(len(frames)), np.diff(frames.offsets))
    strange = (frames.owner < 0) | (frames.owner >= jets.counts[event])
    if strange.any():
        first = int(strange.argmax())
        n_jets = int(jets.counts[event[first]])
        raise LogicError(
            f"Windows do not belong to these jets: event {event[first]} of the block has {n_jets} jets, "
            f"a window is of jet {frames.owner[first]}. Are 'jets' those the frames were made for?"
        )
    position: NDArray[np.int64] = jets.offsets[event] + frames.owner
    return position


def leading_pair_mass(jets: Jets, regressed: JetRegressions) -> NDArray[np.float64]:
    """(events,) invariant mass in GeV of the two jets with the largest regressed pt; NaN for fewer than two.

    Four-momenta have the regressed pt and mass, and the jets' own directions. Jets of equal pt keep their order.
    """
    pt, mass = (regressed.flat(name).astype(np.float64) for name in ("pt", "mass"))
    event = np.repeat(np.arange(len(jets)), jets.counts)
    known = np.flatnonzero(np.isfinite(pt) & np.isfinite(mass))
    ordered = known[np.lexsort((-pt[known], event[known]))]
    n_known = np.bincount(event[known], minlength=len(jets))
    pairs = n_known >= 2
    first = (np.cumsum(n_known) - n_known)[pairs]
    leading, second = (_four_momentum(jets, pt, mass, ordered[first + rank]) for rank in (0, 1))
    total = leading + second
    result = np.full(len(jets), np.nan)
    energy, momentum = total[0], total[1:]
    result[pairs] = np.sqrt(np.maximum(energy**2 - np.sum(momentum**2, axis=0), 0.0))
    return result


def _four_momentum(
    jets: Jets, pt: NDArray[np.float64], mass: NDArray[np.float64], which: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(4, jets) energy and px, py, pz in GeV of some jets, pt and mass given for all."""
    pt, mass = pt[which], mass[which]
    eta, phi = (jets.flat(name)[which].astype(np.float64) for name in ("eta", "phi"))
    pz = pt * np.sinh(eta)
    energy = np.sqrt(pt**2 + pz**2 + mass**2)
    return np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pz])


def _find_bundle(name: str, job: JobContext) -> Path:
    if name in packaged_models():
        return PACKAGED / name
    try:
        return job.find_file(name)
    except FileInPathError as error:
        error.add_note(f"model bundles that come with the project: {', '.join(packaged_models())}")
        raise
