"""What can stand on a path: modules, ``~``, ``ignore`` and ``wait`` before them, sums of these, placeholders."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NoReturn

from e2efw.config.origin import Located, here


class Labelled(Located):
    """Something that gets its name by being assigned to an attribute of the process."""

    _label: str | None = None

    def label_(self) -> str:
        """The label.

        Raises:
            RuntimeError: it has none yet.
        """
        if self._label is None:
            raise RuntimeError(f"{self!r}: no label; assign it to the process first ({self.origin_()}).")
        return self._label

    def hasLabel_(self) -> bool:
        """Whether it has a label."""
        return self._label is not None

    def setLabel(self, label: str | None) -> None:
        """Name it; None takes the name away.

        Raises:
            ValueError: it has another label already.
        """
        if label is not None and self._label not in (None, label):
            raise ValueError(
                f"{type(self).__name__} {self._label!r} ({self.origin_()}) cannot also be called {label!r} "
                f"({here()}). Remedies: clone it; begin the names of temporaries with an underscore; restructure "
                "so that one name is enough; wrap a sequence in a new cms.Sequence."
            )
        self._label = label


class Node:
    """Something that can stand on a path."""

    def __add__(self, other: object) -> "Expression":
        return Expression((*members_of(self), *members_of(other)))

    def __mul__(self, other: object) -> "Expression":
        return self + other

    def __invert__(self) -> "Veto":
        return Veto(self)


class Leaf(Node, Labelled):
    """A module: the only thing that ``~`` and ``ignore`` take."""

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this module again."""
        raise NotImplementedError


class Unary(Node):
    """A module whose result is taken in a special way."""

    prefix = ""
    _form = ""

    def __init__(self, operand: object) -> None:
        if not isinstance(operand, Leaf):
            raise RuntimeError(f"{self._form.format('x')}: x must be one module, not {describe(operand)} ({here()}).")
        self.operand = operand

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unary) and type(self) is type(other) and self.operand is other.operand

    def __hash__(self) -> int:
        return hash((type(self), id(self.operand)))

    def text(self, name: Callable[[Any], str]) -> str:
        """The operator before the name of its module."""
        return self._form.format(name(self.operand))


class Veto(Unary):
    """``~f``: the path goes on where the filter says no."""

    prefix = "!"
    _form = "~{}"


class Ignore(Unary):
    """``cms.ignore(f)``: the filter runs, its decision does not stop the path."""

    prefix = "-"
    _form = "cms.ignore({})"


class Wait(Unary):
    """``cms.wait(m)``: what follows on the path starts when the module is done."""

    prefix = "|"
    _form = "cms.wait({})"


class WaitAndIgnore(Unary):
    """``cms.wait(cms.ignore(f))``: both of them."""

    prefix = "+"
    _form = "cms.wait(cms.ignore({}))"


def ignore(operand: object) -> Unary:
    """Run the filter but go on whatever it says."""
    return WaitAndIgnore(operand.operand) if isinstance(operand, Wait) else Ignore(operand)


def wait(operand: object) -> Unary:
    """Let what follows on the path wait for the module."""
    return WaitAndIgnore(operand.operand) if isinstance(operand, Ignore) else Wait(operand)


class Placeholder(Located):
    """A name that `Process.resolve` puts the object of that name for."""

    stands_for: ClassVar[type | None] = None
    """What it may become; None for what can stand on a path."""

    def __init__(self, name: str) -> None:
        self._locate()
        self._name = name

    def name_(self) -> str:
        """The name of what belongs here."""
        return self._name

    def dumpPython(self, indent: int = 0) -> str:  # noqa: ARG002  it stands on one line
        """Python text that makes this placeholder again."""
        return f'cms.{type(self).__name__}("{self._name}")'

    def __repr__(self) -> str:
        return self.dumpPython()


class SequencePlaceholder(Placeholder, Node):
    """A module or Sequence that is known by name only, so far."""


class Expression(Node):
    """The flat sum of what ``+`` and ``*`` joined."""

    def __init__(self, members: tuple[Node, ...]) -> None:
        self.members = members

    def __iter__(self) -> Iterator[Node]:
        return iter(self.members)


def members_of(item: object) -> tuple[Node, ...]:
    """What an operand of ``+`` brings onto the path.

    Raises:
        TypeError: it cannot stand on a path.
    """
    if isinstance(item, Expression):
        return item.members
    if not isinstance(item, Node):
        refuse(item)
    return (item,)


def refuse(item: object) -> NoReturn:
    """Say that something cannot stand on a path.

    Raises:
        TypeError: always.
    """
    raise TypeError(
        f"{describe(item)} cannot stand on a path ({here()}). "
        "Allowed: EDProducer, EDFilter, EDAnalyzer, OutputModule, Sequence."
    )


def describe(item: object) -> str:
    """A short name for a thing in a message."""
    if isinstance(item, Labelled) and item.hasLabel_():
        return f"{type(item).__name__} {item.label_()!r}"
    return f"{'an' if type(item).__name__[0] in 'AEIOU' else 'a'} {type(item).__name__}" if item is not None else "None"
