"""What an error of one event costs: the job, the event, or nothing; and finding the event that is to blame.

A module sees whole blocks, so its error is about a block. Modules are functions of the products alone, so the module is
run again on halves of the block, and on halves of these, until single events are left that fail alone. Their errors
have a category, and the cfg says by ``process.options`` what that costs:

- ``Rethrow``, and everything no list names: the job ends, its message names the event;
- ``TryToContinue``: paths with the module, or with one that reads what it makes, end for this event with state
  Exception; other paths go on, and the report lists the event;
- ``IgnoreCompletely``: the event passes. It lacks the module's products, so modules that read them are not run for it
  and let it pass as well; the report lists the event.

An analyzer that keeps a state sees the events of a failing block more than once: it should look at everything it reads
before it changes its state.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from e2efw.errors import ConfigurationError, E2EFWError
from e2efw.framework.worker import Events


class Action(StrEnum):
    """What an error costs."""

    RETHROW = "Rethrow"
    TRY_TO_CONTINUE = "TryToContinue"
    IGNORE_COMPLETELY = "IgnoreCompletely"


@dataclass(frozen=True)
class EventFailure:
    """One event that a module could not process.

    Args:
        event: ``run:lumi:event``.
        file: where it comes from.
        category: of the error.
    """

    event: str
    file: str
    module: str
    category: str
    message: str
    action: Action

    def __str__(self) -> str:
        return f"{self.event} of {self.file}: module '{self.module}': {self.category}: {self.message}"


@dataclass(frozen=True)
class ErrorActions:
    """What errors cost, by category or Python class.

    Args:
        actions: for the names that the cfg lists.
        tolerant: labels of modules that run although an optional product is missing for an event that failed, and
            whose own errors, if they are listed under ``TryToContinue``, end no path.
    """

    actions: dict[str, Action] = field(default_factory=dict)
    tolerant: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lists: dict[Action, tuple[str, ...]], tolerant: frozenset[str] = frozenset()) -> "ErrorActions":
        """From the lists of the cfg.

        Raises:
            ConfigurationError: a category stands in two lists.
        """
        actions: dict[str, Action] = {}
        for action, categories in lists.items():
            for category in categories:
                known = actions.setdefault(category, action)
                if known is not action:
                    raise ConfigurationError(
                        f"process.options: category '{category}' stands in {known.value} and {action.value}."
                    )
        return cls(actions, tolerant)

    def action(self, error: Exception) -> Action:
        """What this error costs: its category counts first, then its Python classes."""
        for name in (category(error), *(cls.__name__ for cls in type(error).__mro__)):
            if name in self.actions:
                return self.actions[name]
        return Action.RETHROW


def category(error: BaseException) -> str:
    """CMSSW's category of an error."""
    if isinstance(error, E2EFWError):
        return error.category
    return "BadAlloc" if isinstance(error, MemoryError) else "StdException"


def isolate(
    run: Callable[[Events], None], events: Events, error: Exception, blame: Callable[[Events, Exception], None]
) -> None:
    """After an error: run everything that goes well, and blame single events for the rest.

    Args:
        run: the module, for some events; each event is run again until all around it goes well.
        events: for which it raised.
        error: what it raised.
        blame: told of each event that fails alone, and how; may raise to end the job. It is told of several events if
            they fail together and each half of them goes well alone, and must raise then.
    """
    if events.size == 1:
        blame(events, error)
        return
    blamed = False
    for half in np.array_split(events, 2):
        try:
            run(half)
        except Exception as deeper:  # noqa: BLE001 (whatever a module raises is about some event)
            isolate(run, half, deeper, blame)
            blamed = True
    if not blamed:
        blame(events, error)


def together(n_events: int, error: Exception) -> str:
    """What is to be said of an error that no single event makes."""
    remedy = "; a smaller process.options.eventsPerBlock needs less memory" if isinstance(error, MemoryError) else ""
    return (
        f"no single event is to blame: the module fails on these {n_events} events together and goes well on each half "
        f"of them{remedy}"
    )
