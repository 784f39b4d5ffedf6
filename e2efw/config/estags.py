"""``cms.ESInputTag``: which EventSetup product a module reads."""

from typing import Any

from e2efw.config.origin import here
from e2efw.config.tags import Tag, TagVector

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


class ESInputTag(Tag):
    """Module label and data label of an EventSetup product: two strings, ``"module:data"``, or nothing."""

    def __init__(self, *fields: Any, module: str | None = None, data: str | None = None) -> None:
        self._locate()
        named = tuple(field for field in (module, data) if field is not None)
        self._fields = _pair((*fields, *named))

    @classmethod
    def _parsed(cls, parts: tuple[Any, ...]) -> Pair:
        return _pair(parts)

    def fields_(self) -> Pair:
        """Module label and data label."""
        module, data = self._fields
        return module, data

    def value(self) -> str:
        """The tag as text; empty if both labels are."""
        return ":".join(self._fields) if any(self._fields) else ""

    def getDataLabel(self) -> str:
        """Which of that module's products."""
        return self._fields[1]

    def setDataLabel(self, label: str) -> None:
        """Change the data label only."""
        self._set((self._fields[0], label))

    def pythonValue(self, indent: int = 0) -> str:  # noqa: ARG002  tags stand on one line
        """Both labels, quoted."""
        return ",".join(f'"{field}"' for field in self._fields)


class VESInputTag(TagVector):
    """EventSetup tags; elements keep the form they were written in."""

    _tag = ESInputTag
    _forms = "'module:data', a pair of str"
