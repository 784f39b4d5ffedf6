"""``import FWCore.ParameterSet.Config as cms``: the CMSSW names of this package, while a cfg runs."""

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

from e2efw.errors import nearest

_SERVED = {
    "FWCore": None,
    "FWCore.ParameterSet": None,
    "FWCore.ParameterSet.Config": "e2efw.config",
    "FWCore.ParameterSet.VarParsing": "e2efw.config.varparsing",
}
"""CMSSW module -> ours; None for the packages above them."""


def _is_ours(name: str) -> bool:
    return name == "FWCore" or name.startswith("FWCore.")


class FWCoreFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the modules of `_SERVED` as the very same module objects."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the protocol
        target: ModuleType | None = None,  # noqa: ARG002  the protocol
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of the import protocol.

        Raises:
            ModuleNotFoundError: another part of FWCore.
        """
        if not _is_ours(fullname):
            return None
        if fullname not in _SERVED:
            known = [name for name, real in _SERVED.items() if real]
            raise ModuleNotFoundError(
                f"{fullname} is CMSSW's and not offered here. {nearest(fullname, known)}", name=fullname
            )
        return importlib.machinery.ModuleSpec(fullname, self, is_package=_SERVED[fullname] is None)

    def exec_module(self, module: ModuleType) -> None:
        """Part of the import protocol: puts our module in the place of the new one."""
        real = _SERVED[module.__name__]
        if real is not None:
            sys.modules[module.__name__] = importlib.import_module(real)


@contextmanager
def fwcore() -> Iterator[None]:
    """Make ``import FWCore...`` work inside the block and leave no trace of it behind."""
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    finder = FWCoreFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)
