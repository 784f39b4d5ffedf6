"""Finding the pictures of one event: in the file if a job wrote them there, else made from the file's RecHits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dataformats.candidates import Jets
from dataformats.frames import Seeds, SparseFrames
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import CommandLineError, ProductNotFoundError
from e2efw.framework.blocks import Block, ProductInfo
from e2efw.framework.modules import OpenSource
from e2efw.framework.tags import InputTag, ProductKey
from e2efw.io.pool_source import PoolSource
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from frameproducers.jet_frames import JetFrameProducer

_FROM_FRAMES = {SparseFrames.friendly_type: SparseFrames, Seeds.friendly_type: Seeds}
_SMALLEST_PT = 30.0
"""GeV; jets below it get no window when seeds have to be made for the display."""


@dataclass(frozen=True)
class EventPictures:
    """One event, ready to be drawn.

    Args:
        name: run:lumi:event.
        frames: for this one event.
        seeds: in step with `jets`; None without jets.
    """

    name: str
    frames: SparseFrames
    seeds: Seeds | None
    jets: Jets | None


def load_event(file: str, event: str) -> EventPictures:
    """Read one event.

    Args:
        file: path.
        event: position from 0, or ``run:lumi:event``.

    Raises:
        CommandLineError: there is no such event.
        ProductNotFoundError: the file has neither frames nor RecHits.
    """
    source = PoolSource(file_names=(file,)).open()
    try:
        frames = _keys(source, SparseFrames.friendly_type)
        wanted = _stored(source) if frames else _raw(source, file)
        block = _find(source, wanted, file, event)
    finally:
        source.close()
    return _from_frames(block) if frames else _from_hits(block, wanted)


def _keys(source: OpenSource, friendly_type: str) -> list[ProductKey]:
    return [key for key, info in source.content.items() if info.friendly_type == friendly_type]


def _stored(source: OpenSource) -> dict[ProductKey, type[Any]]:
    """Frames, seeds, and the jets that the seeds are in step with."""
    wanted: dict[ProductKey, type[Any]] = {}
    for friendly_type, cls in _FROM_FRAMES.items():
        wanted |= dict.fromkeys(_keys(source, friendly_type)[-1:], cls)
    seeds = next((key for key, cls in wanted.items() if cls is Seeds), None)
    record = source.provenance.product(seeds) if seeds else None
    for parent in record.parents if record else []:
        if source.content.get(parent, ProductInfo("")).friendly_type == Jets.friendly_type:
            wanted[parent] = Jets
    return wanted


def _raw(source: OpenSource, file: str) -> dict[ProductKey, type[Any]]:
    """The inputs of the producers, under their default labels."""
    wanted: dict[ProductKey, type[Any]] = {}
    for tag, cls in _raw_inputs().items():
        found = [key for key in source.content if tag.matches(key)]
        if not found and cls in {EBRecHits, EERecHits, HBHERecHits, Tracks}:
            raise ProductNotFoundError(
                f"{file}: neither frames nor '{tag}'; run a job with DetFrameProducer on it first."
            )
        wanted |= dict.fromkeys(found[-1:], cls)
    return wanted


def _raw_inputs() -> Mapping[InputTag, type[Any]]:
    frames, jets = DetFrameProducer(), JetFrameProducer()
    return {
        frames.eb_hits: EBRecHits,
        frames.ee_hits: EERecHits,
        frames.hbhe_hits: HBHERecHits,
        frames.tracks: Tracks,
        frames.vertices: Vertices,
        jets.jets: Jets,
    }


def _find(source: OpenSource, wanted: Mapping[ProductKey, type[Any]], file: str, event: str) -> Block:
    """The block of the one event asked for."""
    position = int(event) if event.isdecimal() else -1
    seen = 0
    for block in source.blocks(wanted, events_per_block=256, max_events=-1):
        names = [block.ids.name(i) for i in range(len(block))] if position < 0 else []
        if event in names or 0 <= position - seen < len(block):
            at = names.index(event) if names else position - seen
            one = slice(at, at + 1)
            return Block(0, block.ids.take(one), {key: product.take(one) for key, product in block.products.items()})
        seen += len(block)
    raise CommandLineError(
        f"{file}: no event {event}; it holds {seen} events, counted from 0, or ask for run:lumi:event."
    )


def _from_frames(block: Block) -> EventPictures:
    by_type: dict[str, Any] = {type(product).__name__: product for product in block.products.values()}
    return EventPictures(block.ids.name(0), by_type["SparseFrames"], by_type.get("Seeds"), by_type.get("Jets"))


def _from_hits(block: Block, wanted: Mapping[ProductKey, type[Any]]) -> EventPictures:
    by_type: dict[type[Any], Any] = {cls: block.products[key] for key, cls in wanted.items()}
    hits = by_type[EBRecHits], by_type[EERecHits], by_type[HBHERecHits]
    inputs = Inputs(*hits, by_type[Tracks], by_type.get(Vertices))
    frames = DetFrameProducer().produce(inputs)
    jets = by_type.get(Jets)
    if jets is None:
        return EventPictures(block.ids.name(0), frames, None, None)
    seeding = JetFrameProducer(min_jet_pt=_SMALLEST_PT, max_jet_eta=3.0, channels=("ECAL",))
    return EventPictures(block.ids.name(0), frames, seeding.produce(jets, inputs).seeds, jets)
