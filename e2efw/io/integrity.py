"""Whether a file still is what was written: ROOT notices few of the bytes that a disk or a network changes.

The identity of our ROOT files is a checksum of all that is in them; pages of our Parquet files have checksums.
"""

from pathlib import Path

from e2efw.errors import FileReadError, LogicError, UnimplementedFeatureError
from e2efw.io.arrow import pyarrow
from e2efw.io.remote import is_remote
from e2efw.io.reproducible import is_as_written
from e2efw.io.root_file import PARQUET, reading


def checked(name: str) -> bool:
    """Read a whole file and compare its checksums.

    Args:
        name: a path, with or without ``file:``.

    Returns:
        False if it has none: another program wrote it.

    Raises:
        FileReadError: it is damaged.
        UnimplementedFeatureError: it is far away.
    """
    path = name.removeprefix("file:")
    if is_remote(path):
        raise UnimplementedFeatureError(f"File {path}: only files on a disk can be checked; copy it first.")
    if path.endswith(PARQUET):
        with reading(f"File {path}"):
            pyarrow("checking Parquet files").parquet.read_table(path, page_checksum_verification=True)
        return True
    try:
        found = is_as_written(Path(path))
    except LogicError as error:
        raise FileReadError(f"File {path} is damaged: {error}") from error
    if found is False:
        raise FileReadError(f"File {path} is damaged: its bytes are not those written. Copy or make it again.")
    return found is not None
