"""What the shell offers while a word is typed; `e2efw --install-completion` sets it up for bash, zsh or fish."""

from collections.abc import Iterator


def cfg_files(incomplete: str) -> Iterator[str]:
    """Names of packaged cfgs, and Python files beside the path typed so far."""
    from pathlib import Path  # noqa: PLC0415 (only when somebody presses tab)

    from e2efw.config.loader import packaged_cfgs  # noqa: PLC0415

    folder = Path(incomplete).parent
    here = [str(path) for path in folder.glob("*_cfg.py")]
    yield from sorted(name for name in {*packaged_cfgs(), *here} if name.startswith(incomplete))


def plugins(incomplete: str) -> Iterator[str]:
    """Names of plugins."""
    from e2efw.framework.plugins import known_plugins  # noqa: PLC0415 (only when somebody presses tab)

    yield from (name for name in known_plugins() if name.startswith(incomplete))
