"""The table of layers as text, for `e2efw plugin-help`."""

from e2efw.framework.modules import HelpTable
from e2efw.framework.parameters import camel_case
from frameproducers.layers import HIT_VIEWS, LAYERS, SELECTIONS, TRACK_GRIDS, TRACK_PROJECTIONS


def layer_tables() -> list[HelpTable]:
    """Every layer that is no variant of another, and what the suffixes of the others mean."""
    variants: dict[str, dict[str, None]] = {}
    for rule in LAYERS.values():
        variants.setdefault(rule.base, {}).update(dict.fromkeys(rule.suffixes))
    headings = "layer", "made of", "shape", "unit", "fill", "drawn at", "variants"
    rows = [
        (
            rule.name,
            ", ".join(map(camel_case, rule.source.value)),
            f"{rule.grid.rows} x {rule.grid.columns}",
            rule.unit,
            rule.fill,
            rule.projection,
            " ".join(variants[rule.name]),
        )
        for rule in LAYERS.values()
        if not rule.suffixes
    ]
    meanings = {
        **{suffix: doc for suffix, (_, doc) in SELECTIONS.items()},
        **{suffix: f"{projection.name}: {projection.doc}" for suffix, projection in TRACK_PROJECTIONS.items()},
        **{suffix: doc for suffix, (_, doc) in HIT_VIEWS.items()},
        **{suffix: doc for suffix, (_, doc) in TRACK_GRIDS.items()},
    }
    suffixes = [(suffix, meaning) for suffix, meaning in meanings.items() if suffix]
    return [
        HelpTable("Layers (leading: the value of the track with most pt, of the hit with most energy)", headings, rows),
        HelpTable(
            "Variants: suffixes in this order, at most one of a kind (TracksPt_PV_atHCAL_3x3)",
            ("suffix", "meaning"),
            suffixes,
        ),
    ]
