"""``cms.ESInputTag``: which EventSetup product a module reads."""

from typing import Any

from e2efw.config.origin import here
from e2efw.config.parameter import Parameter
from e2efw.config.vectors import Vector

Pair = tuple[str, str]


def _pair(parts: tuple[Any, ...]) -> Pair:
    """Module and data label from any of the written forms.

    Raises:
        RuntimeError: neither empty nor two fields.
    """
    if len(parts) == 1 and isinstance(parts[0], ESInputTag):
        return parts[0].fields_()
    given = tuple(parts[0]) if len(parts) == 1 and isinstance(parts[0], (tuple, list)) else parts
    if len(parts) == 1 and isinstance(parts[0], str):
        given = tuple(parts[0].split(":")) if parts[0] else ()
    if len(given) not in (0, 2) or not all(isinstance(field, str) for field in given):
        raise RuntimeError(
            f"cms.ESInputTag: {parts!r} is no tag; a tag is 'module:data', two strings or empty ({here()})."
        )
    module, data = (*given, "", "")[:2]
    return module, data


class ESInputTag(Parameter):
    """Module label and data label of an EventSetup product: two strings, ``"module:data"``, or nothing."""

    def __init__(self, *fields: Any, module: str | None = None, data: str | None = None) -> None:
        self._locate()
        named = tuple(field for field in (module, data) if field is not None)
        self._fields = _pair((*fields, *named))

    def fields_(self) -> Pair:
        """Module label and data label."""
        return self._fields

    def value(self) -> str:
        """The tag as text; empty if both labels are."""
        return ":".join(self._fields) if any(self._fields) else ""

    def setValue(self, value: Any) -> None:
        """Take any of the forms of the constructor."""
        self._set(_pair((value,)))

    def _set(self, fields: Pair) -> None:
        changed = fields != self._fields
        self._fields = fields
        self._touch(changed)

    def getModuleLabel(self) -> str:
        """Label of the module that makes the product."""
        return self._fields[0]

    def setModuleLabel(self, label: str) -> None:
        """Change the module label only."""
        self._set((label, self._fields[1]))

    def getDataLabel(self) -> str:
        """Which of that module's products."""
        return self._fields[1]

    def setDataLabel(self, label: str) -> None:
        """Change the data label only."""
        self._set((self._fields[0], label))

    def pythonValue(self, indent: int = 0) -> str:  # noqa: ARG002  tags stand on one line
        """Both labels, quoted."""
        return ",".join(f'"{field}"' for field in self._fields)

    def __bool__(self) -> bool:
        return any(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (ESInputTag, str, tuple, list)) and self._fields == _pair((other,))

    def __lt__(self, other: object) -> bool:
        return self._fields < _pair((other,))

    def __gt__(self, other: object) -> bool:
        return self._fields > _pair((other,))


class VESInputTag(Vector):
    """EventSetup tags; elements keep the form they were written in."""

    @classmethod
    def _element(cls, item: Any) -> Any:
        if not isinstance(item, (str, tuple, list, ESInputTag)):
            raise TypeError(cls._complaint(item, "a tag: 'module:data', a pair of str, or a cms.ESInputTag"))
        _pair((item,))
        return item

    @classmethod
    def _element_text(cls, item: Any, indent: int) -> str:
        if isinstance(item, ESInputTag):
            return item.dumpPython(indent)
        return f'"{item}"' if isinstance(item, str) else repr(item)

    def value(self) -> list[str]:
        """Every element as text, ``module:data``."""
        return [tag.value() for tag in self.tags()]

    def tags(self) -> list[ESInputTag]:
        """Every element as an ESInputTag."""
        return [item if isinstance(item, ESInputTag) else ESInputTag(item) for item in self]
