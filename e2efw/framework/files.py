"""Finding the files that a cfg names."""

from importlib.util import find_spec
from pathlib import Path

from e2efw.errors import FileInPathError, nearest


def packaged_folder() -> Path:
    """The `python_cfg` folder that is installed with the project."""
    spec = find_spec("python_cfg")
    if spec is None or not spec.submodule_search_locations:
        raise FileInPathError("The package 'python_cfg' is not installed: reinstall e2efw.")
    return Path(next(iter(spec.submodule_search_locations)))


def find_file(name: str, folder: Path) -> Path:
    """A file or folder named in a cfg.

    Args:
        name: absolute, or relative to the cfg's folder, the current folder or the packaged `python_cfg`, tried in this
            order.
        folder: the cfg's folder.

    Raises:
        FileInPathError: it is in none of them; names the nearest there.
    """
    places = [folder, Path.cwd(), packaged_folder()]
    for place in places:
        candidate = place / Path(name.removeprefix("file:")).expanduser()
        if candidate.exists():
            return candidate
    siblings = {path.name for place in places for path in (place / name).parent.glob("*")}
    searched = ", ".join(str(place) for place in dict.fromkeys(places))
    raise FileInPathError(f"no file '{name}' in {searched}. {nearest(Path(name).name, siblings, 'There')}")
