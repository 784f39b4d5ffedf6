"""Parameters holding a list of values of one kind."""

from collections.abc import Iterable, Mapping, MutableSequence
from typing import Any, ClassVar, Self

from e2efw.config import dumping
from e2efw.config.origin import here
from e2efw.config.parameter import Parameter
from e2efw.config.scalars import Scalar, double, int32, int64, string, uint32, uint64


def _unpacked(items: tuple[Any, ...]) -> list[Any]:
    """The elements meant by ``v(1, 2)``, ``v([1, 2])`` or a generator; a lone str is one element."""
    if len(items) == 1 and not isinstance(items[0], (str, dict)) and isinstance(items[0], Iterable):
        return list(items[0])
    return list(items)


class Vector(Parameter, MutableSequence[Any]):
    """A list whose elements are checked whenever they enter."""

    _per_line: ClassVar[int] = 5

    def __init__(self, *items: Any, **named: Any) -> None:
        self._locate()
        if named:
            raise SyntaxError(
                f"cms.{type(self).__name__}: lists take elements, not the keyword "
                f"{', '.join(sorted(named))!r} ({here()})."
            )
        self._items = [self._element(item) for item in _unpacked(items)]

    @classmethod
    def _element(cls, item: Any) -> Any:
        """The element to store.

        Raises:
            TypeError: the item is no element of this list.
        """
        raise NotImplementedError

    @classmethod
    def _element_text(cls, item: Any, indent: int) -> str:
        raise NotImplementedError

    @classmethod
    def fromText_(cls, text: str) -> Self:
        """Read comma-separated elements."""
        return cls([cls._element_from_text(part) for part in text.split(",") if part])

    @classmethod
    def _element_from_text(cls, text: str) -> Any:
        return text

    def value(self) -> list[Any]:
        """A plain list of the elements."""
        return list(self._items)

    def setValue(self, value: Any) -> None:
        """Take new elements; a dict ``{index: element}`` changes only the elements it names.

        Raises:
            TypeError: a wrong element, or an index that is no integer.
            IndexError: an index outside the list.
        """
        if isinstance(value, Mapping):
            self._edit(value)
        else:
            self[:] = _unpacked((value,))

    def _edit(self, changes: Mapping[Any, Any]) -> None:
        for index, item in changes.items():
            if isinstance(index, bool) or not isinstance(index, int):
                raise TypeError(f"a list is edited by integer positions, not {index!r} ({here()}).")
            if not 0 <= index < len(self):
                raise IndexError(f"no element {index}; the list has {len(self)} elements ({here()}).")
            self._edit_element(index, item)

    def _edit_element(self, index: int, item: Any) -> None:
        self[index] = item

    def pythonValue(self, indent: int = 0) -> str:
        """The elements as Python source."""
        inner = indent + dumping.STEP
        texts = [self._element_text(item, inner) for item in self._items]
        return dumping.elements(texts, self._per_line, indent)

    def insert(self, index: int, value: Any) -> None:
        """Put an element before the position."""
        self._items.insert(index, self._element(value))
        self._touch()

    def extend(self, values: Iterable[Any]) -> None:
        """Append all elements, or none if one of them is wrong."""
        self[len(self) :] = values

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        before = list(self._items)
        self._items[index] = (
            [self._element(item) for item in value] if isinstance(index, slice) else self._element(value)
        )
        self._touch(before != self._items)

    def __delitem__(self, index: Any) -> None:
        before = len(self)
        del self._items[index]
        self._touch(before != len(self))

    def __len__(self) -> int:
        return len(self._items)

    def __add__(self, other: Iterable[Any]) -> Self:
        both = self.copy()._locate()
        both.extend(other)
        return both

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (list, tuple, Vector)) and self._items == list(other)


class ScalarVector(Vector):
    """A list of plain values, each checked as the scalar type would check it."""

    _scalar: ClassVar[type[Scalar]]

    @classmethod
    def _element(cls, item: Any) -> Any:
        try:
            return cls._scalar._checked(item)
        except ValueError:
            wanted = f"an element; elements are what cms.{cls._scalar.__name__} takes"
            raise TypeError(cls._complaint(item, wanted)) from None

    @classmethod
    def _element_text(cls, item: Any, indent: int) -> str:  # noqa: ARG003  scalars stand on one line
        return cls._scalar.textOf_(item)

    @classmethod
    def _element_from_text(cls, text: str) -> Any:
        return cls._scalar.fromText_(text.strip()).value()


class vint32(ScalarVector):
    """Signed integers, 32 bits."""

    _scalar = int32


class vuint32(ScalarVector):
    """Unsigned integers, 32 bits."""

    _scalar = uint32


class vint64(ScalarVector):
    """Signed integers, 64 bits."""

    _scalar = int64


class vuint64(ScalarVector):
    """Unsigned integers, 64 bits."""

    _scalar = uint64


class vdouble(ScalarVector):
    """Floating-point numbers."""

    _scalar = double


class vstring(ScalarVector):
    """Texts."""

    _scalar = string
    _per_line = 1
