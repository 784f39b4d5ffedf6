"""The one place that imports pyarrow, which is optional and slow to import."""

from typing import Any

from e2efw.errors import MissingDependencyError


def pyarrow(who: str, extra: str = "parquet") -> Any:
    """The library, with its Parquet part.

    Args:
        who: needs it, for the message.
        extra: what installs it.

    Raises:
        MissingDependencyError: it is not installed; says which line to type.
    """
    try:
        import pyarrow.parquet  # noqa: PLC0415 (see above)
    except ImportError as error:
        raise MissingDependencyError(f"{who} needs pyarrow: pip install 'e2efw[{extra}]'") from error
    return pyarrow
