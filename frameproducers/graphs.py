"""Point clouds and graphs around jets, for graph networks."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.channels import expanded_channels
from dataformats.frames import Seeds
from dataformats.graphs import (
    FEATURE_SETS,
    MAX_NODES,
    GraphNeighbours,
    GraphNodes,
    Graphs,
    GraphValues,
    neighbours_per_node,
)
from dataformats.jit import announced
from e2efw.framework.modules import EDProducer, HelpTable, JobContext, param
from frameproducers.channel_sets import channel_set_table
from frameproducers.entries import Inputs, layer_entries
from frameproducers.input_tags import LayerInputs
from frameproducers.jet_parameters import JetParameters
from frameproducers.layers import inputs_of, known_layers, unused_inputs
from frameproducers.points import Points, neighbours_of, points_of, seeded
from frameproducers.warm_up import event_without_hits
from frameproducers.windows import View, refuse_what_does_not_fit


class GraphProducts(NamedTuple):
    """What is made for jets; `dataformats.graphs.PointClouds` puts the last four together.

    Args:
        seeds: in step with the jets: the centre of each window, or why there is none.
        graphs: in step with the jets: nodes of each.
        nodes: where they are.
        values: what they hold.
        neighbours: which are near which.
    """

    seeds: Seeds
    graphs: Graphs
    nodes: GraphNodes
    values: GraphValues
    neighbours: GraphNeighbours


def _countable(value: int) -> str | None:
    return None if 1 <= value <= MAX_NODES else f"must be 1 to {MAX_NODES}"


class GraphProducer(EDProducer, LayerInputs, JetParameters):
    """Occupied cells of the window around each jet as nodes of a graph, linked to their nearest neighbours.

    The windows are those of JetFrameProducer. A tower of the HCAL is one node at its middle pixel with all of its
    energy; cells of several layers in one pixel are one node. Distances are those of pixels.
    """

    channels: tuple[str, ...] = param(
        ("TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL"),
        doc="channels of the nodes, in this order; @name for a set of them",
        check=known_layers,
        expand=expanded_channels,
    )
    features: Literal["top_gnn", "top_mass_gnn"] = param(
        "top_gnn",
        doc="which cells are nodes, and their position: top_gnn: any that is not 0, (pixel - middle) / middle before "
        "the channels; top_mass_gnn: sum of |value| above 1e-3, pixel / size behind the channels",
    )
    k: int = param(16, doc="neighbours of each node, itself included if it has a self loop", check=_countable)
    self_loops: bool = param(True, doc="every node is its own first neighbour")
    max_nodes: int = param(
        5000, doc="of these only the nodes with the most energy (sum of channels in GeV) stay", check=_countable
    )
    legacy_direction: bool = param(
        False,
        doc="put tracks at the direction of their momentum at the ECAL, as the public trainings did",
    )

    def __post_init__(self) -> None:
        """Also refuse windows that cannot be looked at."""
        super().__post_init__()
        refuse_what_does_not_fit("GraphProducer", self._view, self.border)

    def begin_job(self, job: JobContext) -> None:
        """Have the kernels ready before the first event."""
        del job
        with announced("e2efw.frameproducers"):
            self.produce(Jets.from_lists(pt=[[1e6]], eta=[[0]], phi=[[0]], mass=[[0]]), event_without_hits())

    def produce(self, jets: Jets, inputs: Inputs) -> GraphProducts:
        """A seed and a graph, maybe empty, for every jet."""
        seeds = self.seeds_of(jets, inputs.hbhe_hits, self._view)
        windows = seeded(seeds, self._view)
        busy, event = np.unique(windows.event, return_inverse=True)
        entries = layer_entries(self.channels, inputs.take(busy), legacy_direction=self.legacy_direction)
        points = points_of(
            entries,
            windows._replace(event=event),
            self._view,
            min_content=FEATURE_SETS[self.features].min_content,
            max_nodes=self.max_nodes,
        )
        neighbours = neighbours_of(points, self._view, self.k, self_loops=self.self_loops)
        return self._products(seeds, windows.chosen, points, neighbours)

    def needed_products(self) -> frozenset[str]:
        """What the channels are made of."""
        return inputs_of(self.channels)

    def unused_products(self) -> frozenset[str]:
        """What makes no difference to the channels."""
        return unused_inputs(self.channels)

    def describe(self) -> dict[str, dict[str, Any]]:
        """Window, channels, meaning of the features, edges."""
        return {
            "nodes": {"window": [self.height, self.width]},
            "values": {"channels": list(self.channels), "features": self.features},
            "neighbours": {"k": self.k, "self_loops": self.self_loops},
        }

    @classmethod
    def help_tables(cls) -> list[HelpTable]:
        """Sets of channels."""
        return [channel_set_table()]

    @property
    def _view(self) -> View:
        return View(self.channels, (self.height, self.width), legacy_direction=self.legacy_direction)

    def _products(
        self, seeds: Seeds, chosen: NDArray[np.bool_], points: Points, neighbours: NDArray[np.uint16]
    ) -> GraphProducts:
        """Nodes and edges by event instead of by window."""
        sizes, cut = np.zeros(chosen.size, np.int64), np.zeros(chosen.size, np.uint32)
        sizes[chosen], cut[chosen] = np.diff(points.offsets), points.n_cut
        edges = sizes * neighbours_per_node(sizes, self.k, self_loops=self.self_loops)
        node_offsets, edge_offsets = (
            np.concatenate([[0], np.cumsum(counts)])[seeds.offsets] for counts in (sizes, edges)
        )
        about = self.describe()
        place = {"row": points.place // self.width, "column": points.place % self.width}
        return GraphProducts(
            seeds,
            Graphs(seeds.offsets, n_nodes=sizes, n_cut=cut),
            GraphNodes(node_offsets, about=about["nodes"], **place),
            GraphValues(node_offsets * len(self.channels), about=about["values"], value=points.values.ravel()),
            GraphNeighbours(edge_offsets, about=about["neighbours"], neighbour=neighbours),
        )
