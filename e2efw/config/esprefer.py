"""``cms.ESPrefer``: which of two EventSetup modules provides a record."""

from typing import Any

from e2efw.config import dumping
from e2efw.config.nodes import Labelled
from e2efw.config.origin import here
from e2efw.config.plugin import Plugin
from e2efw.config.vectors import vstring


class ESPrefer(Plugin, Labelled):
    """Prefers the EventSetup module of this type and label, for the given records or for all.

    Args:
        plugin: type of the module.
        label: of the module; its type if it has none.
        records: ``RecordName = cms.vstring("type/label", ...)``.

    Raises:
        TypeError: a keyword that is no vstring.
    """

    def __init__(self, plugin: str, label: str = "", /, **records: Any) -> None:
        for name, types in records.items():
            if not isinstance(types, vstring):
                raise TypeError(
                    f"cms.ESPrefer: {name!r} is a record and takes a cms.vstring, not {types!r} ({here()})."
                )
        self._target = label
        super().__init__(plugin, **records)

    def targetLabel_(self) -> str:
        """Label of the preferred module; empty if it has none of its own."""
        return self._target

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this preference again, as a cfi holds it."""
        names = [f'"{self._plugin}"', *([f'"{self._target}"'] if self._target else [])]
        return f"cms.ESPrefer({dumping.arguments([', '.join(names)], self._named_dump(indent), indent)})"

    def dumpPythonAs(self, label: str, prefix: str = "process.") -> str:
        """The statement for a cfg, ``process.prefer(...)``, or without prefix for a cfi."""
        if not prefix:
            return f"{label} = {self.dumpPython()}"
        name = f'"{self._target or self._plugin}"'
        return f"{prefix}prefer({dumping.arguments([name], self._named_dump(0), 0)})"
