"""Networks on graphs against loops over nodes; filling, order and batches do not matter; ONNX says the same."""

from typing import Any

import numpy as np
import onnxruntime
import pytest

from e2efw.errors import ConfigurationError

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

from taggers.training.exporting import to_onnx  # noqa: E402 (needs torch)
from taggers.training.networks import describe, network  # noqa: E402
from taggers.training.networks.graph_layers import (  # noqa: E402
    EdgeConv,
    GraphAttention,
    MaskedNorm,
    SageConv,
    max_of,
    mean_of,
    nearest_nodes,
)
from taggers.training.networks.module import nn  # noqa: E402

SMALL: dict[str, dict[str, Any]] = {
    "dgcnn": {"sizes": ((8, 8), (6,)), "hidden": 8, "dropout": 0.0},
    "gat": {"hidden": 4, "heads": 2, "layers": 2},
    "graphsage": {"hidden": 8, "layers": 2},
}
CASES = [*SMALL.items(), ("dgcnn", {**SMALL["dgcnn"], "dynamic": True, "k": 3})]


def graphs(counts: list[int], features: int = 4, k: int = 3, spare: int = 0) -> dict[str, Any]:
    """Graphs of so many nodes with random features, linked to their first neighbours, themselves included."""
    generator = torch.Generator().manual_seed(5)
    deep = max(counts) + spare
    nodes = torch.zeros(len(counts), deep, features)
    neighbours = torch.full((len(counts), deep, k), -1)
    for graph, count in enumerate(counts):
        nodes[graph, :count] = torch.rand(count, features, generator=generator)
        for node in range(count):
            linked = (node + torch.arange(min(k, count))) % count
            neighbours[graph, node, : len(linked)] = linked
    return {"nodes": nodes, "neighbours": neighbours, "n_nodes": torch.tensor(counts)}


def settled(module: Any, inputs: dict[str, Any]) -> Any:
    """The module as it judges, with normalisations that have seen these graphs."""
    for part in module.modules():
        if isinstance(part, MaskedNorm):
            part.momentum = 1.0
    with torch.no_grad():
        module.train()(*inputs.values())
    return module.eval()


def relu_norm(norm: Any, value: Any) -> Any:
    return torch.relu(norm(value[None], torch.ones(1, dtype=torch.bool))[0])


def test_an_edge_convolution_is_dense_layers_on_node_and_difference() -> None:
    torch.manual_seed(1)
    given = graphs([4, 2])
    x, neighbours = given["nodes"], given["neighbours"]
    layer = EdgeConv(4, (6, 5)).eval()
    layer.norm.running_mean += 0.1
    layer.inner[0].norm.running_var += 0.7
    found = layer(x, neighbours)
    for graph, node in ((0, 0), (0, 3), (1, 1)):
        edges = []
        for other in neighbours[graph, node]:
            if other >= 0:
                both = torch.cat([x[graph, node], x[graph, other] - x[graph, node]])
                inner = relu_norm(layer.norm, layer.first.weight @ both)
                edges.append(relu_norm(layer.inner[0].norm, layer.inner[0].dense(inner)))
        expected = torch.relu(torch.stack(edges).amax(0) + layer.shortcut(x[graph, node]))
        torch.testing.assert_close(found[graph, node], expected)


def test_attention_weighs_neighbours_head_by_head() -> None:
    torch.manual_seed(1)
    given = graphs([4, 2])
    x, neighbours = given["nodes"], given["neighbours"]
    layer = GraphAttention(4, 3, heads=2)
    found = layer(x, neighbours)
    for graph, node in ((0, 2), (1, 0)):
        others = [other for other in neighbours[graph, node] if other >= 0]
        for head in range(2):
            part = slice(3 * head, 3 * head + 3)
            own = layer.dense(x[graph, node])[part]
            made = [layer.dense(x[graph, other])[part] for other in others]
            fits = [
                nn.functional.leaky_relu(layer.of_node[head] @ own + layer.of_neighbour[head] @ one, 0.2)
                for one in made
            ]
            weights = torch.softmax(torch.stack(fits), dim=0)
            expected = sum(weight * one for weight, one in zip(weights, made, strict=True)) + layer.bias[part]
            torch.testing.assert_close(found[graph, node, part], expected)


