"""``cms.EDAlias``: products of other modules under a second name."""

from typing import Any

from e2efw.config import dumping
from e2efw.config.nodes import Labelled
from e2efw.config.origin import here
from e2efw.config.pset import Parameterizable, PSet, VPSet
from e2efw.config.scalars import string


class EDAlias(Parameterizable, Labelled):
    """Names a module's products, or some of them, once more.

    ``cms.EDAlias(moduleLabel = cms.VPSet(cms.PSet(type = cms.string("recoTracks"))))``; ``fromProductInstance`` and
    ``toProductInstance`` choose and rename instances.

    Raises:
        TypeError: a value that is no VPSet.
    """

    def __init__(self, *blocks: Any, **modules: Any) -> None:
        super().__init__(blocks, modules, infers=False)
        for name, rules in self._parameters.items():
            if not isinstance(rules, VPSet):
                raise TypeError(f"{self._who()}: {name!r} must be a cms.VPSet, not {rules!r} ({here()}).")

    @staticmethod
    def allProducts() -> VPSet:
        """The rule that means every product of a module."""
        return VPSet(PSet(type=string("*")))

    def clone(self, *blocks: Any, **changes: Any) -> "EDAlias":
        """A deep copy with changes and without label, under the rules of a module's clone."""
        new = self._cloned(blocks, changes)
        new._label = None
        return new

    def copy(self) -> "EDAlias":
        """A deep copy without label."""
        return self.clone()

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this alias again."""
        return f"cms.EDAlias({dumping.arguments([], self._named_dump(indent), indent)})"

    def __repr__(self) -> str:
        return self.dumpPython()
