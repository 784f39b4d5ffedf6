"""Things that recipes ask for by name: networks and losses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, Generic, TypeVar

from e2efw.errors import ConfigurationError, nearest

__all__ = ["Entry", "Registry"]

T = TypeVar("T")


@dataclass(frozen=True)
class Entry(Generic[T]):
    """Something that can be asked for.

    Args:
        name: how it is asked for.
        doc: one line.
        build: makes it.
        given: parameters of build in front, which are not options.
    """

    name: str
    doc: str
    build: Callable[..., T]
    given: int

    @property
    def options(self) -> dict[str, Any]:
        """Options and their defaults."""
        listed = list(signature(self.build).parameters.values())[self.given :]
        return {p.name: p.default for p in listed if p.kind is not Parameter.VAR_KEYWORD}


class Registry(Mapping[str, Entry[T]]):
    """All things of one kind by name.

    Args:
        kind: what they are, for messages.
        given: parameters in front that everything is built with; those behind are options.
    """

    def __init__(self, kind: str, given: int = 0) -> None:
        self.kind = kind
        self._given = given
        self._entries: dict[str, Entry[T]] = {}

    def register(self, name: str, doc: str, build: Callable[..., T]) -> None:
        """Offer one.

        Raises:
            ConfigurationError: the name is taken.
        """
        if name in self._entries:
            raise ConfigurationError(f"{self.kind} '{name}' exists already: {self._entries[name].doc}.")
        self._entries[name] = Entry(name, doc, build, self._given)

    def asked_for(self, name: str, options: Mapping[str, Any]) -> Entry[T]:
        """The one that a recipe asks for.

        Raises:
            ConfigurationError: there is none of this name, or it has no such option; with the nearest.
        """
        if name not in self._entries:
            raise ConfigurationError(f"no {self.kind} '{name}'. {nearest(name, self._entries)}")
        entry = self._entries[name]
        for option in options:
            if option not in entry.options:
                raise ConfigurationError(
                    f"{self.kind} '{name}': no option '{option}'. {nearest(option, entry.options)}"
                )
        return entry

    def __getitem__(self, name: str) -> Entry[T]:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
