"""Leaves of other programs: what does not fit is left out and said, never mixed up."""

import logging
from collections.abc import Callable
from typing import Any

import awkward as ak
import numpy as np
import pytest

from dataformats.candidates import Photons
from e2efw.framework.tags import ProductKey
from e2efw.io import auxiliary
from e2efw.io.root_file import open_events
from e2efw.io.screening import Screening
from e2efw.io.stored_products import read_events

Make = Callable[..., Any]
KEY = ProductKey("x", "", "P")


def test_of_several_lists_in_a_product_the_one_with_most_leaves_is_read(
    write_raw: Make, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_raw(
        "a.root",
        {
            "odds_x__P.data_.a": [[1], [2, 3]],
            "odds_x__P.data_.b": [[4], [5, 6]],
            "odds_x__P.itrs_": [[7, 8, 9], []],
            "odds_x__P.n": np.array([1, 2]),
        },
    )
    with open_events(str(path)) as file:
        lists = {"data_.a": "data_", "data_.b": "data_", "itrs_": "itrs_"}
        file.index.products[KEY].lists.update(lists)  # as nested branches tell, which uproot cannot write
        block = read_events(file, auxiliary.event_ids(file), {KEY: None}, np.arange(2), Screening("drop"))
    product: Any = block.products[KEY]
    assert set(product.ragged) == {"data_.a", "data_.b"}
    assert product.scalars["n"].tolist() == [1, 2]
    (warning,) = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert "odds_x__P: 1 of 4 leaves are not read: they are no numbers, or belong to another list (itrs_)" in warning


def test_a_reference_under_the_name_of_an_optional_number_is_no_number(write_raw: Make, read_file: Make) -> None:
    stem = "recoPhotons_x__P.obj."
    p4 = {f"{stem}m_state.p4Polar_.fCoordinates.{leaf}": [[1.0], [2.0, 3.0]] for leaf in ("fPt", "fEta", "fPhi", "fM")}
    path = write_raw("a.root", {**p4, f"{stem}superCluster_": ak.Array(["a", "bc"])})
    (block,) = read_file(path, {KEY: Photons})
    photons: Any = block.products[KEY]
    assert photons.pt.tolist() == [[1.0], [2.0, 3.0]]
    assert "super_cluster" not in photons.columns
