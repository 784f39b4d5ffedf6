"""Files that are not on this machine: which library reads them, and what their failures mean."""

import contextlib
import importlib.util
import os
from collections.abc import Iterator
from typing import Any

import uproot

from e2efw.errors import ConfigurationError, FileOpenError, MissingDependencyError, nearest

_HTTP = ("http", "https")
_XROOTD_PATIENCE = {"XRD_CONNECTIONWINDOW": "15", "XRD_CONNECTIONRETRY": "2"}
"""Seconds and times that the client tries to connect, unless the user says otherwise; its own are 120 and 5."""
_SCHEMES = (*_HTTP, "root", "xroot", "roots")


def is_remote(path: str) -> bool:
    """True for a URL."""
    return "://" in path


def handler(path: str) -> type[Any] | None:
    """The uproot source that reads a file, None for uproot's own choice.

    Raises:
        ConfigurationError: a kind of URL that nothing here can read.
        MissingDependencyError: its library is not installed; says which line to type.
    """
    if not is_remote(path):
        # uproot's own choice opens a file anew for every basket
        return uproot.source.file.MultithreadedFileSource  # type: ignore[no-any-return]
    scheme = path.split("://", 1)[0]
    if scheme not in _SCHEMES:
        raise ConfigurationError(
            f"File {path}: files of '{scheme}://' cannot be read. {nearest(scheme, [*_SCHEMES, 'file'], 'Known')}"
        )
    if scheme in _HTTP:
        # of the standard library: no further dependency, and only the bytes that are needed are asked for
        return uproot.source.http.MultithreadedHTTPSource  # type: ignore[no-any-return]
    require_xrootd(path)
    return None


def require_xrootd(path: str) -> None:
    """Make sure that files of XRootD servers can be read, and that a server that does not answer is given up soon.

    Raises:
        MissingDependencyError: they cannot; says which line to type.
    """
    if importlib.util.find_spec("fsspec_xrootd") is None:
        raise MissingDependencyError(
            f"File {path}: reading from an XRootD server needs fsspec-xrootd: pip install 'e2efw[xrootd]'."
        )
    for name, value in _XROOTD_PATIENCE.items():
        os.environ.setdefault(name, value)


def matching(pattern: str) -> list[str]:
    """URLs that match a pattern with '*', '?' or '[...]', in alphabetical order.

    Raises:
        ConfigurationError: servers of this kind cannot list their files.
        MissingDependencyError: see `require_xrootd`.
    """
    scheme, rest = pattern.split("://", 1)
    if scheme in _HTTP:
        raise ConfigurationError(f"File {pattern}: web servers do not list their files; name each one.")
    handler(pattern)
    import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415  only for patterns on XRootD servers

    with opening(pattern):
        system, path = fsspec.core.url_to_fs(pattern)
        server = rest.split("/", 1)[0]
        return [f"{scheme}://{server}/{found}" for found in sorted(system.glob(path))]


@contextlib.contextmanager
def opening(path: str) -> Iterator[None]:
    """Turn failures to reach a remote file into a FileOpenError; local files are let alone."""
    try:
        yield
    except (OSError, TimeoutError) as error:
        if not is_remote(path) or isinstance(error, FileOpenError):
            raise
        cause = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise FileOpenError(f"File {path} cannot be opened: {cause}.") from error
