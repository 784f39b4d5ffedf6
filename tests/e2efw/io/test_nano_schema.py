"""Files of ours in coffea."""

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import e2efw
from e2efw.errors import MissingDependencyError

Make = Callable[..., Any]
HAS_COFFEA = importlib.util.find_spec("coffea") is not None


@pytest.mark.skipif(HAS_COFFEA, reason="coffea is there")
def test_without_coffea_one_line_says_what_to_install() -> None:
    with pytest.raises(MissingDependencyError, match="nano_schema needs coffea: pip install coffea"):
        importlib.import_module("e2efw.io.nano_schema")


def _events(path: Path) -> Any:
    if not HAS_COFFEA:
        pytest.skip("coffea is not installed")
    nanoevents = importlib.import_module("coffea.nanoevents")
    schema = importlib.import_module("e2efw.io.nano_schema").E2ESchema
    return nanoevents.NanoEventsFactory.from_root({str(path): "Events"}, schemaclass=schema, mode="virtual").events()


def _equal(first: Any, second: Any) -> bool:
    """The same numbers, whatever they are documented as."""
    return bool(ak.array_equal(first, second, check_parameters=False))


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("container", ["TTree", "RNTuple"])
def test_products_are_those_that_modules_see(make_block: Make, write_file: Make, container: str) -> None:
    path = write_file(make_block(30), container=container)
    events, opened = _events(path), e2efw.open(path)
    assert events.event.tolist() == opened.ids.event.tolist()
    assert {"run", "luminosityBlock", "jets", "tracks", "eBRecHits", "frames", "score_value"} <= set(events.fields)
    for name in ("jets", "tracks", "eBRecHits", "frames"):
        assert events[name].fields == opened[name].fields
        for column in opened[name].fields:
            assert _equal(events[name][column], opened[name][column])
    assert events.score_value.present.tolist() == [number % 3 == 0 for number in range(30)]


@pytest.mark.filterwarnings("default")
def test_jets_and_tracks_are_vectors(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(30))
    events, opened = _events(path), e2efw.open(path)
    jets, tracks = opened["jets"], opened["tracks"]
    np.testing.assert_allclose(ak.flatten(events.jets.px), ak.flatten(jets.pt * np.cos(jets.phi)), rtol=1e-5)
    np.testing.assert_allclose(ak.flatten(events.tracks.pt), ak.flatten(np.hypot(tracks.px, tracks.py)), rtol=1e-6)
    assert ak.all(events.jets.delta_r(events.jets) == 0)


@pytest.mark.filterwarnings("default")
def test_real_collisions_open_with_the_same_names(real_files: list[Path]) -> None:
    events, opened = _events(real_files[0]), e2efw.open(real_files[0])
    assert _equal(events.generalTracks.px, opened["generalTracks"].px)
    assert _equal(events.reducedHcalRecHits_hbhereco.energy, opened["reducedHcalRecHits:hbhereco"].energy)
