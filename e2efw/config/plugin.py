"""A plugin by name, and its parameters: what every kind of module is."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from e2efw.config import dumping
from e2efw.config.nodes import Labelled, Leaf
from e2efw.config.origin import here
from e2efw.config.pset import Parameterizable


class Plugin(Parameterizable):
    """A plugin by name, and its parameters.

    ``Kind("PluginType", *PSets, name = typed, ...)``; PSets are merged in.

    One extension of CMSSW's language: a raw Python value is taken here, ``minEnergy = 0.3``. bool, int, float and str
    become bool, int32 (int64 where it needs to), double and string, lists of one kind vbool, vint32, vdouble and
    vstring, a dict a PSet. Such a parameter says ``isInferred()`` and may still become what the plugin declares, so
    ``minEnergy = 1`` is right for a double and ``src = "label:instance"`` for an InputTag.

    Args:
        plugin: name of the plugin.
        blocks: PSets whose parameters are taken over, by reference.
        parameters: typed or raw values.

    Raises:
        TypeError: the plugin's name is no text, or a value has no type.
        ValueError: a positional argument that is no PSet, or a name set twice.
    """

    _plugin: str
    _allowed_in_task: ClassVar[bool] = False

    def __init__(self, plugin: str, /, *blocks: Any, **parameters: Any) -> None:
        if not isinstance(plugin, str):
            raise TypeError(
                f"cms.{type(self).__name__}: the name of the plugin comes first, not {plugin!r} ({here()})."
            )
        self._plugin = plugin
        super().__init__(blocks, parameters, infers=True)

    def type_(self) -> str:
        """Name of the plugin."""
        return self._plugin

    def isLeaf(self) -> bool:
        """Whether it can stand on a path."""
        return isinstance(self, Leaf)

    def _isTaskComponent(self) -> bool:
        return self._allowed_in_task

    def clone(self, *blocks: Any, **changes: Any) -> Self:
        """A deep copy with changes and without label.

        A raw value keeps the type of its parameter, None removes it, a dict edits a nested PSet, a dict with integer
        keys the elements of a list. Parameters of PSets given in front replace those of the original.

        Raises:
            TypeError: a raw value for an unknown name, another type for a known one, a list edited by name.
            IndexError: no such element in a list.
            ValueError: a value that does not fit, a dict for a scalar, two PSets setting one name.
        """
        return self._cloned(blocks, changes)

    def copy(self) -> Self:
        """A deep copy without label."""
        return self._cloned((), {})

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this module again.

        Args:
            indent: blanks before the line that this text continues.
        """
        arguments = dumping.arguments([f'"{self._plugin}"'], self._named_dump(indent), indent)
        return f"cms.{type(self).__name__}({arguments})"

    def __repr__(self) -> str:
        return self.dumpPython()

    def _cloned(self, blocks: tuple[Any, ...], changes: Mapping[str, Any]) -> Self:
        new: Any = super()._cloned(blocks, changes)
        if isinstance(new, Labelled):
            new._label = None
        copied: Self = new
        return copied

    def _who(self) -> str:
        label = f" {self._label!r}" if isinstance(self, Labelled) and self.hasLabel_() else ""
        return f"{self._plugin}{label}"
