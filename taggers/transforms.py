"""What is done to the pixels before a network sees them: a small language in a model's card.

Files and frames hold GeV; a network was trained on something else. A transform says, channel by channel, what is done
and in which order::

    transform:
      applied_by: backend          # or graph: the network does it itself, nobody else must
      source: where the numbers come from
      channels:
        TracksPt: [{scale: 0.01}, {zero_suppress: 0.01}]
        TracksD0: [{scale: 0.1}, {zero_outside: {low: -1, high: 1}}]
        ECAL: [{standardise: {mean: 0.1, std: 2.0}}, {clip: {low: -500, high: 500}}, min_max]
        BPIX1: []                  # as it is

`Transform.apply` works in place on a batch; `taggers.transform_graph` puts the same in front of an ONNX network. The
words are those of `taggers.operations`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, Self, get_args

import numpy as np

from e2efw.errors import ConfigurationError, LogicError, nearest
from taggers.operations import OPERATIONS, Operation, Pixels

AppliedBy = Literal["backend", "graph"]

GRAPH_PREFIX: Final = "e2efw_transform/"
"""Of the names of all nodes and tensors that `taggers.transform_graph` puts in front of a network."""


@dataclass(frozen=True)
class Transform:
    """What is done to every channel, in order.

    Args:
        channels: operations by channel name; () leaves a channel as it is.
        source: where the numbers come from.
        applied_by: "backend": whoever runs the network does it first; "graph": the network's first nodes do it.
    """

    channels: Mapping[str, tuple[Operation, ...]]
    source: str
    applied_by: AppliedBy = "backend"

    def apply(self, pixels: Pixels, channels: Sequence[str]) -> None:
        """Change a batch in place.

        Args:
            pixels: (objects, channels, ...) float32, raw: GeV, cm, counts.
            channels: names in the order of the second axis.

        Raises:
            LogicError: the transform does not know a channel, or the batch is none.
        """
        if pixels.dtype != np.float32 or pixels.ndim < 2 or pixels.shape[1] != len(channels):
            raise LogicError(
                f"Transform: {pixels.dtype} pixels of shape {pixels.shape} are no batch of {len(channels)} channels."
            )
        if pixels.size == 0:
            return
        for position, name in enumerate(channels):
            for operation in self.of(name):
                operation.apply(pixels[:, position])

    def of(self, channel: str) -> tuple[Operation, ...]:
        """Operations of one channel.

        Raises:
            LogicError: there is no such channel; names the nearest.
        """
        if channel not in self.channels:
            raise LogicError(f"Transform: no channel '{channel}'. {nearest(channel, self.channels)}")
        return self.channels[channel]

    def written(self) -> dict[str, Any]:
        """As a card has it."""
        channels = {name: [_written(step) for step in steps] for name, steps in self.channels.items()}
        return {"applied_by": self.applied_by, "source": self.source, "channels": channels}

    @classmethod
    def read(cls, who: str, content: Mapping[str, Any], channels: Sequence[str]) -> Self:
        """From a card.

        Args:
            who: begins every message.
            content: of the key `transform`.
            channels: that the network reads; the transform must speak of each and of no other.

        Raises:
            ConfigurationError: says what is wrong and what is legal.
        """
        _check_keys(who, content, ("applied_by", "source", "channels"))
        applied_by, given = content["applied_by"], content["channels"]
        if applied_by not in get_args(AppliedBy):
            raise ConfigurationError(f"{who}: applied_by '{applied_by}' should be backend or graph.")
        if not isinstance(given, Mapping):
            raise ConfigurationError(f"{who}: channels should be a mapping from names to lists of operations.")
        for name in given:
            if name not in channels:
                raise ConfigurationError(
                    f"{who}: the network reads no channel '{name}'. {nearest(str(name), channels)}"
                )
        for name in channels:
            if name not in given:
                raise ConfigurationError(f"{who}: channel '{name}' is missing. To leave it as it is, write {name}: []")
        steps = {name: _read_steps(f"{who}: {name}", given[name]) for name in channels}
        return cls(steps, str(content["source"]), applied_by)


def _check_keys(who: str, content: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in content:
        if key not in keys:
            raise ConfigurationError(f"{who}: no key '{key}'. {nearest(str(key), keys)}")
    for key in keys:
        if key not in content:
            raise ConfigurationError(f"{who}: key '{key}' is missing. Needed: {', '.join(keys)}.")


def _written(step: Operation) -> Any:
    numbers = asdict(step)
    if not numbers:
        return step.word
    return {step.word: next(iter(numbers.values())) if len(numbers) == 1 else numbers}


def _read_steps(who: str, steps: Any) -> tuple[Operation, ...]:
    """Operations of one channel from a list such as [{scale: 0.01}, min_max]."""
    if not isinstance(steps, list):
        raise ConfigurationError(f"{who}: should be a list of operations such as [{{scale: 0.01}}], is {steps!r}.")
    return tuple(_read_step(who, step) for step in steps)


def _read_step(who: str, step: Any) -> Operation:
    word, numbers = next(iter(step.items())) if isinstance(step, Mapping) and len(step) == 1 else (step, {})
    if not isinstance(word, str):
        raise ConfigurationError(
            f"{who}: an operation is one word with its numbers such as {{scale: 0.01}}, not {step!r}."
        )
    if word not in OPERATIONS:
        raise ConfigurationError(f"{who}: no operation '{word}'. {nearest(word, OPERATIONS)}")
    kind = OPERATIONS[word]
    wanted = [field.name for field in fields(kind)]
    if len(wanted) == 1 and not isinstance(numbers, Mapping):
        numbers = {wanted[0]: numbers}
    if not isinstance(numbers, Mapping) or set(numbers) != set(wanted):
        legal = f"{{{word}: {{{', '.join(f'{name}: ...' for name in wanted)}}}}}" if len(wanted) > 1 else word
        legal = f"{{{word}: ...}}" if len(wanted) == 1 else legal
        raise ConfigurationError(f"{who}: write {legal}, not {step!r}.")
    try:
        return kind(**numbers)
    except ConfigurationError as error:
        raise ConfigurationError(f"{who}: {error}") from error