def test_sage_takes_the_mean_of_the_neighbours_to_length_one() -> None:
    torch.manual_seed(1)
    given = graphs([4, 2])
    x, neighbours = given["nodes"], given["neighbours"]
    layer = SageConv(4, 3)
    found = layer(x, neighbours)[1, 0]
    near = torch.stack([x[1, other] for other in neighbours[1, 0] if other >= 0]).mean(0)
    expected = layer.of_node(x[1, 0]) + layer.of_neighbours(near)
    torch.testing.assert_close(found, expected / expected.norm())


def test_means_and_maxima_are_of_what_is_there() -> None:
    values = torch.tensor([[[1.0], [3.0], [9.0]], [[-2.0], [-4.0], [9.0]], [[5.0], [5.0], [5.0]]])
    there = torch.tensor([[True, True, False], [True, True, False], [False, False, False]])
    assert mean_of(values, there)[:, 0].tolist() == [2.0, -3.0, 0.0]
    assert max_of(values, there)[:, 0].tolist() == [3.0, -2.0, 0.0]


def test_nearest_nodes_are_those_of_a_sort_by_distance() -> None:
    given = graphs([6, 2])
    there = torch.tensor([[True] * 6, [True] * 2 + [False] * 4])
    found = nearest_nodes(given["nodes"], there, 3)
    for node in range(6):
        distances = [float((given["nodes"][0, node] - other).square().sum()) for other in given["nodes"][0]]
        assert found[0, node].tolist() == sorted(range(6), key=distances.__getitem__)[:3]
    assert sorted(found[1, 0].tolist()) == [-1, 0, 1]
    assert (found[1, 2:] == -1).all()


@pytest.mark.parametrize(("name", "options"), CASES)
def test_filling_and_company_and_order_of_nodes_do_not_matter(name: str, options: dict[str, Any]) -> None:
    torch.manual_seed(1)
    given = graphs([5, 1, 3, 0])
    made = settled(network(name, 4, (1, 1), 2, **options), given)
    with torch.no_grad():
        expected = made(*given.values())
        wider = made(*graphs([5, 1, 3, 0], spare=4).values())
        alone = made(*(values[2:3] for values in given.values()))
        order = torch.tensor([2, 0, 1, 3, 4])
        new_place = torch.argsort(order)
        nodes, neighbours = given["nodes"][2:3, order], given["neighbours"][2:3, order]
        turned = made(nodes, torch.where(neighbours < 0, -1, new_place[neighbours]), given["n_nodes"][2:3])
    assert torch.isfinite(expected).all()
    for found, wanted in ((wider, expected), (alone, expected[2:3]), (turned, expected[2:3])):
        torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_every_weight_has_a_slope_and_filling_teaches_nothing(name: str, options: dict[str, Any]) -> None:
    torch.manual_seed(1)
    made = network(name, 4, (1, 1), 2, **options)
    made(*graphs([5, 4, 3, 6]).values()).square().sum().backward()
    slopes = [parameter.grad.clone() for parameter in made.parameters()]
    assert all(torch.isfinite(slope).all() for slope in slopes)
    made.zero_grad()
    made(*graphs([5, 4, 3, 6], spare=3).values()).square().sum().backward()
    for parameter, slope in zip(made.parameters(), slopes, strict=True):
        torch.testing.assert_close(parameter.grad, slope, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_graphs_are_judged_as_in_torch_in_batches_of_any_size(name: str, options: dict[str, Any]) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
    torch.manual_seed(1)
    given = graphs([5, 1, 0, 7, 3, 2, 6])
    made = settled(network(name, 4, (1, 1), 2, **options), given)
    example = {wanted: given[wanted][:2] for wanted in made.inputs}
    model = to_onnx(made, example, ("said",), free_axes=made.free_axes)
    alone = onnxruntime.SessionOptions()
    alone.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, alone, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = made(*given.values()).numpy()
    for size in (0, 1, 3, 7):
        deep = max([1, *given["n_nodes"][:size].tolist()])
        part = {wanted: values[:size].numpy() for wanted, values in given.items()}
        part |= {wanted: part[wanted][:, :deep] for wanted in ("nodes", "neighbours")}
        np.testing.assert_allclose(session.run(None, part)[0], expected[:size], rtol=1e-4, atol=1e-4)


def test_sizes_that_make_no_network_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="should have layers"):
        network("dgcnn", 4, (1, 1), 1, sizes=((8,), ()))
    with pytest.raises(ConfigurationError, match="reads nodes, neighbours, n_nodes: edges are found in frames only"):
        network("gat", 4, (1, 1), 1, edges=("sobel",))
    assert describe("graphsage", 10, (125, 125), 1).parameters == 2 * 10 * 512 + 4 * 512**2 + 9 * 512 + 1025
