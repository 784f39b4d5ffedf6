"""The taggers of the end-to-end programme: what they are asked about, and with which network if the cfg names none."""

from dataformats.candidates import Jets, Photons
from dataformats.frames import Seeds, Windows
from dataformats.results import Scores
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from taggers.network import Network, NetworkParameters
from taggers.recoe2e import FromRecoE2E
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


class TopTagger(FromRecoE2E, JetTagger):
    """Probability that a boosted jet is a top quark that decayed to hadrons."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets that the windows belong to")
    model: str = param("top_resnet15", doc="model bundle: one that comes with the project by name, or a folder")

    recoe2e = ("TopFrames", "TopModelName", "ak8PFJetCollection")


class QGTagger(FromRecoE2E, JetTagger):
    """Probability that a jet is a light quark and not a gluon."""

    model: str = param("qg_resnet15", doc="model bundle: one that comes with the project by name, or a folder")

    recoe2e = ("QGFrames", "QGModelName", "ak4PFJetCollection")


class TauTagger(JetTagger):
    """Probability that a jet is a tau and not a quark or gluon."""

    seeds: InputTag = param("tauFrames:seeds", doc="centres of the windows, or why there is none; of the same producer")
    frames: InputTag = param("tauFrames:frames", doc="windows around the jets")
    model: str = param("tau_resnet15", doc="model bundle: one that comes with the project by name, or a folder")


class ElectronTagger(JetTagger):
    """Probability that a jet is an electron and not a quark or gluon."""

    model: str = param("electron_resnet15", doc="model bundle: one that comes with the project by name, or a folder")


class EGTagger(FromRecoE2E, EDProducer, NetworkParameters):
    """Probability that a reconstructed photon is an electron; the network's card says which class is which."""

    photons: InputTag = param("gedPhotons", doc="photons that the windows belong to")
    seeds: InputTag = param("egFrames:seeds", doc="centres of the windows, or why there is none; of the same producer")
    frames: InputTag = param("egFrames:frames", doc="windows around the photons")
    model: str = param("eg_resnet15", doc="model bundle: one that comes with the project by name, or a folder")

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return classifier(self.open_network(job, "photons"))

    def produce(self, photons: Photons, seeds: Seeds, frames: Windows, network: Network) -> Scores:
        """Photons without a window have NaN and the reason."""
        return scores(network, photons, seeds, frames)

    recoe2e = ("EGFrames", "EGModelName", "photonCollection")
