"""Events of the iSpy display: the same as their twins in ROOT files; damaged ones are named."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import unpack_eb, unpack_ee, unpack_hcal
from dataformats.geometry.hcal import tower_direction
from dataformats.rechits import EBRecHits, HBHERecHits
from dataformats.tracks import Tracks
from e2efw.errors import EventCorruptionError, FileOpenError, FileReadError, FileWriteError, ProductNotFoundError
from e2efw.framework.blocks import Block, Wanted
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.ig_products import PRODUCTS
from e2efw.io.ig_source import IgSource
from e2efw.io.ig_text import IgEvent
from e2efw.io.pool_output import PoolOutputModule
from e2efw.io.pool_source import PoolSource

HITS = ProductKey("reducedEcalRecHitsEB", "", "RECO")
TOWERS = ProductKey("reducedHcalRecHits", "hbhereco", "RECO")
TRACKS = ProductKey("generalTracks", "", "RECO")
CORNERS = ", ".join(["[1, 2, 3]"] * 8)
HIT = '["energy", "double"],["eta", "double"],["phi", "double"],["time", "double"],["detid", "int"]' + "".join(
    f',["{side}_{number}", "v3d"]' for side in ("front", "back") for number in (1, 2, 3, 4)
)
TRACK = (
    '["pos", "v3d"],["dir", "v3d"],["pt", "double"],["phi", "double"],["eta", "double"],["charge", "int"],'
    '["chi2", "double"],["ndof", "double"]'
)


def _text(event: int, **changed: str) -> str:
    """An event with two barrel hits, one tower and one track."""
    rows = {
        "Event": f'[1, {event}, 3, 0, 0, "2012-May-14 05:37:31", "Mon May 14"]',
        "EBRecHits": f"[1.5, 0.1, 0.2, 3, 838861517, {CORNERS}], \n[2.5, 0.1, 0.2, 4, 838861518, {CORNERS}]",
        "HBRecHits": f"[0.5, 0.1, 0.2, 3, 1107313074, {CORNERS}]",
        "HERecHits": "",
        "Tracks": "[[0.01, 0.02, 0.03], [0.5, 0, 0.75], 2, 0, 1, -1, nan, 7]",
    } | changed
    event_type = '["run", "int"],["event", "int"],["ls", "int"],["orbit", "int"],["bx", "int"],["time", "string"]'
    types = {"Event": f'{event_type},["localtime", "string"]', "Tracks": TRACK}
    columns = ",\n".join(f'"{name}_V2": [{types.get(name, HIT)}]' for name in rows)
    collections = ",\n".join(f'"{name}_V2": [{text}\n]' for name, text in rows.items())
    return f'{{"Types": {{{columns}\n}},\n"Collections": {{{collections}\n}},\n"Associations": {{"Any_V1": []}}\n}}'


def _write(path: Path, *texts: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Header", '"CMSSW_5_3_36"')
        for number, text in enumerate(texts):
            archive.writestr(f"Events/Run_1/Event_{number}", text)
    return path


def _read(path: Path, wanted: Wanted, size: int = 100, most: int = -1, **parameters: Any) -> list[Block]:
    source = IgSource(file_names=(str(path),), **parameters).open()
    return list(source.blocks(wanted, size, most))


def test_real_events_are_those_of_their_twins(real_files: list[Path]) -> None:
    for path in real_files:
        source = PoolSource(file_names=(str(path),)).open()
        wanted = {key: PRODUCTS[key].cls for key in source.content}
        (twin,) = source.blocks(wanted, 100, -1)
        (read,) = _read(path.with_suffix(".ig"), wanted)
        order = np.argsort(read.ids.event)
        for name in ("run", "lumi", "event"):
            np.testing.assert_array_equal(getattr(read.ids, name)[order], getattr(twin.ids, name))
        for key in wanted:
            product: Any = read.products[key].take(order)
            expected: Any = twin.products[key]
            np.testing.assert_array_equal(product.offsets, expected.offsets)
            for name, column in expected.columns.items():
                tolerance = 1e-6 if name in {"px", "py", "pz"} else 0  # from pt and angles of six digits
                np.testing.assert_allclose(product.columns[name], column, rtol=tolerance, atol=tolerance)


def test_the_cells_of_real_hits_lie_where_the_display_draws_them(real_files: list[Path]) -> None:
    for path in real_files:
        archive = path.with_suffix(".ig")
        with zipfile.ZipFile(archive) as opened:
            names = [name for name in opened.namelist() if name.startswith("Events/")]
            events = [IgEvent.of(opened.read(name).decode(), name) for name in names]
        for collection, unpack, where, tolerance in (
            ("EBRecHits", unpack_eb, eb_position, 0.002),
            ("EERecHits", unpack_ee, ee_position, 0.002),
            ("HBRecHits", lambda detid: unpack_hcal(detid)[1:3], tower_direction, 1e-4),
        ):
            tables = [event.table(collection) for event in events]
            detid, eta, phi = (np.concatenate([table[name] for table in tables]) for name in ("detid", "eta", "phi"))
            found: Any = where(*unpack(detid.astype(np.uint32)))
            np.testing.assert_allclose(found.eta, eta, atol=tolerance)
            np.testing.assert_allclose(np.sin(found.phi - phi), 0, atol=tolerance)


def test_products_have_units_and_labels_of_aod(tmp_path: Path) -> None:
    (block,) = _read(
        _write(tmp_path / "a.ig", _text(7), _text(8)), {HITS: EBRecHits, TOWERS: HBHERecHits, TRACKS: Tracks}
    )
    assert [block.ids.name(position) for position in range(2)] == ["1:3:7", "1:3:8"]
    hits: Any = block.products[HITS]
    assert hits.detid.to_list() == [[838861517, 838861518]] * 2
    assert hits.energy.to_list() == [[1.5, 2.5]] * 2
    tracks: Any = block.products[TRACKS]
    assert (tracks.flat("vx")[0], tracks.flat("vz")[0]) == pytest.approx((1.0, 3.0))
    assert (tracks.flat("px")[0], tracks.flat("pz")[0]) == pytest.approx((2.0, 3.0))
    assert np.isnan(tracks.flat("chi2")).all()
    towers: Any = block.products[TOWERS]
    assert towers.counts.tolist() == [1, 1]


def test_the_notation_of_python_is_read_too(tmp_path: Path) -> None:
    text = _text(7).replace('"', "'").replace("[", "(").replace("]", ")")
    for name in ("Event", "EBRecHits", "HBRecHits", "HERecHits", "Tracks"):
        text = text.replace(f"'{name}_V2': (", f"'{name}_V2': [")
    text = text.replace("\n)", "\n]").replace("))", ")]")
    energies: list[Any] = []
    for each in (text, _text(7)):
        (block,) = _read(_write(tmp_path / "a.ig", each), {HITS: EBRecHits})
        hits: Any = block.products[HITS]
        energies.append(hits.energy.to_list())
    assert energies[0] == energies[1] == [[1.5, 2.5]]


def test_blocks_skipping_and_stopping(tmp_path: Path) -> None:
    paths = [
        _write(tmp_path / f"{name}.ig", *(_text(first + n) for n in range(3))) for name, first in (("a", 0), ("b", 3))
    ]
    source = IgSource(file_names=(str(tmp_path / "*.ig"),), skip_events=1).open()
    assert source.n_events == 5
    blocks = list(source.blocks({HITS: EBRecHits}, 2, 4))
    assert [block.ids.event.tolist() for block in blocks] == [[1, 2], [3, 4]]
    assert [block.ids.file for block in blocks] == [str(path) for path in paths]


def test_no_output_takes_the_place_of_a_file_of_events(tmp_path: Path) -> None:
    names = [str(_write(tmp_path / name, _text(7))) for name in ("a.ig", "b.ig")]
    source = IgSource(file_names=tuple(names)).open()
    with pytest.raises(FileWriteError, match=r"also an input of this job: .*b\.ig \(IgSource\.fileNames\)"):
        PoolOutputModule(file_name=names[1]).open({}, Provenance())
    source.close()


def test_missing_collections_are_missing_products(tmp_path: Path) -> None:
    source = IgSource(file_names=(str(_write(tmp_path / "a.ig", _text(7))),)).open()
    assert set(source.content) == {HITS, TOWERS, TRACKS}
    with pytest.raises(
        ProductNotFoundError, match=r"IgSource: no product generalTrack::RECO\. Did you mean 'generalTr"
    ):
        source.blocks({ProductKey("generalTrack", "", "RECO"): Tracks}, 10, -1)


def test_faulty_hits_are_dropped_or_refused(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "a.ig", _text(7, EBRecHits=f"[nan, 0, 0, 0, 838861517, {CORNERS}], [1, 0, 0, 0, 5, {CORNERS}]")
    )
    source = IgSource(file_names=(str(path),)).open()
    (block,) = source.blocks({HITS: EBRecHits}, 10, -1)
    hits: Any = block.products[HITS]
    assert hits.counts.tolist() == [0]
    assert [line.split(" because ")[1].split(";")[0] for line in source.report()] == [
        "energy is NaN or infinite",
        "detid is no EB crystal",
    ]
    assert all(line.startswith("IgSource: dropped 1 objects") for line in source.report())
    with pytest.raises(EventCorruptionError, match=r"IgSource: .*EB__RECO energy is NaN or infinite in event 1:3:7"):
        _read(path, {HITS: EBRecHits}, bad_hits="refuse")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_text(7, EBRecHits="[1.5, 0.1, 0.2"), r"Event_1: collection 'EBRecHits' is damaged: a row is not 29 numbers"),
        (_text(7, EBRecHits=_text(1)[:50]), r"Event_1: collection 'EBRecHits' does not end, the event is damaged"),
        (_text(7)[:-300], r"Event_1: .*"),
        ("nonsense", r"Event_1 is no event of iSpy: it has no 'Types' and 'Collections'"),
        (_text(7).replace("EBRecHits", "XBRecHits"), r"Event_1: no collection 'EBRecHits'\. Did you mean 'XBRecHits'"),
        (
            _text(7).replace('"energy"', '"energie"'),
            r"Event_1: collection 'EBRecHits' has no column 'energy'\. Did you mean 'energie'",
        ),
        (_text(7, Event=""), r"Event_1: collection 'Event' has 0 rows instead of one"),
    ],
)
def test_a_damaged_event_is_named_with_its_file_and_collection(tmp_path: Path, text: str, message: str) -> None:
    path = _write(tmp_path / "a.ig", _text(6), text)
    with pytest.raises(FileReadError, match=rf"a\.ig, Events/Run_1/{message}") as caught:
        _read(path, {HITS: EBRecHits, TRACKS: Tracks})
    assert caught.value.exit_code == 8021


def test_flipped_bytes_end_in_a_read_error_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.ig"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Events/Run_1/Event_7", _text(7))
    whole = path.read_bytes()
    random = np.random.default_rng(3)
    refused = 0
    for position in random.integers(0, len(whole), 60):
        content = bytearray(whole)
        content[position] ^= int(random.integers(1, 256))
        path.write_bytes(content)
        try:
            _read(path, {HITS: EBRecHits, TRACKS: Tracks})
        except FileReadError:
            refused += 1
    assert refused > 0


def test_what_is_no_event_file_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.ig"
    text.write_text("my notes")
    with pytest.raises(FileReadError, match=r"notes\.ig is no file of the event display, or truncated"):
        IgSource(file_names=(str(text),)).open()
    _write(tmp_path / "real.ig", _text(7))
    whole = (tmp_path / "real.ig").read_bytes()
    (tmp_path / "cut.ig").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileReadError, match=r"cut\.ig is no file of the event display, or truncated"):
        IgSource(file_names=(str(tmp_path / "cut.ig"),)).open()
    with pytest.raises(FileReadError, match=r"empty\.ig holds no events"):
        IgSource(file_names=(str(_write(tmp_path / "empty.ig")),)).open()
    with pytest.raises(FileOpenError, match=r"rael\.ig does not exist\. Did you mean 'real\.ig'\?") as caught:
        IgSource(file_names=(str(tmp_path / "rael.ig"),)).open()
    assert caught.value.exit_code == 8020
