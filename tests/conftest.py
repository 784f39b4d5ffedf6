"""Fixtures that every room's tests may use."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import awkward as ak
import numpy as np
import pytest
import uproot
from hypothesis import settings

from dataformats.collection import Collection

settings.register_profile("untimed", deadline=None)  # a slow machine is no failure
settings.load_profile("untimed")

C = TypeVar("C", bound=Collection)

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # benchmarks, with which the tests of physics measure, are not installed

SHARED = ROOT.parent / "shared"
"""Real CMS data and geometry beside the checkout; a user's clone has none."""


@pytest.fixture(scope="session")
def real_files() -> list[Path]:
    """The three EDM files of real CMS collisions."""
    files = sorted((SHARED / "data" / "cms_open_data").glob("*.root"))
    if not files:
        pytest.skip("no real CMS events beside this checkout")
    return files


@pytest.fixture(scope="session")
def real_collection(real_files: list[Path]) -> Callable[[type[C], str], C]:
    """``real_collection(Tracks, "generalTracks_")``: a product of the three files, one after the other."""

    def read(cls: type[C], product: str) -> C:
        return cls.concatenate([_read(path, cls, product) for path in real_files])

    return read


def _read(path: Path, cls: type[C], product: str) -> C:
    tree = uproot.open(path)["Events"]
    stem = f"{cls.friendly_type}_{product}_RECO."
    columns = {name: tree[stem + leaf.path].array() for name, leaf in cls.leaves.items() if stem + leaf.path in tree}
    counts = ak.to_numpy(ak.num(next(iter(columns.values()))))
    flat = {name: ak.to_numpy(ak.flatten(column)) for name, column in columns.items()}
    return cls(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **flat)
