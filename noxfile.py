#!/usr/bin/env -S uv run --script

# /// script
# dependencies = ["nox>=2025.2.9"]
# ///

"""Tests and lint in environments of their own: `nox`, `nox -s tests-3.12`."""

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"


@nox.session(python=["3.11", "3.12", "3.13"], default=True)
def tests(session: nox.Session) -> None:
    """The test suite."""
    session.install(".[cpu,test]")
    session.run("pytest", *session.posargs)


@nox.session(default=True)
def lint(session: nox.Session) -> None:
    """Ruff and mypy."""
    session.install("-e", ".[cpu,dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


if __name__ == "__main__":
    nox.main()
