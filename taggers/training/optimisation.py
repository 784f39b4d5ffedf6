"""Optimisers and schedules of the learning rate, by name."""

import math
from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import Any, Final

from e2efw.errors import ConfigurationError, nearest
from taggers.training.networks.module import torch

Factor = Callable[[float], float]
"""From the part of the training that is done, 0 to 1, to a factor of the learning rate."""


def _adam(
    parameters: Any, *, rate: float = 5e-4, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> Any:  # fmt: skip
    return torch.optim.Adam(parameters, rate, (beta1, beta2), eps, weight_decay)


def _adamw(
    parameters: Any, *, rate: float = 5e-4, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> Any:  # fmt: skip
    return torch.optim.AdamW(parameters, rate, (beta1, beta2), eps, weight_decay)


def _sgd(parameters: Any, *, rate: float = 0.01, momentum: float = 0.9, weight_decay: float = 0.0) -> Any:
    return torch.optim.SGD(parameters, rate, momentum, weight_decay=weight_decay, nesterov=momentum > 0)


def _constant(*, warm_up: float = 0.0) -> Factor:
    return lambda done: _rise(done, warm_up)


def _cosine(*, warm_up: float = 0.0, final: float = 0.0) -> Factor:
    def factor(done: float) -> float:
        return _rise(done, warm_up) if done < warm_up else _fall((done - warm_up) / (1 - warm_up), final)

    return factor


def _one_cycle(*, warm_up: float = 0.3, start: float = 0.04, final: float = 1e-4) -> Factor:
    def factor(done: float) -> float:
        return _fall(1 - done / warm_up, start) if done < warm_up else _fall((done - warm_up) / (1 - warm_up), final)

    return factor


def _rise(done: float, warm_up: float) -> float:
    return min(max(done, 1e-3) / warm_up, 1.0) if warm_up else 1.0


def _fall(done: float, final: float) -> float:
    """From 1 to `final` along half a cosine."""
    return final + (1 - final) * (1 + math.cos(math.pi * min(done, 1.0))) / 2


def _step(*, every: int = 10, factor: float = 0.5) -> Callable[[int], float]:
    return lambda epoch: float(factor ** (epoch // every))


def _plateau(optimiser: Any, *, factor: float = 0.5, patience: int = 2, smallest_rate: float = 1e-6) -> Any:
    return torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=factor, patience=patience, min_lr=smallest_rate)


OPTIMISERS: Final[Mapping[str, Callable[..., Any]]] = {"adam": _adam, "adamw": _adamw, "sgd": _sgd}
"""By name; keyword arguments are the options."""
SCHEDULES: Final[Mapping[str, Callable[..., Any]]] = {
    "constant": _constant,
    "cosine": _cosine,
    "one_cycle": _one_cycle,
    "step": _step,
    "plateau": _plateau,
}
"""By name; keyword arguments are the options; `warm_up` is a part of the training."""


def optimiser(name: str, options: Mapping[str, Any], parameters: Iterable[Any]) -> Any:
    """A torch optimiser.

    Raises:
        ConfigurationError: there is no such optimiser or option, or a value cannot be.
    """
    return _made("optimiser", OPTIMISERS, name, options, list(parameters))


def schedule(name: str, options: Mapping[str, Any], optimiser: Any, epochs: int, steps: int) -> Any:
    """A torch scheduler: for `plateau` it takes a loss after every epoch, else it is to be stepped after every batch.

    Args:
        name: one of SCHEDULES.
        options: of that schedule.
        optimiser: whose rate changes.
        epochs: of the whole training.
        steps: of one epoch.

    Raises:
        ConfigurationError: there is no such schedule or option, or a value cannot be.
    """
    if name == "plateau":
        return _made("schedule", SCHEDULES, name, options, optimiser)
    factor = _made("schedule", SCHEDULES, name, options)
    if name == "step":
        return torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: factor(step // max(steps, 1)))
    total = max(epochs * steps, 1)
    return torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: factor(step / total))


def check_optimisation(optimiser_name: str, optimiser_options: Mapping[str, Any], name: str, options: Any) -> None:
    """Refuse names and options that do not exist, before anything is read."""
    made = optimiser(optimiser_name, optimiser_options, [torch.zeros(1, requires_grad=True)])
    schedule(name, options, made, 1, 1)


def _made(
    what: str, known: Mapping[str, Callable[..., Any]], name: str, options: Mapping[str, Any], *given: Any
) -> Any:
    if name not in known:
        raise ConfigurationError(f"no {what} '{name}'. {nearest(name, known)}")
    parameters = {p.name: p.default for p in signature(known[name]).parameters.values() if p.kind is p.KEYWORD_ONLY}
    numbers = {}
    for option, value in options.items():
        if option not in parameters:
            raise ConfigurationError(f"{what} '{name}': no option '{option}'. {nearest(option, parameters)}")
        numbers[option] = _number(f"{what} '{name}': {option}", value, type(parameters[option]))
    try:
        return known[name](*given, **numbers)
    except ValueError as error:
        raise ConfigurationError(f"{what} '{name}': {error}.") from error


def _number(who: str, value: Any, kind: type) -> Any:
    """A value of the type of the default; YAML reads 1e-3 as text."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number) or (kind is int and number != int(number)):
        raise ConfigurationError(f"{who} should be {'an integer' if kind is int else 'a number'}, is {value!r}.")
    return kind(number)
