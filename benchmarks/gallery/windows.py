"""Sheets of windows: what networks read, around jets, taus, photons and electrons."""

from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks.gallery.canvas import (
    BAR_ROOM,
    BELOW,
    LEFT,
    SMALL,
    TOP,
    USUAL,
    Array,
    Canvas,
    thickened,
    window_axes,
)
from benchmarks.gallery.events import Event
from benchmarks.gallery.overlay import BARS, LAYERS_SHOWN, bars, overlay
from benchmarks.gallery.whole import summary, unit_of
from dataformats.candidates import Jets
from dataformats.channels import expanded_channels
from dataformats.frames import Windows
from frameproducers.colours import colours
from frameproducers.eg_frames import EGFrameProducer
from frameproducers.jet_frames import JetFrameProducer
from frameproducers.layers import LAYERS

HEAD: Final = 34
"""Dots for the title."""
EDGE: Final = LEFT + BAR_ROOM
"""Dots between panels that have bars."""
FINE_CHANNELS: Final = (
    *("TracksPt_3x3", "TracksD0_3x3", "TracksDz_3x3", "ECAL", "HCAL"),
    *("BPIX1_3x3", "BPIX2_3x3", "BPIX3_3x3"),
)
"""As python_cfg/topFrames_cfi.py has them."""


class Window(NamedTuple):
    """One window.

    Args:
        title: what it is around.
        channels: names.
        pixels: (channels, height, width).
        granularity: pixels along either side of a crystal.
    """

    title: str
    channels: tuple[str, ...]
    pixels: Array
    granularity: int = 1


def jet_window(event: Event, jets: Jets, number: int = 0, what: str = "AK8 jet", **parameters: Any) -> Window:
    """A window around a jet of an event; parameters are those of JetFrameProducer."""
    producer = JetFrameProducer(**{"min_jet_pt": 20.0, "max_jet_eta": 2.4, **parameters})
    _, frames = producer.produce(jets, event.inputs)
    chosen = int(np.flatnonzero(frames.owner == number)[0])
    pt, eta = (float(jets.flat(name)[number]) for name in ("pt", "eta"))
    title = rf"{event.title}: {what}, $p_T$ = {pt:.0f} GeV, $\eta$ = {eta:.2f}"
    return Window(title, frames.channels, frames.pixels[chosen], producer.granularity)


def leading(jets: Jets, max_eta: float, min_eta: float = 0.0) -> int:
    """Position of the leading jet of an event with |eta| between two bounds."""
    eta = np.abs(jets.flat("eta"))
    return int(np.argmax(np.where((eta > min_eta) & (eta < max_eta), jets.flat("pt"), 0.0)))


