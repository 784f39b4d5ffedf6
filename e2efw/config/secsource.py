"""``cms.SecSource``: a source inside a module, as mixing has it."""

from typing import Any, Self

from e2efw.config import dumping
from e2efw.config.parameter import Parameter
from e2efw.config.plugin import Plugin


class SecSource(Plugin, Parameter):
    """A secondary source: a plugin and its parameters, and itself a parameter of a module."""

    def value(self) -> Self:
        """The source itself."""
        return self

    def setValue(self, value: Any) -> None:
        """Merge a dict of changes."""
        if not isinstance(value, dict):
            raise TypeError(self._complaint(value, "a dict of changes or a cms.SecSource"))
        self._merge(value)
        self._locate()

    def isModified(self) -> bool:
        """Whether any of its parameters was changed."""
        return Plugin.isModified(self)

    def pythonValue(self, indent: int = 0) -> str:
        """Plugin and parameters."""
        return dumping.arguments([f'"{self._plugin}"'], self._named_dump(indent), indent)

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this source again."""
        return f"{self.pythonTypeName()}({self.pythonValue(indent)})"

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecSource) and (self._plugin, self._parameters) == (other._plugin, other._parameters)
