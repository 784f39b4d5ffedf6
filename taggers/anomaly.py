"""`AnomalyDetector`: how badly an autoencoder redraws what it sees; what it never saw in training it redraws badly."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import Seeds, Windows
from dataformats.results import Anomalies, about
from e2efw.errors import ConfigurationError
from e2efw.framework.modules import EDProducer, JobContext, param
from e2efw.framework.parameters import positive
from taggers.network import Network, seeded, spread
from taggers.tagging import AnyObjectParameters, AnyObjects

ERROR: Final = "error"
"""Output of autoencoders that compute the error themselves."""
WORST: Final = "worst"
"""Output of those that also tell the error of the worst region."""


class AnomalyDetector(EDProducer, AnyObjectParameters):
    """Reconstruction error of an autoencoder, for any objects with windows or, region by region, for whole events.

    The network says the pixels again, or the error itself as its output `error`, and maybe that of the worst region as
    its output `worst`, as networks of `e2efw train` do.
    """

    region: int = param(
        25,
        doc="pixels along a side of the regions of a window of which the worst is looked for, unless the network does",
        check=positive,
    )

    def begin_job(self, job: JobContext) -> Network:
        """Open the network."""
        return autoencoder(self.open_for_any(job), self.region)

    def produce(self, objects: AnyObjects, seeds: Seeds, frames: Windows, network: Network) -> Anomalies:
        """Objects without a window have NaN and the reason."""
        if objects.chosen is not None:
            network.check_objects(objects.chosen, seeds)
        positions = seeded(seeds, frames)
        if ERROR in network.outputs:
            found = {name: values for name, values in network.run(frames).items() if name in (ERROR, WORST)}
        else:
            found = redrawn(network, frames, self.region)
        columns = {name: spread(values, positions, seeds) for name, values in found.items()}
        return Anomalies(seeds.offsets, about=about(network.objects), status=seeds.flat("status"), **columns)

    def needed_products(self) -> frozenset[str]:
        """The objects that are set."""
        return frozenset(self.objects_named())


def autoencoder(network: Network, region: int) -> Network:
    """The network, if it says the error, or the pixels that it reads and a region fits into them.

    Raises:
        ConfigurationError: it does not.
    """
    card = network.model.bundle.card
    if ERROR in network.outputs:
        network.check_numbers(*({ERROR, WORST} & set(network.outputs)))
        return network
    wanted = (len(card.input.channels), *card.input.window)
    if list(network.model.shapes.values()) != [wanted]:
        said = ", ".join(f"{name} {list(shape)}" for name, shape in network.model.shapes.items())
        raise ConfigurationError(
            f"{network.label}: model '{card.name}' is no autoencoder: it says {said} of a window. Needed is one output "
            f"'{ERROR}' with one number, or the {list(wanted)} pixels that it reads."
        )
    if region > min(card.input.window):
        raise ConfigurationError(
            f"{network.label}: 'region' is {region} pixels, the windows have {card.input.window[0]} x "
            f"{card.input.window[1]}."
        )
    return network


def redrawn(network: Network, frames: Windows, region: int) -> dict[str, NDArray[np.float32]]:
    """(windows,) error of the whole window, and of its worst region.

    Args:
        network: an autoencoder that says pixels, after the transform of its card.
        frames: the windows.
        region: pixels along a side of a region.
    """
    pixels, model = network.pixels(frames), network.model
    wanted = model.bundle.card.input
    found = {name: np.empty(len(pixels), np.float32) for name in (ERROR, WORST)}
    for start in range(0, len(pixels), model.max_batch):
        part = slice(start, start + model.max_batch)
        (again,) = model.run(pixels[part], {"row": frames.row[part], "column": frames.column[part]}).values()
        seen = np.array(pixels[part], order="C")
        if wanted.transform is not None:
            wanted.transform.apply(seen, wanted.channels)
        squares = np.square(again - seen).mean(axis=1)
        found[ERROR][part] = squares.mean(axis=(1, 2))
        found[WORST][part] = worst_region(squares, region)
    return found


def worst_region(squares: NDArray[np.float32], region: int) -> NDArray[np.float32]:
    """(windows,) largest mean over square regions side by side; pixels beyond the last whole region do not count.

    Args:
        squares: (windows, rows, columns).
        region: pixels along a side.
    """
    rows, columns = (size // region for size in squares.shape[1:])
    whole = squares[:, : rows * region, : columns * region].reshape(-1, rows, region, columns, region)
    worst: NDArray[np.float32] = whole.mean(axis=(2, 4)).max(axis=(1, 2))
    return worst
