"""Events for benchmarks: toys, read once."""

from pathlib import Path
from typing import Any, NamedTuple

from dataformats.candidates import Jets
from dataformats.frames import Windows
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.io.pool_source import PoolSource
from frameproducers.entries import Inputs
from frameproducers.jet_frames import JetFrameProducer
from python_cfg.samples import TOY_TTBAR

LAYERS = ("ECAL", "HCAL")


class Sample(NamedTuple):
    """Everything the producers read, for one block."""

    inputs: Inputs
    jets: Jets

    def windows(self) -> Windows:
        """ECAL and HCAL windows around the jets, straight from the hits."""
        producer = JetFrameProducer(channels=LAYERS, min_jet_pt=30.0)
        i = self.inputs
        return producer.produce(self.jets, i.eb_hits, i.ee_hits, i.hbhe_hits, i.tracks, i.vertices).frames


def toy_sample(file: Path = Path(TOY_TTBAR), n_events: int = 256) -> Sample:
    """The first events of a toy file, by default the packaged one, as one block."""
    source = PoolSource(file_names=(str(file),)).open()
    classes = (EBRecHits, EERecHits, HBHERecHits, Tracks, Vertices, Jets)
    labels = ("reducedEcalRecHitsEB", "reducedEcalRecHitsEE", "reducedHcalRecHits", "generalTracks")
    names = (*labels, "offlinePrimaryVertices", "ak8PFJetsCHS")
    by_label = {key.label: key for key in source.content}
    wanted: dict[Any, Any] = {by_label[name]: cls for name, cls in zip(names, classes, strict=True)}
    block = next(source.blocks(wanted, n_events, n_events))
    source.close()
    *hits, jets = (block.products[key] for key in wanted)
    return Sample(Inputs(*hits), jets)  # type: ignore[arg-type]  # in the order of `classes`
