"""`OnnxRegressor` and the mass regressors: one estimated quantity of every object, with its uncertainty."""

from dataformats.candidates import Jets, Photons
from dataformats.collection import Collection
from dataformats.frames import Seeds, Windows
from dataformats.results import Regressions, about
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from taggers.card import SIGMA
from taggers.network import Network, NetworkParameters
from taggers.tagging import AnyObjectParameters, AnyObjects


class OnnxRegressor(EDProducer, AnyObjectParameters):
    """One quantity that a network estimates, for any objects with windows or for whole events."""

    quantity: str = param(doc="output of the network; its uncertainty is the output of that name with _sigma behind")

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return regressor(self.open_for_any(job), self.quantity)

    def produce(self, objects: AnyObjects, seeds: Seeds, frames: Windows, network: Network) -> Regressions:
        """Objects without a window have NaN and the reason."""
        return regressions(network, self.quantity, objects.chosen, seeds, frames)

    def needed_products(self) -> frozenset[str]:
        """The objects that are set."""
        return frozenset(self.objects_named())


class TauMassRegressor(EDProducer, NetworkParameters):
    """Mass of an a that decays to two taus, for the jet that holds both."""

    jets: InputTag = param("ak4PFJetsCHS", doc="jets that the windows belong to")
    seeds: InputTag = param("tauFrames:seeds", doc="centres of the windows, or why there is none; of the same producer")
    frames: InputTag = param("tauFrames:frames", doc="windows around the jets")
    model: str = param("ditau_resnet15", doc="model bundle: one that comes with the project by name, or a folder")
    quantity: str = param("mass", doc="output of the network; its uncertainty has _sigma behind")

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return regressor(self.open_network(job, "jets"), self.quantity)

    def produce(self, jets: Jets, seeds: Seeds, frames: Windows, network: Network) -> Regressions:
        """Jets without a window have NaN and the reason."""
        return regressions(network, self.quantity, jets, seeds, frames)


class DiphotonMassRegressor(EDProducer, NetworkParameters):
    """Mass of an a or pi0 whose two photons are one reconstructed photon."""

    photons: InputTag = param("gedPhotons", doc="photons that the windows belong to")
    seeds: InputTag = param("egFrames:seeds", doc="centres of the windows, or why there is none; of the same producer")
    frames: InputTag = param("egFrames:frames", doc="windows around the photons")
    model: str = param("diphoton_resnet15", doc="model bundle: one that comes with the project by name, or a folder")
    quantity: str = param("mass", doc="output of the network; its uncertainty has _sigma behind")

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return regressor(self.open_network(job, "photons"), self.quantity)

    def produce(self, photons: Photons, seeds: Seeds, frames: Windows, network: Network) -> Regressions:
        """Photons without a window have NaN and the reason."""
        return regressions(network, self.quantity, photons, seeds, frames)


def regressor(network: Network, *quantities: str) -> Network:
    """The network, if it says these quantities and, where it does, their uncertainties as single numbers.

    Raises:
        ConfigurationError: it does not.
    """
    known = [name + SIGMA for name in quantities if name + SIGMA in network.outputs]
    network.check_numbers(*quantities, *known)
    return network


def regressions(
    network: Network, quantity: str, objects: Collection | None, seeds: Seeds, frames: Windows
) -> Regressions:
    """What a network estimates of every object.

    Args:
        network: see `regressor`.
        quantity: its output.
        objects: that the windows belong to; None for windows of whole events.
        seeds: in step with the objects.
        frames: their windows.

    Raises:
        LogicError: objects, seeds and windows do not belong together.
    """
    if objects is not None:
        network.check_objects(objects, seeds)
    said = network.about_objects(seeds, frames)
    described = about(network.objects, quantity=quantity, unit=network.outputs[quantity].unit)
    sigma = {"sigma": said[quantity + SIGMA]} if quantity + SIGMA in said else {}
    if sigma and (density := network.outputs[quantity + SIGMA].density):
        described["density"] = density
    return Regressions(seeds.offsets, about=described, status=seeds.flat("status"), value=said[quantity], **sigma)
