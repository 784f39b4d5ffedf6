"""The first model: jet mass and transverse momentum straight from the calorimeters, computed instead of trained.

Every pixel stands for a massless particle with the pixel's ECAL and HCAL energy, flying in the direction of its centre.
Two steps:

1. Pixels within 0.8 (the radius of AK8 jets) of the window's centre, weighted with their transverse energy, give the
   jet's axis. The centre is the hottest tower near the jet and may be off the axis by more than a subjet.
2. The four-momenta of the pixels within 0.8 of that axis are added up.

A window without energy has pt 0 and mass 0. What lies outside the window is not seen: an axis further than about 0.28
from the centre loses the far edge of its cone.

The graph runs in float32, where E^2 - p^2 of a jet with pt 500 GeV and mass 20 GeV would lose three of seven digits,
and more than four at |eta| 2.5. So the sums are taken relative to the axis, where everything is small: with deta and
dphi from the axis,

    S = sum et,  A = sum et (cosh deta - 1),  B = sum et sinh deta,  C = sum et (1 - cos dphi),  D = sum et sin dphi
    pt^2 = (S - C)^2 + D^2,  mass^2 = (A + C)(2 S + A - C) - B^2 - D^2

and cosh x - 1 = 2 sinh^2(x/2), 1 - cos x = 2 sin^2(x/2): boosts along the beam and turns about it leave a mass alone.

The graph is memory bound: the (N, 125, 125) intermediates are the energy, and a mask and a masked energy per cone; all
weights factorise into rows and columns and are applied as small matrix products.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS, PIXEL_ETA_CENTER
from taggers.bundle import Card, ModelInput, ModelOutput
from taggers.onnx_backend import PIXELS_INPUT
from taggers.onnx_graph import GraphBuilder

NAME: Final = "calorimetric_baseline"
WINDOW: Final = 125
"""Pixels along either side; the centre is the one in the middle."""
CONE: Final = 0.8
"""Radius of the cone, the distance parameter of AK8 jets."""
OPSET: Final = 17
IR_VERSION: Final = 8
"""ONNX file format that belongs to opset 17: every ONNX Runtime since 1.12 reads it."""
_TINY: Final = 1e-20
"""GeV; keeps the axis of an empty window where its centre is."""

CARD: Final = Card(
    name=NAME,
    version="1",
    task="mass and transverse momentum of large-radius jets",
    input=ModelInput(channels=("ECAL", "HCAL"), window=(WINDOW, WINDOW), unit="GeV", extra=("row",)),
    outputs=(
        ModelOutput("mass", "GeV", "mass of the calorimeter energy within 0.8 of the jet's axis"),
        ModelOutput("pt", "GeV", "transverse momentum of the same"),
    ),
    opset=OPSET,
    made_by="e2efw model build-baseline --output calorimetric_baseline",
    training="none: four-momenta of the pixels are added up, see taggers/calorimetric_baseline.py",
)


def build_model() -> bytes:
    """The graph; the same bytes every time.

    Inputs: frames (N, 2, 125, 125) float32, ECAL and HCAL in GeV; row (N,) int64, stitched row of the centre.
    Outputs: mass (N,) and pt (N,) float32, GeV.

    Raises:
        MissingDependencyError: the library that writes ONNX graphs is not installed.
    """
    graph = GraphBuilder()
    axis_1 = graph.constant(np.array([1]))
    energy = graph.op("ReduceSum", PIXELS_INPUT, axis_1, keepdims=0)
    eta, centre_eta = _row_eta(graph, axis_1)
    et_per_energy = graph.op("Reciprocal", graph.op("Cosh", eta))

    deta = graph.op("Sub", eta, centre_eta)
    dphi = graph.constant(_column_dphi()[np.newaxis])
    inside = _cone(graph, energy, deta, dphi)
    sums = _weighted_sums(graph, inside, et_per_energy, [deta], [dphi])
    scale = graph.op("Max", sums[0, 0], graph.constant(np.float32(_TINY)))

    deta = graph.op("Sub", deta, graph.op("Div", sums[1, 0], scale))
    dphi = graph.op("Sub", dphi, graph.op("Div", sums[0, 1], scale))
    inside = _cone(graph, energy, deta, dphi)
    along_eta = [_twice_square_of_half(graph, "Sinh", deta), graph.op("Sinh", deta)]
    along_phi = [_twice_square_of_half(graph, "Sin", dphi), graph.op("Sin", dphi)]
    sums = _weighted_sums(graph, inside, et_per_energy, along_eta, along_phi)
    _mass_and_pt(graph, *(sums[key] for key in ((0, 0), (1, 0), (2, 0), (0, 1), (0, 2))))
    return _serialised(graph)


def _column_dphi() -> NDArray[np.float32]:
    """(125,) azimuth in rad of the window's columns from its centre, which are equally wide wherever it is."""
    return ((np.arange(WINDOW) - WINDOW // 2) * (2 * np.pi / COLUMNS)).astype(np.float32)


def _row_eta(graph: GraphBuilder, axis_1: str) -> tuple[str, str]:
    """(N, 125) eta of the window's rows, (N, 1) of its centre; rows beyond the picture take its last eta."""
    table = graph.constant(PIXEL_ETA_CENTER.astype(np.float32))
    centre = graph.op("Unsqueeze", "row", axis_1)
    rows = graph.op("Add", centre, graph.constant(np.arange(WINDOW)[np.newaxis] - WINDOW // 2))
    rows = graph.op("Clip", rows, graph.constant(np.int64(0)), graph.constant(np.int64(PIXEL_ETA_CENTER.size - 1)))
    return graph.op("Gather", table, rows), graph.op("Gather", table, centre)


def _cone(graph: GraphBuilder, energy: str, deta: str, dphi: str) -> str:
    """(N, 125, 125) energy, zero outside the cone: in every row the cone is an interval, dphi^2 < R^2 - deta^2."""
    room = graph.op("Sub", graph.constant(np.float32(CONE**2)), graph.op("Mul", deta, deta))
    room = graph.op("Unsqueeze", room, graph.constant(np.array([2])))
    dphi_squared = graph.op("Unsqueeze", graph.op("Mul", dphi, dphi), graph.constant(np.array([1])))
    mask = graph.op("Less", dphi_squared, room)
    return graph.op("Mul", energy, graph.op("Cast", mask, to=1))  # twice as fast as Where


def _twice_square_of_half(graph: GraphBuilder, function: str, angle: str) -> str:
    """2 f(x/2)^2: cosh x - 1 for Sinh, 1 - cos x for Sin, without cancellation."""
    half = graph.op(function, graph.op("Mul", angle, graph.constant(np.float32(0.5))))
    return graph.op("Mul", graph.op("Mul", half, half), graph.constant(np.float32(2)))


def _weighted_sums(
    graph: GraphBuilder, energy: str, et_per_energy: str, of_rows: list[str], of_columns: list[str]
) -> dict[tuple[int, int], str]:
    """(N, 1) sums of et times a weight per row times a weight per column.

    Args:
        energy: (N, 125, 125).
        et_per_energy: (N, 125) of each row.
        of_rows: (N, 125) weights.
        of_columns: (N, 125) or (1, 125) weights.

    Returns:
        The sums by position of the row weight and of the column weight, counted from 1; 0 is no weight.
    """
    axis_1, axis_2 = graph.constant(np.array([1])), graph.constant(np.array([2]))
    rows = [et_per_energy, *(graph.op("Mul", et_per_energy, weight) for weight in of_rows)]
    one = graph.op("Expand", graph.constant(np.float32(1)), graph.op("Shape", of_columns[0]))
    columns = [one, *of_columns]
    row_matrix = graph.op("Concat", *(graph.op("Unsqueeze", weight, axis_1) for weight in rows), axis=1)
    column_matrix = graph.op("Concat", *(graph.op("Unsqueeze", weight, axis_2) for weight in columns), axis=2)
    sums = graph.op("MatMul", graph.op("MatMul", row_matrix, energy), column_matrix)
    flat = graph.op("Reshape", sums, graph.constant(np.array([-1, len(rows) * len(columns)])))
    wanted = [(row, 0) for row in range(len(rows))] + [(0, column) for column in range(1, len(columns))]
    return {
        (row, column): graph.op("Gather", flat, graph.constant(np.array([row * len(columns) + column])), axis=1)
        for row, column in wanted
    }


def _mass_and_pt(graph: GraphBuilder, s: str, a: str, b: str, c: str, d: str) -> None:
    """The outputs from the five sums of the module's docstring, each (N, 1)."""
    axis_1 = graph.constant(np.array([1]))
    b_squared, d_squared = graph.op("Mul", b, b), graph.op("Mul", d, d)
    transverse = graph.op("Sub", s, c)
    pt_squared = graph.op("Add", graph.op("Mul", transverse, transverse), d_squared)
    other = graph.op("Sub", graph.op("Add", graph.op("Add", s, s), a), c)
    mass_squared = graph.op("Mul", graph.op("Add", a, c), other)
    mass_squared = graph.op("Sub", graph.op("Sub", mass_squared, b_squared), d_squared)
    mass_squared = graph.op("Max", mass_squared, graph.constant(np.float32(0)))
    for name, squared in (("mass", mass_squared), ("pt", pt_squared)):
        graph.op("Squeeze", graph.op("Sqrt", squared), axis_1, output=name)


def _serialised(graph: GraphBuilder) -> bytes:
    """The checked model."""
    helper, kinds = graph.onnx.helper, graph.onnx.TensorProto
    value = helper.make_tensor_value_info
    inputs = [value(PIXELS_INPUT, kinds.FLOAT, ["N", 2, WINDOW, WINDOW]), value("row", kinds.INT64, ["N"])]
    outputs = [value(name, kinds.FLOAT, ["N"]) for name in ("mass", "pt")]
    content = helper.make_graph(graph.nodes, NAME, inputs, outputs, graph.tensors)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(content, opset_imports=opsets, ir_version=IR_VERSION, producer_name="e2efw")
    graph.onnx.checker.check_model(model, full_check=True)
    written: bytes = model.SerializeToString(deterministic=True)
    return written
