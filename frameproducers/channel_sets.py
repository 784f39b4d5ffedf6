"""The named sets of channels as text, for `e2efw plugin-help`."""

from dataformats.channels import CHANNEL_SETS, MARK
from e2efw.framework.modules import HelpTable
from frameproducers.layers import LAYERS


def channel_set_table() -> HelpTable:
    """Every set with its channels; those that no layer provides are in brackets."""
    rows = [
        (
            MARK + entry.name,
            " ".join(channel if channel in LAYERS else f"({channel})" for channel in entry.channels),
            " x ".join(map(str, entry.window)),
            entry.source,
        )
        for entry in CHANNEL_SETS.values()
    ]
    return HelpTable("Sets of channels (in brackets: not offered yet)", ("set", "channels", "window", "source"), rows)
