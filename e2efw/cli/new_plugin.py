"""`e2efw new-plugin`: a plugin to begin with, that runs and is tested."""

import re
from pathlib import Path
from string import Template
from typing import Final

from e2efw.cli.plugin_templates import CFG, CFI, MODULES, TEST
from e2efw.errors import CommandLineError, FileWriteError

_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]*")


def write_plugin(name: str, kind: str, folder: Path) -> list[Path]:
    """Write the module, its cfi, a cfg that runs it on the packaged sample, and a test.

    Args:
        name: class of the plugin.
        kind: ``producer``, ``filter``, ``analyzer`` or ``tagger``.

    Returns:
        The files written.

    Raises:
        CommandLineError: the name is none for a plugin, or a file is there already; nothing is written then.
        FileWriteError: the folder cannot be written to.
    """
    if not _NAME.fullmatch(name):
        raise CommandLineError(
            f"new-plugin: '{name}' is no name of a plugin: letters and digits, the first a capital, such as HcalSum."
        )
    label = name[0].lower() + name[1:]
    module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    names = {"name": name, "label": label, "module": module, "process": name.upper()}
    words = {word: Template(text).substitute(names) for word, text in MODULES[kind].words.items()} | names
    texts = {
        f"{module}.py": MODULES[kind].text,
        f"{label}_cfi.py": CFI,
        f"{label}_cfg.py": CFG,
        f"test_{module}.py": TEST,
    }
    return _written(folder, {file: Template(text).substitute(words) for file, text in texts.items()})


def _written(folder: Path, texts: dict[str, str]) -> list[Path]:
    for file in texts:
        if (folder / file).exists():
            raise CommandLineError(f"new-plugin: {folder / file} is there already; nothing was written.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileWriteError(f"new-plugin: cannot write to {folder}: {error.strerror or error}.") from error
    return [folder / file for file in texts]
