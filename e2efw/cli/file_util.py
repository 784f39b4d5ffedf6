"""`e2efw file-util`: files in numbers."""

from collections.abc import Sequence
from typing import Any

import typer

from e2efw.cli.printing import print_json, print_table
from e2efw.io.inventory import Inventory
from e2efw.io.product_sizes import ProductSize, product_sizes
from e2efw.io.root_file import open_events


def print_files(files: Sequence[str], *, events: bool, events_in_lumis: bool, branches: bool, as_json: bool) -> None:
    """Print ``name (runs, lumis, events, bytes)`` of every file.

    Args:
        events: then run, lumi and event of every entry.
        events_in_lumis: then the number of events of each luminosity block.
        branches: then every product with its bytes.

    Raises:
        FileOpenError: there is no such file; names the nearest.
        FileReadError: it is corrupt or holds no events.
    """
    told = []
    for file in files:
        with open_events(file) as opened:
            inventory = Inventory.of_open(opened)
            sizes = product_sizes(opened) if branches else []
        if as_json:
            told.append(_data(inventory, sizes, events=events))
            continue
        _print_summary(inventory)
        if events:
            _print_events(inventory)
        if events_in_lumis:
            rows = [
                (str(run), str(lumi), str(count))
                for run, lumis in inventory.lumis.items()
                for lumi, count in lumis.items()
            ]
            print_table(("Run", "Lumi", "# Events"), rows, right=("Run", "Lumi", "# Events"))
        if branches:
            rows = [(str(size.name), str(size.uncompressed), str(size.compressed)) for size in sizes]
            print_table(("Branch", "bytes", "compressed"), rows, right=("bytes", "compressed"))
    if as_json:
        print_json(told)


def _print_summary(inventory: Inventory) -> None:
    lumis = inventory.lumis
    n_lumis = sum(map(len, lumis.values()))
    typer.echo(
        f"{inventory.path} ({len(lumis)} runs, {n_lumis} lumis, {len(inventory.ids)} events, {inventory.n_bytes} bytes)"
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
