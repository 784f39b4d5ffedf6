"""`e2efw dump-config`: a configuration in canonical form."""

import contextlib
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer

from e2efw.cli.printing import print_json
from e2efw.cli.run import configured_process
from e2efw.errors import FileWriteError


class Dump(NamedTuple):
    """What is wanted.

    Args:
        prune: without what nothing uses.
        prune_verbose: the same, and what that is on standard error.
        hash_only: the MD5 of the text.
        split: a folder for one file per object.
        as_json: the hash with the text, or the names of the files.
    """

    prune: bool = False
    prune_verbose: bool = False
    hash_only: bool = False
    split: Path | None = None
    as_json: bool = False


def dump(cfg: str, arguments: Sequence[str], settings: Sequence[str], wish: Dump) -> None:
    """Print a configuration, or its hash, or write it in pieces.

    Raises:
        FileWriteError: the folder cannot be written to.
    """
    process = configured_process(cfg, arguments, settings)
    if wish.prune or wish.prune_verbose:
        with contextlib.redirect_stdout(sys.stderr):
            process.prune(verbose=wish.prune_verbose)
    told: dict[str, Any] = {"process": process.name_()}
    if wish.split is not None:
        told["files"] = list(map(str, _written(wish.split, process.splitPython())))
        lines = told["files"]
    else:
        text = process.dumpPython()
        told["hash"] = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        if not wish.hash_only:
            told["configuration"] = text
        lines = [told["hash"] if wish.hash_only else text]
    if wish.as_json:
        print_json(told)
        return
    for line in lines:
        typer.echo(line)


def _written(folder: Path, texts: dict[str, str]) -> list[Path]:
    files = {folder / f"{name}.py": text for name, text in texts.items()}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileWriteError(f"dump-config: cannot write to {folder}: {error.strerror or error}.") from error
    return list(files)
