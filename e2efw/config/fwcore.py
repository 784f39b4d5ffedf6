"""``import FWCore.ParameterSet.Config as cms``: the CMSSW names of this package, while a cfg runs."""

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

from e2efw.config.fragments import FragmentFinder, is_fragment

_SERVED = {
    "FWCore": None,
    "FWCore.ParameterSet": None,
    "FWCore.ParameterSet.Config": "e2efw.config",
    "FWCore.ParameterSet.MassReplace": "e2efw.config.massreplace",
    "FWCore.ParameterSet.Modules": "e2efw.config",
    "FWCore.ParameterSet.SequenceTypes": "e2efw.config",
    "FWCore.ParameterSet.SequenceVisitors": "e2efw.config.visitors",
    "FWCore.ParameterSet.Types": "e2efw.config",
    "FWCore.ParameterSet.Utilities": "e2efw.config.utilities",
    "FWCore.ParameterSet.VarParsing": "e2efw.config.varparsing",
}
"""CMSSW module -> ours; None for the packages above them."""


class FWCoreFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the modules of `_SERVED` as the very same module objects."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the protocol
        target: ModuleType | None = None,  # noqa: ARG002  the protocol
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of the import protocol."""
        if fullname not in _SERVED:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=_SERVED[fullname] is None)

    def exec_module(self, module: ModuleType) -> None:
        """Part of the import protocol: puts our module in the place of the new one."""
        real = _SERVED[module.__name__]
        if real is not None:
            sys.modules[module.__name__] = importlib.import_module(real)


@contextmanager
def fwcore() -> Iterator[None]:
    """Make ``import FWCore...`` and fragments of CMSSW work inside the block and leave no trace of them behind."""
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if is_fragment(name)}
    finders = FWCoreFinder(), FragmentFinder()
    sys.meta_path.insert(0, finders[0])
    sys.meta_path.append(finders[1])
    try:
        yield
    finally:
        for finder in finders:
            sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if is_fragment(name)]:
            del sys.modules[name]
        sys.modules.update(before)
