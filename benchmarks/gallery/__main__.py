"""Draw the gallery.

    python -m benchmarks.gallery [-o FOLDER] [--only NAME ...] [--real FILE ...]

Simulates some hundred events with fixed seeds and draws those that show most. `--real` adds a sheet of the hardest
event of each EDM file of data, beside a simulated one.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.gallery.canvas import Canvas
from benchmarks.gallery.events import Gallery, of_file
from benchmarks.gallery.overlay import event_sheet
from benchmarks.gallery.sheets import LAYER_SHEETS, REAL, Sheet
from benchmarks.gallery.whole import layer_sheet, variant_sheet
from benchmarks.gallery.windows import egamma_sheet, fine_jet_sheet, jet_sheet, resampling_sheet, tau_sheet

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "gallery"


def drawings(gallery: Gallery, real: Sequence[Path] = ()) -> dict[str, Callable[[], Canvas]]:
    """How each picture is drawn, by the name of its file; nothing is simulated before one is.

    Args:
        gallery: the events.
        real: files of data, for the sheet that compares.
    """
    found: dict[str, Callable[[], Canvas]] = {
        "events": lambda: event_sheet(gallery.usual, "Tracks, ECAL and HCAL of simulated events"),
        "jet_windows": lambda: jet_sheet(gallery.ttbar),
        "jet_windows_3x3": lambda: fine_jet_sheet(gallery.ttbar),
        "tau_window": lambda: tau_sheet(gallery.tau),
        "egamma_windows": lambda: egamma_sheet(gallery.photon, gallery.electron),
        "resampling": lambda: resampling_sheet(gallery.forward),
        **{sheet.name: partial(_layers, sheet, gallery) for sheet in LAYER_SHEETS},
        "variants": lambda: variant_sheet(gallery.ttbar),
    }
    if real:
        found[REAL.name] = lambda: layer_sheet(REAL, [gallery.as_in_2012, *map(of_file, real)])
    return found


def _layers(sheet: Sheet, gallery: Gallery) -> Canvas:
    return layer_sheet(sheet, gallery.usual)


def main() -> None:
    """Simulate, draw, say what was written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gallery", description="Pictures of simulated events.")
    parser.add_argument("-o", "--output", type=Path, default=FOLDER, metavar="FOLDER", help="for pictures")
    parser.add_argument("--only", action="append", metavar="NAME", help="leave out the other pictures")
    parser.add_argument("--real", type=Path, nargs="+", default=(), metavar="FILE", help="EDM files of data")
    given = parser.parse_args()
    if not given.real:
        print(f"{REAL.name}.png is left out: it needs files of data (--real FILE ...).", file=sys.stderr)
    given.output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        sheets = drawings(Gallery(Path(folder)), given.real)
        if unknown := set(given.only or ()) - set(sheets):
            parser.error(f"no picture {', '.join(sorted(unknown))}; there are: {', '.join(sheets)}")
        for name in given.only or sheets:
            path = given.output / f"{name}.png"
            sheets[name]().save(path)
            print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
