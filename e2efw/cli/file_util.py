"""`e2efw file-util`: files in numbers."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import typer

from e2efw.cli.printing import print_json, print_table
from e2efw.io.integrity import checked
from e2efw.io.inventory import Inventory
from e2efw.io.product_sizes import ProductSize, product_sizes
from e2efw.io.root_file import open_events

_PIECE: Final = 1 << 20
"""Bytes that are read together."""


class Wish(NamedTuple):
    """What is told of a file beside its sums.

    Args:
        events: run, lumi and event of every entry.
        events_in_lumis: the number of events of each luminosity block.
        branches: every product with its bytes.
        adler32: the checksum that grid tools compare; of local files only.
        check: whether the file is what was written; an error if it is not.
    """

    events: bool = False
    events_in_lumis: bool = False
    branches: bool = False
    adler32: bool = False
    check: bool = False


def print_files(files: Sequence[str], wish: Wish, *, as_json: bool) -> None:
    """Print ``name (runs, lumis, events, bytes)`` of every file, then what else is wanted.

    Raises:
        FileOpenError: there is no such file; names the nearest.
        FileReadError: it is corrupt or holds no events.
    """
    told = []
    for file in files:
        with open_events(file) as opened:
            inventory = Inventory.of_open(opened)
            sizes = product_sizes(opened) if wish.branches else []
        checksum = _adler32(inventory) if wish.adler32 else ""
        verdict = {"as_written": checked(file) or None} if wish.check else {}
        if as_json:
            beside = {**({"adler32": checksum} if checksum else {}), **verdict}
            told.append(_data(inventory, sizes, events=wish.events) | beside)
            continue
        _print_summary(inventory, checksum)
        if wish.check:
            typer.echo("  as written" if verdict["as_written"] else "  has no checksum of its content")
        if wish.events:
            _print_events(inventory)
        if wish.events_in_lumis:
            rows = [
                (str(run), str(lumi), str(count))
                for run, lumis in inventory.lumis.items()
                for lumi, count in lumis.items()
            ]
            print_table(("Run", "Lumi", "# Events"), rows, right=("Run", "Lumi", "# Events"))
        if wish.branches:
            rows = [(str(size.name), str(size.uncompressed), str(size.compressed)) for size in sizes]
            print_table(("Branch", "bytes", "compressed"), rows, right=("bytes", "compressed"))
    if as_json:
        print_json(told)


def _adler32(inventory: Inventory) -> str:
    """Eight hexadecimal digits; empty if the file is far away."""
    if inventory.n_bytes < 0:
        return ""
    found = 1
    with Path(inventory.path).open("rb") as stream:
        while piece := stream.read(_PIECE):
            found = zlib.adler32(piece, found)
    return f"{found:08x}"


def _print_summary(inventory: Inventory, checksum: str) -> None:
    lumis = inventory.lumis
    n_lumis = sum(map(len, lumis.values()))
    typer.echo(
        f"{inventory.path} ({len(lumis)} runs, {n_lumis} lumis, {len(inventory.ids)} events, {inventory.n_bytes} bytes"
        f"{f', adler32 {checksum}' if checksum else ''})"
    )


def _print_events(inventory: Inventory) -> None:
    ids = inventory.ids
    rows = [
        (str(run), str(lumi), str(event), str(entry))
        for entry, (run, lumi, event) in enumerate(
            zip(ids.run.tolist(), ids.lumi.tolist(), ids.event.tolist(), strict=True)
        )
    ]
    headings = ("Run", "Lumi", "Event", "TTree Entry")
    print_table(headings, rows, right=headings)


def _data(inventory: Inventory, sizes: Sequence[ProductSize], *, events: bool) -> dict[str, Any]:
    lumis = inventory.lumis
    data: dict[str, Any] = {
        "file": inventory.path,
        "runs": len(lumis),
        "lumis": sum(map(len, lumis.values())),
        "events": len(inventory.ids),
        "bytes": inventory.n_bytes,
        "real_data": inventory.real_data,
        "events_in_lumis": lumis,
    }
    if events:
        ids = inventory.ids
        data["ids"] = list(zip(ids.run.tolist(), ids.lumi.tolist(), ids.event.tolist(), strict=True))
    if sizes:
        data["branches"] = {
            str(size.name): {"bytes": size.uncompressed, "compressed": size.compressed} for size in sizes
        }
    return data
