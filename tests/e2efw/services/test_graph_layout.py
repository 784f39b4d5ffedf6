"""Modules of a graph stand in columns, arrows pass between them."""

from hypothesis import given
from hypothesis import strategies as st

from e2efw.services.graph_layout import GAP_HEIGHT, laid_out


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Levels without gaps in their numbers, and edges that go up."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    levels = {f"m{level}{row}": level for level, size in enumerate(sizes) for row in range(size)}
    pairs = [(one, other) for one in levels for other in levels if levels[one] < levels[other]]
    return levels, draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []


@given(graphs())
def test_nothing_lies_on_anything_else(graph: tuple[dict[str, int], list[tuple[str, str]]]) -> None:
    levels, edges = graph
    layout = laid_out(levels, edges)
    assert {label: point[0] for label, point in layout.modules.items()} == levels
    for (maker, reader), points in layout.routes.items():
        assert points[0] == layout.modules[maker]
        assert points[-1] == layout.modules[reader]
        assert [x for x, _ in points] == list(range(levels[maker], levels[reader] + 1))
        for x, y in points[1:-1]:
            others = [other for label, (column, other) in layout.modules.items() if column == x]
            assert all(abs(y - other) > (1 + GAP_HEIGHT) / 2 - 1e-9 for other in others)
    for label, (column, y) in layout.modules.items():
        assert abs(y) <= layout.height / 2
        assert all(
            abs(y - other) > 1 - 1e-9
            for neighbour, (same, other) in layout.modules.items()
            if same == column and neighbour != label
        )


def test_two_chains_do_not_cross() -> None:
    levels = {"a": 0, "b": 0, "y": 1, "x": 1}
    layout = laid_out(levels, [("a", "x"), ("b", "y")])
    above = {label: y for label, (_, y) in layout.modules.items()}
    assert (above["a"] > above["b"]) == (above["x"] > above["y"])
