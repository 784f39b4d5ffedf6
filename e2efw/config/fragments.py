"""Fragments of CMSSW and RecoE2E by the names that cfgs load: files of our own under ``python_cfg/cmssw``."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

from e2efw.config.modifiers import Modifier, ModifierChain
from e2efw.errors import nearest

FOLDER = Path(__file__).parents[2] / "python_cfg" / "cmssw"
"""Installed beside this package."""

_ERA = re.compile(r"Configuration\.Eras\.(Era|Modifier)_(\w+)_cff")
_EMPTY = re.compile(r"Configuration\.Geometry\.\w+_cff")


@cache
def fragment_files() -> dict[str, Path]:
    """The fragments by dotted name."""
    return {".".join(file.relative_to(FOLDER).with_suffix("").parts): file for file in FOLDER.rglob("*.py")}


@cache
def packages() -> frozenset[str]:
    """Names of everything that fragments lie in."""
    names = [*fragment_files(), "Configuration.Eras.x", "Configuration.Geometry.x"]
    return frozenset(".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 1))


def is_fragment(name: str) -> bool:
    """Whether a module belongs to CMSSW or RecoE2E, of which fragments are served."""
    return name.split(".", maxsplit=1)[0] in packages()


def _is_modules(name: str) -> bool:
    package, _, last = name.rpartition(".")
    return last == "modules" and package in packages()


class FragmentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the fragments to whoever imports them; what lies on ``sys.path`` comes first.

    Eras and their Modifiers exist under any name, without effect of their own. Descriptions of the geometry are empty.
    Every package has ``modules``, which is `e2efw.modules`.
    """

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the protocol
        target: ModuleType | None = None,  # noqa: ARG002  the protocol
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of the import protocol.

        Raises:
            ModuleNotFoundError: another part of CMSSW or RecoE2E.
        """
        if not is_fragment(fullname):
            return None
        if fullname in fragment_files():
            return importlib.util.spec_from_file_location(fullname, fragment_files()[fullname])
        if _is_modules(fullname):
            return importlib.machinery.ModuleSpec(fullname, self)
        if fullname in packages() or _ERA.fullmatch(fullname) or _EMPTY.fullmatch(fullname):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=fullname in packages())
        raise ModuleNotFoundError(
            f"{fullname} is not offered here. {nearest(fullname, fragment_files())}", name=fullname
        )

    def exec_module(self, module: ModuleType) -> None:
        """Part of the import protocol: fills eras, puts our modules in the place of a package's."""
        if _is_modules(module.__name__):
            sys.modules[module.__name__] = importlib.import_module("e2efw.modules")
        era = _ERA.fullmatch(module.__name__)
        if era is not None:
            vars(module)[era[2]] = ModifierChain() if era[1] == "Era" else Modifier()
