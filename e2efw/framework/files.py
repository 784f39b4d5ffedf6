"""Finding the files that a cfg names."""

from pathlib import Path

from e2efw.config.loader import packaged_folders
from e2efw.errors import FileInPathError, nearest


def find_file(name: str, folder: Path) -> Path:
    """A file or folder named in a cfg.

    Args:
        name: absolute, or relative to the cfg's folder, the current folder or the packaged `python_cfg`, tried in this
            order.
        folder: the cfg's folder.

    Raises:
        FileInPathError: it is in none of them; names the nearest of its kind there.
    """
    places = [folder, Path.cwd(), *packaged_folders()]
    for place in places:
        candidate = place / Path(name.removeprefix("file:")).expanduser()
        if candidate.exists():
            return candidate
    kind = Path(name).suffix
    siblings = {path.name for place in places for path in (place / name).parent.glob("[!._]*") if path.suffix == kind}
    searched = ", ".join(str(place) for place in dict.fromkeys(places))
    raise FileInPathError(f"no file '{name}' in {searched}. {nearest(Path(name).name, siblings, 'There')}")
