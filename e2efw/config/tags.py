"""``cms.InputTag``: which product a module reads; `Tag` is what it shares with ``cms.ESInputTag``."""

from typing import Any, ClassVar

from e2efw.config.origin import here
from e2efw.config.parameter import Parameter
from e2efw.config.vectors import Vector
from e2efw.errors import nearest

Triple = tuple[str, str, str]
_NAMES = ("moduleLabel", "productInstanceLabel", "processName")


def _fields(parts: tuple[Any, ...]) -> Triple:
    """Label, instance and process from any of the written forms.

    Raises:
        RuntimeError: more than three fields, or a field that is no text.
    """
    if len(parts) == 1 and isinstance(parts[0], InputTag):
        return parts[0].fields_()
    given = tuple(parts[0]) if len(parts) == 1 and isinstance(parts[0], (tuple, list)) else parts
    if len(given) == 1 and isinstance(given[0], str):
        given = tuple(given[0].split(":"))
    if len(given) > 3 or not all(isinstance(field, str) for field in given):
        raise RuntimeError(
            f"cms.InputTag: {parts!r} is no tag; a tag is 'label', 'label:instance' or "
            f"'label:instance:process' ({here()})."
        )
    label, instance, process = (*given, "", "", "")[:3]
    return label, instance, process


class Tag(Parameter):
    """Labels that name a product, compared and ordered by these; equal to every written form of themselves."""

    _fields: tuple[str, ...]

    @classmethod
    def _parsed(cls, parts: tuple[Any, ...]) -> tuple[str, ...]:
        """The labels from any of the written forms.

        Raises:
            RuntimeError: it is no tag.
        """
        raise NotImplementedError

    def setValue(self, value: Any) -> None:
        """Take any of the forms of the constructor."""
        self._set(self._parsed((value,)))

    def _set(self, fields: tuple[str, ...]) -> None:
        changed = fields != self._fields
        self._fields = fields
        self._touch(changed)

    def getModuleLabel(self) -> str:
        """Label of the module that makes the product."""
        return self._fields[0]

    def setModuleLabel(self, label: str) -> None:
        """Change the module label only."""
        self._set((label, *self._fields[1:]))

    def __bool__(self) -> bool:
        return any(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (type(self), str, tuple, list)) and self._fields == self._parsed((other,))

    def __lt__(self, other: object) -> bool:
        return self._fields < self._parsed((other,))

    def __gt__(self, other: object) -> bool:
        return self._fields > self._parsed((other,))


class TagVector(Vector):
    """Tags; elements keep the form they were written in."""

    _tag: ClassVar[type[Tag]]
    _forms: ClassVar[str]

    @classmethod
    def _element(cls, item: Any) -> Any:
        if not isinstance(item, (str, tuple, list, cls._tag)):
            raise TypeError(cls._complaint(item, f"a tag: {cls._forms}, or a cms.{cls._tag.__name__}"))
        cls._tag._parsed((item,))
        return item

    @classmethod
    def _element_text(cls, item: Any, indent: int) -> str:
        if isinstance(item, cls._tag):
            return item.dumpPython(indent)
        return f'"{item}"' if isinstance(item, str) else repr(item)

    def value(self) -> list[str]:
        """Every element as text, labels with colons between them."""
        return [tag.value() for tag in self.tags()]

    def tags(self) -> list[Any]:
        """Every element as a tag."""
        return [item if isinstance(item, self._tag) else self._tag(item) for item in self]


class InputTag(Tag):
    """Module label, product instance label and process name of a product.

    Takes up to three strings, one string ``"label:instance:process"``, or a tuple or list of up to three.
    """

    def __init__(self, *fields: Any, **named: str) -> None:
        self._locate()
        unknown = sorted(set(named) - set(_NAMES))
        if unknown:
            raise TypeError(f"cms.InputTag: no field {unknown[0]!r} ({here()}). {nearest(unknown[0], _NAMES)}")
        label, instance, process = _fields(fields)
        given = dict(zip(_NAMES, (label, instance, process), strict=True)) | named
        self._fields = _fields(tuple(given.values())) if named else (label, instance, process)

    @staticmethod
    def skipCurrentProcess() -> str:
        """The process name that means: any earlier process, not this one."""
        return "@skipCurrentProcess"

    @staticmethod
    def currentProcess() -> str:
        """The process name that means: this process."""
        return "@currentProcess"

    @classmethod
    def _parsed(cls, parts: tuple[Any, ...]) -> Triple:
        return _fields(parts)

    def fields_(self) -> Triple:
        """Label, instance, process; empty where not given."""
        label, instance, process = self._fields
        return label, instance, process

    def value(self) -> str:
        """The tag as text, without trailing colons."""
        return ":".join(self._fields).rstrip(":")

    def getProductInstanceLabel(self) -> str:
        """Which of that module's products."""
        return self._fields[1]

    def setProductInstanceLabel(self, label: str) -> None:
        """Change the instance label only."""
        self._set((self._fields[0], label, self._fields[2]))

    def getProcessName(self) -> str:
        """The process that made the product; empty for the newest."""
        return self._fields[2]

    def setProcessName(self, name: str) -> None:
        """Change the process name only."""
        self._set((*self._fields[:2], name))

    def pythonValue(self, indent: int = 0) -> str:  # noqa: ARG002  tags stand on one line
        """The given fields, quoted."""
        count = max((i + 1 for i, field in enumerate(self._fields) if field), default=1)
        return ",".join(f'"{field}"' for field in self._fields[:count])

    def __le__(self, other: object) -> bool:
        return self._fields <= _fields((other,))

    def __ge__(self, other: object) -> bool:
        return self._fields >= _fields((other,))


class VInputTag(TagVector):
    """Tags; elements keep the form they were written in: text, tuple, list or InputTag."""

    _tag = InputTag
    _forms = "a str, a tuple of up to three str"
