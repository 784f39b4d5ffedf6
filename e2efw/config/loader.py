"""Runs a cfg file and hands out the process it leaves."""

import importlib.util
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from e2efw.config.fwcore import fwcore
from e2efw.config.modifiers import Condition, ModifierChain, fresh_session
from e2efw.config.nodes import Labelled
from e2efw.config.parameter import Parameter
from e2efw.config.process import Process
from e2efw.config.pset import Parameterizable
from e2efw.config.settings import apply_settings
from e2efw.errors import ConfigFileNotFoundError, ConfigFileReadError, E2EFWError, nearest

__all__ = ["apply_settings", "find_cfg", "load_process", "packaged_cfgs", "packaged_folders"]

_OUR_FOLDER = str(Path(__file__).parent)
_FRAGMENTS = ("_cfi", "_cff")
"""How names of modules that hold configuration end."""


def load_process(path: str | Path, arguments: Sequence[str] = ()) -> Process:
    """Execute a cfg file.

    While it runs, ``sys.argv`` is the cfg and its arguments, its folder can be imported from and
    ``FWCore.ParameterSet`` exists. Fragments it imported are forgotten afterwards, so that the next cfg gets
    fresh ones.

    Args:
        path: a file, or the name of a cfg that comes with the package.
        arguments: what follows the cfg on the command line.

    Raises:
        ConfigFileNotFoundError: no such file.
        ConfigFileReadError: it raised an error, or left no ``process``.
        E2EFWError: raised by the cfg itself, for instance a CommandLineError.
        SystemExit: the cfg ended with success, as ``--help`` does.
    """
    cfg = find_cfg(path)
    module = ModuleType("__main__")
    module.__file__ = str(cfg)
    with _stage(cfg, module, [str(cfg), *arguments]), fwcore(), fresh_session():
        _execute(cfg, module)
    process = vars(module).get("process")
    if not isinstance(process, Process):
        found = [name for name, value in vars(module).items() if isinstance(value, Process)]
        hint = f"it has {found[0]!r}; call it 'process'" if found else "write process = cms.Process('NAME')"
        raise ConfigFileReadError(f"{cfg}: no variable 'process' that is a cms.Process; {hint}.")
    return process


def packaged_folders() -> list[Path]:
    """Where the cfg files that come with the package lie."""
    spec = importlib.util.find_spec("python_cfg")
    return [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec is not None else []


def packaged_cfgs() -> dict[str, Path]:
    """The cfg files that come with the package, by file name."""
    files = sorted(file for folder in packaged_folders() for file in folder.glob("*_cfg.py"))
    return {file.name: file for file in files}


def find_cfg(path: str | Path) -> Path:
    """The file meant by a path or by the bare name of a packaged cfg, with or without ``.py``.

    Raises:
        ConfigFileNotFoundError: neither exists.
    """
    cfg = Path(path)
    if cfg.is_file():
        return cfg.resolve()
    packaged = packaged_cfgs()
    bare = cfg.name == str(path)
    if bare and cfg.with_suffix(".py").name in packaged:
        return packaged[cfg.with_suffix(".py").name]
    beside = [file.name for file in cfg.parent.glob("*.py")] if cfg.parent.is_dir() else []
    where = str(cfg.parent.resolve()) if cfg.parent.is_dir() else f"the folder {cfg.parent} does not exist"
    raise ConfigFileNotFoundError(
        f"{path}: no such cfg file ({where}). {nearest(cfg.name, {*beside, *(packaged if bare else ())}, 'There are')}"
    )


def _execute(cfg: Path, module: ModuleType) -> None:
    try:
        exec(compile(cfg.read_bytes(), str(cfg), "exec"), vars(module))  # noqa: S102  a cfg is a program of the user
    except E2EFWError:
        raise
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise ConfigFileReadError(f"{cfg}: ended with sys.exit({stop.code!r}).") from None
    except Exception as error:
        raise ConfigFileReadError(f"{cfg}: {_told(error)}") from error


def _told(error: Exception) -> str:
    """The error and the lines of the user's files that led to it, as Python prints them."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_OUR_FOLDER, "<frozen importlib"))
    ]
    said = "".join(traceback.format_exception_only(error)).rstrip()
    return f"{said}\n{''.join(traceback.format_list(frames))}".rstrip()


@contextmanager
def _stage(cfg: Path, module: ModuleType, argv: list[str]) -> Iterator[None]:
    """Give the cfg its arguments, its folder, its ``__main__`` and fragments of its own, and take them back.

    Objects of fragments that others imported may have been changed by them.
    """
    others = {name: _forget(name) for name in list(sys.modules) if name.endswith(_FRAGMENTS)}
    before = sys.argv, sys.path[:], sys.modules.get("__main__"), set(sys.modules)
    sys.argv = argv
    sys.path.insert(0, str(cfg.parent))
    sys.modules["__main__"] = module
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.argv, sys.path[:] = before[0], before[1]
        if before[2] is not None:
            sys.modules["__main__"] = before[2]
        _forget_fragments(set(sys.modules) - before[3])
        for name, fragment in others.items():
            sys.modules[name] = fragment
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], child, fragment)


def _forget_fragments(names: set[str]) -> None:
    """Drop imported modules that hold configuration: their objects now belong to the process."""
    for name in names:
        module = sys.modules.get(name)
        values = list(vars(module).values()) if module is not None and not name.startswith("e2efw.") else []
        if any(isinstance(value, (Parameter, Parameterizable, Labelled, Condition, ModifierChain)) for value in values):
            _forget(name)


def _forget(name: str) -> ModuleType:
    """Let the next import of a module run it again; returns what it was."""
    parent, _, child = name.rpartition(".")
    vars(sys.modules.get(parent, ModuleType(""))).pop(child, None)
    return sys.modules.pop(name)