def channel_sheet(window: Window, over: Window, scale: int, across: int) -> Canvas:
    """All channels of a window, and the overlay of tracks, ECAL and HCAL.

    Args:
        window: whose channels are shown.
        over: the same with the layers of overlays.
        scale: dots per pixel.
        across: panels in a row.
    """
    height, width = (size * scale for size in window.pixels.shape[1:])
    down = -(-(len(window.channels) + 1) // across)
    room = across * (width + EDGE) + (BARS - BAR_ROOM)
    canvas = Canvas(room, HEAD + down * (TOP + height + BELOW), window.title)
    for number, name in enumerate((*window.channels, "")):
        place = LEFT + number % across * (width + EDGE), HEAD + TOP + number // across * (TOP + height + BELOW)
        if name:
            channel(canvas, place, name, window.pixels[number], window.granularity, scale)
            continue
        ticks = window_axes(over.pixels[0], over.granularity)
        hcal, ecal, tracks = over.pixels
        axes, images = overlay(canvas, place, (hcal, ecal, _visible(LAYERS_SHOWN[-1], tracks, scale)), scale, ticks)
        axes.set_title("tracks, ECAL, HCAL", fontsize=USUAL, loc="left", pad=3, weight="bold")
        bars(canvas, images, (place[0] + width + 6, place[1]), height)
    return canvas


def channel(
    canvas: Canvas,
    place: tuple[float, float],
    name: str,
    picture: Array,
    granularity: int,
    scale: int,
    style: dict[str, Any] | None = None,
    title: str = "",
) -> None:
    """One channel with a bar."""
    ticks = window_axes(picture, granularity)
    axes, image = canvas.panel(place, _visible(name, picture, scale), scale, ticks, style or colours(picture, name))
    axes.set_title(title or name, fontsize=USUAL, loc="left", pad=3, weight="bold")
    axes.set_title(summary(name, picture).split(" cells, ")[-1], fontsize=SMALL, loc="right", pad=2, color="0.35")
    height, width = (size * scale for size in picture.shape)
    canvas.bar(image, (place[0] + width + 6, place[1]), height, unit_of(name, "pixel"))


def _visible(name: str, picture: Array, scale: int) -> Array:
    """Thickened if pixels are so small that nobody would see what one track or hit leaves."""
    few = LAYERS[name.removesuffix("_3x3")].unit != "GeV" or "Tracks" in name
    return thickened(picture) if scale < 3 and few else picture


def jet_sheet(event: Event) -> Canvas:
    """The leading jet in 125 x 125 pixels."""
    number = leading(event.ak8, 1.37)
    window = jet_window(event, event.ak8, number, channels=expanded_channels(["@top8"]))
    over = jet_window(event, event.ak8, number, channels=LAYERS_SHOWN, hcal_upsampling="tile")
    return channel_sheet(window, over, scale=3, across=3)


def fine_jet_sheet(event: Event) -> Canvas:
    """The same jet in 375 x 375 pixels."""
    number = leading(event.ak8, 1.37)
    size: dict[str, Any] = {"granularity": 3, "height": 375, "width": 375}
    window = jet_window(event, event.ak8, number, channels=FINE_CHANNELS, **size)
    fine = (*LAYERS_SHOWN[:2], "TracksPt_3x3")
    over = jet_window(event, event.ak8, number, channels=fine, hcal_upsampling="tile", **size)
    over.pixels[1] *= 9  # back to the energy of a crystal, which its pixels share
    return channel_sheet(window, over, scale=1, across=3)


def tau_sheet(event: Event) -> Canvas:
    """The hadronic tau with the most charged hadrons, in the channels of the published trainings."""
    prongs = event.prongs
    number = int(np.argmax(np.where(event.taus, prongs, -1)))
    what = rf"$\tau_h$ of {prongs[number]} charged hadrons"
    window = jet_window(event, event.ak4, number, what, channels=expanded_channels(["@tau13"]), border="pad")
    over = jet_window(event, event.ak4, number, what, channels=LAYERS_SHOWN, border="pad", hcal_upsampling="tile")
    return channel_sheet(window, over, scale=2, across=5)


def egamma_sheet(photon: Event, electron: Event) -> Canvas:
    """A photon and an electron in 32 x 32 crystals."""
    channels, scale = ("EBEnergy", "EBTime", "ECALEnergyT", "TracksPt"), 9
    size = 32 * scale
    canvas = Canvas(
        LEFT + len(channels) * (size + EDGE) - LEFT,
        HEAD + 2 * (2 * TOP + size + BELOW),
        "Photon and electron in the barrel, 32 x 32 crystals",
    )
    for number, (event, objects) in enumerate(((photon, "photons"), (electron, "electrons"))):
        top = HEAD + 2 * TOP + number * (2 * TOP + size + BELOW)
        title, frames = _crystal_window(event, objects, channels)
        canvas.text(LEFT, top - 1.3 * TOP, title, size=USUAL, va="bottom")
        for column, name in enumerate(channels):
            channel(canvas, (LEFT + column * (size + EDGE), top), name, frames.pixels[0, column], 1, scale)
    return canvas


def _crystal_window(event: Event, objects: Any, channels: tuple[str, ...]) -> tuple[str, Windows]:
    """Windows around the photons or electrons of an event, the leading first, and a title for that."""
    producer = EGFrameProducer(objects=objects, channels=channels, min_pt=20.0)
    _, frames = producer.produce(event.photons, event.electrons, event.super_cluster_hits, event.inputs)
    found = event.photons if objects == "photons" else event.electrons
    pt, eta = (float(found.flat(name)[frames.owner[0]]) for name in ("pt", "eta"))
    return rf"{event.title}: {objects.removesuffix('s')}, $p_T$ = {pt:.0f} GeV, $\eta$ = {eta:.2f}", frames


def resampling_sheet(event: Event) -> Canvas:
    """ECAL endcaps and HCAL towers around a jet in an endcap, in all ways to make pixels of them."""
    number, scale = leading(event.ak8, 2.2, 1.7), 3
    ways = {
        "ECAL": [("eeResampling = " + how, {"ee_resampling": how}) for how in ("none", "conserving", "legacy")],
        "HCAL": [("hcalUpsampling = " + how, {"hcal_upsampling": how}) for how in ("share", "tile")],
    }
    size = 125 * scale
    title = ""
    panels: list[tuple[str, list[tuple[str, Array]]]] = []
    for name, several in ways.items():
        windows = [
            (text, jet_window(event, event.ak8, number, channels=(name,), border="pad", **how)) for text, how in several
        ]
        title = windows[0][1].title
        panels.append((name, [(text, window.pixels[0]) for text, window in windows]))
    canvas = Canvas(3 * (size + EDGE), HEAD + 2 * (TOP + size + BELOW), title)
    for down, (name, pictures) in enumerate(panels):
        style = colours(np.stack([picture for _, picture in pictures]), name)
        for across, (text, picture) in enumerate(pictures):
            place = LEFT + across * (size + EDGE), HEAD + TOP + down * (TOP + size + BELOW)
            channel(canvas, place, name, picture, 1, scale, style, f"{name}, {text}")
    return canvas
