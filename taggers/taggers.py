"""The taggers of the end-to-end programme: what they are asked about, and with which network if the cfg names none."""

from collections.abc import Mapping
from typing import Any

from dataformats.candidates import Jets, Photons
from dataformats.frames import Seeds, Windows
from dataformats.results import Scores
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from taggers.network import Network, NetworkParameters
from taggers.recoe2e import tagger_parameters, translated_tagger
from taggers.tagging import classifier, scores


class JetTagger(EDProducer, NetworkParameters, abstract=True):
    """What taggers of jets share."""

    jets: InputTag = param("ak4PFJetsCHS", doc="jets that the windows belong to")

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return classifier(self.open_network(job, "jets"))

    def produce(self, jets: Jets, seeds: Seeds, frames: Windows, network: Network) -> Scores:
        """Jets without a window have NaN and the reason."""
        return scores(network, jets, seeds, frames)


class TopTagger(JetTagger):
    """Probability that a boosted jet is a top quark that decayed to hadrons."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets that the windows belong to")
    model: str = param("top_resnet15", doc="model bundle: one that comes with the project by name, or a folder")

    @classmethod
    def old_parameters(cls) -> dict[str, str]:
        """The parameters of RecoE2E."""
        return tagger_parameters("TopFrames", "TopModelName", "ak8PFJetCollection")

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> dict[str, Any]:
        """The windows, jets and bundle that they stand for."""
        return translated_tagger(old)


class QGTagger(JetTagger):
    """Probability that a jet is a light quark and not a gluon."""

    model: str = param("qg_resnet15", doc="model bundle: one that comes with the project by name, or a folder")

    @classmethod
    def old_parameters(cls) -> dict[str, str]:
        """The parameters of RecoE2E."""
        return tagger_parameters("QGFrames", "QGModelName", "ak4PFJetCollection")

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> dict[str, Any]:
        """The windows, jets and bundle that they stand for."""
        return translated_tagger(old)


class TauTagger(JetTagger):
    """Probability that a jet is a tau and not a quark or gluon."""

    seeds: InputTag = param("tauFrames:seeds", doc="centres of the windows, or why there is none; of the same producer")
    frames: InputTag = param("tauFrames:frames", doc="windows around the jets")
    model: str = param("tau_resnet15", doc="model bundle: one that comes with the project by name, or a folder")


class ElectronTagger(JetTagger):
    """Probability that a jet is an electron and not a quark or gluon."""

    model: str = param("electron_resnet15", doc="model bundle: one that comes with the project by name, or a folder")


class EGTagger(EDProducer, NetworkParameters):
    """Probability that a reconstructed photon is an electron; the network's card says which class is which."""

    photons: InputTag = param("gedPhotons", doc="photons that the windows belong to")
    seeds: InputTag = param("egFrames:seeds", doc="centres of the windows, or why there is none; of the same producer")
    frames: InputTag = param("egFrames:frames", doc="windows around the photons")
    model: str = param("eg_cnn", doc="model bundle: one that comes with the project by name, or a folder")

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return classifier(self.open_network(job, "photons"))

    def produce(self, photons: Photons, seeds: Seeds, frames: Windows, network: Network) -> Scores:
        """Photons without a window have NaN and the reason."""
        return scores(network, photons, seeds, frames)

    @classmethod
    def old_parameters(cls) -> dict[str, str]:
        """The parameters of RecoE2E."""
        return tagger_parameters("EGFrames", "EGModelName", "photonCollection")

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> dict[str, Any]:
        """The windows, photons and bundle that they stand for."""
        return translated_tagger(old)
