"""`e2efw dump-config`: a configuration in canonical form."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from e2efw.cli.run import configured_process
from e2efw.errors import FileWriteError


class Dump(NamedTuple):
    """What is wanted.

    Args:
        prune: without what nothing uses.
        hash_only: the MD5 of the text.
        split: a folder for one file per object.
    """

    prune: bool = False
    hash_only: bool = False
    split: Path | None = None


def dump(cfg: str, arguments: Sequence[str], settings: Sequence[str], wish: Dump) -> None:
    """Print a configuration, or its hash, or write it in pieces.

    Raises:
        FileWriteError: the folder cannot be written to.
    """
    process = configured_process(cfg, arguments, settings)
    if wish.prune:
        process.prune()
    if wish.split is not None:
        for path in _written(wish.split, process.splitPython()):
            typer.echo(path)
        return
    text = process.dumpPython()
    typer.echo(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() if wish.hash_only else text)


def _written(folder: Path, texts: dict[str, str]) -> list[Path]:
    files = {folder / f"{name}.py": text for name, text in texts.items()}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileWriteError(f"dump-config: cannot write to {folder}: {error.strerror or error}.") from error
    return list(files)
