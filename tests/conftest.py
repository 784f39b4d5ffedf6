"""Fixtures that every room's tests may use."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Real CMS data and geometry beside the checkout; a user's clone has none."""


@pytest.fixture(scope="session")
def real_files() -> list[Path]:
    """The three EDM files of real CMS collisions."""
    files = sorted((SHARED / "data" / "cms_open_data").glob("*.root"))
    if not files:
        pytest.skip("no real CMS events beside this checkout")
    return files
