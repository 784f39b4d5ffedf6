"""`e2efw merge`: what the packaged job cannot know beforehand."""

from collections.abc import Sequence
from itertools import count
from typing import Final

from e2efw.io.input_files import resolved
from e2efw.io.root_file import open_events

_NAME: Final = "MERGE"


def free_process_name(files: Sequence[str]) -> str:
    """``MERGE``, or ``MERGE2``, ``MERGE3``, ... for files that were merged before: a history names no process twice.

    Args:
        files: as given; the history is that of the first.

    Raises:
        FileOpenError: there is no such file; names the nearest.
        FileReadError: it is corrupt or holds no events.
    """
    with open_events(resolved(files[:1])[0]) as file:
        used = {key.process for key in file.index.products}
        used |= {process.name for process in file.provenance.processes}
    names = (f"{_NAME}{number}" if number > 1 else _NAME for number in count(1))
    return next(name for name in names if name not in used)
