"""A second set of files brings products of the same events."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.rechits import EBRecHits
from e2efw.errors import MismatchedInputFilesError
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import part, rearranged
from e2efw.io.pool_source import PoolSource

Make = Callable[..., Any]

JETS = ProductKey("jets", "", "E2E")
HITS = ProductKey("eBRecHits", "", "E2E")
SCORE = ProductKey("score", "value", "E2E")


@pytest.fixture
def pair(make_block: Make, write_file: Make) -> tuple[Any, Path, list[Path]]:
    """All events, a file with their jets, and two files in another order with everything else."""
    whole = make_block(30)
    first = part(whole, 0, 30)
    first.products, first.events = {JETS: whole.products[JETS]}, {}
    shuffled = rearranged(whole, np.random.default_rng(4).permutation(30))
    others = [part(shuffled, 0, 13), part(shuffled, 13, 30)]
    return whole, write_file(first, "jets.root"), [write_file(each, f"{n}.root") for n, each in enumerate(others)]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_every_event_finds_its_twin(
    pair: tuple[Any, Path, list[Path]], read_file: Make, same_products: Make, size: int
) -> None:
    whole, first, others = pair
    wanted = {JETS: Jets, HITS: EBRecHits, SCORE: type(whole.products[SCORE])}
    blocks = read_file(first, wanted, size, secondary_file_names=tuple(map(str, others)), lumis_to_process=("7:1-7:2",))
    start = 10
    for block in blocks:
        expected = part(whole, start, start + len(block))
        expected.products = {key: expected.products[key] for key in wanted}
        expected.events = {key: having for key, having in expected.events.items() if key in wanted}
        same_products(block, expected)
        start += len(block)
    assert start == 30


def test_what_both_sets_hold_is_of_the_first(pair: tuple[Any, Path, list[Path]]) -> None:
    _, first, others = pair
    content = PoolSource(file_names=(str(first),), secondary_file_names=tuple(map(str, others))).open().content
    assert content[JETS].origin == str(first)
    assert content[HITS].origin == str(others[0])


def test_an_event_without_twin_is_named(pair: tuple[Any, Path, list[Path]], read_file: Make) -> None:
    _, first, others = pair
    with pytest.raises(
        MismatchedInputFilesError, match=r"Event 7:\d+:\d+ of .*jets\.root is in none of the secondary files: .*0\.root"
    ) as caught:
        read_file(first, {HITS: EBRecHits}, secondary_file_names=(str(others[0]),))
    assert caught.value.exit_code == 8023
