"""A module ready to run: from the products of a block to the call of its function and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from e2efw.framework.blocks import Block
from e2efw.framework.modules import Module
from e2efw.framework.schema import Schema
from e2efw.framework.tags import ProductKey
from e2efw.framework.transitions import Surroundings

Events: TypeAlias = NDArray[np.int64]
"""Ascending positions in a block."""
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Worker:
    """A module ready to run.

    Args:
        inputs: keys of the products it consumes, by name; None for an optional one that nobody has.
        outputs: keys of what it makes, by position in what `produce` returns.
        state: what its `begin_job` returned.
        surroundings: streams, runs, luminosity blocks and records; None if it wants to know nothing of them.
    """

    label: str
    module: Module
    schema: Schema
    inputs: Mapping[str, ProductKey | None]
    outputs: Sequence[ProductKey]
    state: Any
    surroundings: Surroundings | None = None

    @cached_property
    def optional(self) -> Sequence[str]:
        """Names of the inputs that it can do without."""
        needed = self.module.needed_products()
        return [
            name
            for name, consumed in self.schema.consumes.items()
            if consumed.optional and name not in needed and self.inputs.get(name) is not None
        ]

    @cached_property
    def required(self) -> Sequence[ProductKey]:
        """Keys of the inputs that it cannot do without."""
        return [key for name, key in self.inputs.items() if key is not None and name not in self.optional]

    @property
    def is_filter(self) -> bool:
        """True if it decides."""
        return self.schema.function == "filter"

    def run(self, block: Block, events: Events) -> Mask | None:
        """Run for these events of the block; products go into the block, a filter's decisions are returned.

        Events that lack different optional products are processed apart: the function gets None for those lacking. So
        are events of different runs and the like, if the module wants to know of them.
        """
        if self.surroundings is None:
            return self._run_groups(block, events, {})
        decisions = [
            self._run_groups(block, piece, self.surroundings.arguments(block.ids, int(piece[0])))
            for piece in self.surroundings.pieces(block.ids, events)
        ]
        return np.concatenate([some for some in decisions if some is not None]) if self.is_filter else None

    def _run_groups(self, block: Block, events: Events, more: Mapping[str, Any]) -> Mask | None:
        """Run for events with equal surroundings."""
        inputs = self.inputs
        if all(block.has(self.inputs[name], events).all() for name in self.optional):
            return self._run(block, events, inputs, more)
        decisions = np.zeros(events.size, np.bool_)
        for lacking, which in self._groups(block, events):
            some = self._run(block, events[which], {**inputs, **dict.fromkeys(lacking)}, more)
            if some is not None:
                decisions[which] = some
        return decisions if self.is_filter else None

    def _groups(self, block: Block, events: Events) -> Iterator[tuple[Sequence[str], Events]]:
        """Events by the optional products they lack."""
        pattern = np.zeros(events.size, np.int64)
        for bit, name in enumerate(self.optional):
            pattern |= (~block.has(self.inputs[name], events)).astype(np.int64) << bit
        for value in np.unique(pattern):
            lacking = [name for bit, name in enumerate(self.optional) if value >> bit & 1]
            yield lacking, np.flatnonzero(pattern == value)

    def _run(
        self, block: Block, events: Events, inputs: Mapping[str, ProductKey | None], more: Mapping[str, Any]
    ) -> Mask | None:
        products = {name: None if key is None else block.get(key, events) for name, key in inputs.items()}
        arguments = self.schema.arguments(products) | dict(more)
        if self.schema.ids_argument:
            arguments[self.schema.ids_argument] = block.ids if events.size == len(block) else block.ids.take(events)
        for name, transition in self.schema.states.items():
            if transition == "job":
                arguments[name] = self.state
        returned = getattr(self.module, self.schema.function)(**arguments)
        if self.is_filter:
            return self._decisions(returned, events.size)
        made = returned if self.schema.several else (returned,)
        for product, expected in zip(made, self.schema.produces.values(), strict=False):
            if not isinstance(product, expected) or len(product) != events.size:
                raise LogicError(
                    f"made {type(product).__name__} instead of {expected.__name__} for {events.size} events."
                )
        for key, product in zip(self.outputs, made, strict=False):
            block.put(key, product, events)
        return None

    @staticmethod
    def _decisions(returned: Any, n_events: int) -> Mask:
        decisions = np.asarray(returned)
        if decisions.shape != (n_events,) or decisions.dtype != np.bool_:
            raise LogicError(f"a filter returns ({n_events},) bool, not {decisions.shape} {decisions.dtype}.")
        return decisions
