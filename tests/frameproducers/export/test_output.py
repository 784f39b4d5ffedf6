"""Files for training hold the windows of the job bit for bit, the labels, and what made them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.candidates import Jets, MissingMomentum, Photons
from dataformats.channels import CHANNEL_SETS
from dataformats.frames import Layer, SeedStatus
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.superclusters import SuperClusterHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from dataformats.truth import TruthLabels
from dataformats.window_table import METADATA_KEY, WindowTable
from e2efw.config.loader import find_cfg, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDFilter, InputTag, param
from e2efw.io.pool_source import PoolSource
from frameproducers.eg_frames import EGFrameProducer
from frameproducers.entries import Inputs
from frameproducers.export.parquet import ParquetRows
from frameproducers.export.rows import Rows
from frameproducers.jet_frames import JetFrameProducer, JetFrameProducts
from python_cfg.samples import SIMULATED_TTBAR
from taggers.training.sources import RandomAccess
from taggers.training.window_files import WindowFiles

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is in the extra `train`")
Export = Callable[..., Any]

CHANNELS = ("TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL")
INPUTS = {
    "ak8PFJetsCHS": Jets,
    "gedPhotons": Photons,
    "reducedEcalRecHitsEB": EBRecHits,
    "reducedEcalRecHitsEE": EERecHits,
    "reducedHcalRecHits:hbhereco": HBHERecHits,
    "generalTracks": Tracks,
    "offlinePrimaryVertices": Vertices,
    "topTruth": TruthLabels,
    "pfMet": MissingMomentum,
    "superClusters:hits": SuperClusterHits,
    "siPixelRecHits": TrackerRecHits,
}


class FewJets(EDFilter):
    """A filter that a user may write."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets")

    def filter(self, jets: Jets) -> NDArray[np.bool_]:
        return jets.counts <= 3


class Expected(NamedTuple):
    """Products of the packaged sample, without a job."""

    jets: Jets
    photons: Photons
    eb_hits: EBRecHits
    ee_hits: EERecHits
    hbhe_hits: HBHERecHits
    tracks: Tracks
    vertices: Vertices
    truth: TruthLabels
    met: MissingMomentum
    crystals: SuperClusterHits
    pixel_hits: TrackerRecHits

    def windows(self, **parameters: Any) -> JetFrameProducts:
        """What the producer makes of them."""
        cuts = {"channels": CHANNELS, "min_jet_pt": 400.0, "max_jet_eta": 1.37}
        producer = JetFrameProducer(**{**cuts, **parameters})
        return producer.produce(self.jets, self.inputs)

    @property
    def inputs(self) -> Inputs:
        """What the channels are made of."""
        hits = self.eb_hits, self.ee_hits, self.hbhe_hits
        return Inputs(*hits, self.tracks, self.vertices, self.pixel_hits)


@pytest.fixture(scope="module")
def expected() -> Expected:
    """Read all events at once."""
    source = PoolSource(file_names=(SIMULATED_TTBAR,)).open()
    keys = {str(InputTag(key.label, key.instance)): key for key in source.content}
    (block,) = source.blocks({keys[label]: cls for label, cls in INPUTS.items()}, 1000, -1)
    source.close()
    return Expected(*(block.products[keys[label]] for label in INPUTS))  # type: ignore[arg-type]  # in this order


def read_all(path: Path, channels: tuple[str, ...] = CHANNELS, scalars: tuple[str, ...] = ()) -> Any:
    """All usable rows: pictures and columns."""
    rows = RandomAccess(WindowFiles(path), channels, scalars)
    pictures = np.full((len(rows), *rows.shape), np.nan, np.float32)
    return pictures, rows.read(np.arange(len(rows)), pictures)


def notes(path: Path) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = pq.ParquetFile(path).metadata.metadata
    return found


def test_the_file_holds_the_windows_of_the_job_bit_for_bit(export: Export, expected: Expected, tmp_path: Path) -> None:
    export(tmp_path / "top.parquet", "top")
    seeds, windows = expected.windows()
    seeded = seeds.flat("status") == SeedStatus.OK
    good = seeded & expected.truth.flat("valid")
    columns = ("pt", "eta", "label", "target_mass", "seed_row", "object", "met_sum_et", "n_vertices")
    pictures, found = read_all(tmp_path / "top.parquet", scalars=columns)
    assert len(pictures) == np.count_nonzero(good) > 20
    assert np.array_equal(pictures, windows.pixels[good[seeded]])
    for name in ("pt", "eta"):
        assert np.array_equal(found[name], expected.jets.flat(name)[good])
    for name in ("label", "target_mass"):
        assert np.array_equal(found[name], expected.truth.flat(name)[good])
    assert np.array_equal(found["seed_row"], seeds.flat("row")[good])
    event = np.repeat(np.arange(len(expected.jets)), expected.jets.counts)[good]
    assert np.array_equal(found["object"], np.flatnonzero(good) - expected.jets.offsets[event])
    assert np.array_equal(found["met_sum_et"], expected.met.flat("sum_et")[event])
    assert found["n_vertices"].min() >= 1


@pytest.mark.parametrize("settings", [("options.eventsPerBlock=1",), ("options.eventsPerBlock=7",)])
def test_blocks_and_threads_give_the_same_bytes(export: Export, tmp_path: Path, settings: tuple[str, ...]) -> None:
    small_groups = "parquetOutput.rowsPerGroup=10"
    export(tmp_path / "one.parquet", "tau", settings=(small_groups,))
    export(tmp_path / "two.parquet", "tau", settings=(small_groups, "options.numberOfThreads=2", *settings))
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    groups = WindowFiles(tmp_path / "one.parquet").group_sizes
    assert set(groups[:-1]) == {10}


def test_towers_are_one_cell_each(export: Export, expected: Expected, tmp_path: Path) -> None:
    export(tmp_path / "top.parquet", "top", "keepAll=True")
    table = pq.read_table(tmp_path / "top.parquet", columns=["channel"])
    hcal = np.count_nonzero(table["channel"].combine_chunks().flatten().to_numpy() == CHANNELS.index("HCAL"))
    assert hcal * 25 == np.count_nonzero(expected.windows().frames.pixels[:, CHANNELS.index("HCAL")])


def test_keep_all_writes_every_object_with_nulls_and_readers_pass_over_them(
    export: Export, expected: Expected, tmp_path: Path
) -> None:
    export(tmp_path / "some.parquet", "top")
    report = export(tmp_path / "all.parquet", "top", "keepAll=True", settings=("parquetOutput.rowsPerGroup=16",))
    table = pq.read_table(tmp_path / "all.parquet")
    seeded = expected.windows().seeds.flat("status") == SeedStatus.OK
    invalid = np.count_nonzero(seeded & ~expected.truth.flat("valid"))
    assert report.outputs[0].startswith(
        f"{seeded.size} of {seeded.size} objects in {len(expected.jets)} events "
        f"({np.count_nonzero(~seeded)} have no window, {invalid} more no valid label: kept with nulls), "
    )
    assert table.num_rows == seeded.size
    for name in ("cell", "seed_row"):
        assert np.array_equal(table[name].is_valid().to_numpy(), seeded)
    for name in ("label", "target_pt"):
        assert np.array_equal(table[name].is_valid().to_numpy(), expected.truth.flat("valid"))
    ours, theirs = (read_all(tmp_path / f"{name}.parquet", scalars=("pt",)) for name in ("all", "some"))
    assert np.array_equal(ours[0], theirs[0])
    assert np.array_equal(ours[1]["pt"], theirs[1]["pt"])


def test_a_task_without_objects_gives_an_empty_file_that_can_be_read(export: Export, tmp_path: Path) -> None:
    report = export(tmp_path / "none.parquet", "ditauMass")
    assert report.outputs[0].startswith("0 of ")
    pictures, found = read_all(tmp_path / "none.parquet", ("HCAL", "ECAL"), ("label",))
    assert pictures.shape == (0, 2, 125, 125)
    assert found["label"].shape == (0,)


def test_no_events_give_an_empty_file(export: Export, tmp_path: Path) -> None:
    export(tmp_path / "none.parquet", "top", "maxEvents=0")
    assert WindowFiles(tmp_path / "none.parquet").names == CHANNEL_SETS["top8"].channels


def test_the_file_tells_channels_units_counts_sums_truth_and_what_made_it(
    export: Export, expected: Expected, tmp_path: Path
) -> None:
    path = tmp_path / "top.parquet"
    export(path, "top")
    table = WindowFiles(path).table
    assert [(layer.name, layer.unit) for layer in table.layers][2:4] == [("TracksDz", "cm"), ("ECAL", "GeV")]
    assert table.truth["task"] == "top"
    assert "a top quark" in table.truth["signal"]
    seeded, valid = expected.windows().seeds.flat("status") == SeedStatus.OK, expected.truth.flat("valid")
    assert table.counts == {
        "events": len(expected.jets),
        "objects": seeded.size,
        "without_window": np.count_nonzero(~seeded),
        "without_label": np.count_nonzero(seeded & ~valid),
        "written": np.count_nonzero(seeded & valid),
    }
    pictures, _ = read_all(path)
    for number, name in enumerate(CHANNELS):
        assert table.statistics[name]["sum"] == pytest.approx(pictures[:, number].sum(dtype=np.float64), rel=1e-5)
    made = json.loads(notes(path)[b"E2EProvenance"])
    last = made["processes"][-1]
    assert last["name"] == "EXPORT"
    assert {module["label"] for module in last["modules"]} >= {"detFrames", "jetFrames", "topTruth"}
    schema = pq.read_schema(path)
    assert schema.field("target_mass").metadata[b"unit"] == b"GeV"


@pytest.mark.parametrize(
    ("output", "frames"),
    [
        (("window=32,32",), {"height": 32, "width": 32}),
        (("window=33,350",), {"height": 33, "width": 350}),
        (("window=375,375", "granularity=3"), {"height": 375, "width": 375, "granularity": 3}),
        (("hcalUpsampling=tile",), {"hcal_upsampling": "tile"}),
        (("eeResampling=conserving",), {"ee_resampling": "conserving"}),
        ((), {"channels": ("HBHE_EB", "EBTime", "TracksPt_max", "BPIX2", "ECALatHCAL", "TracksN_EB")}),
        (
            ("window=375,375", "granularity=3"),
            {"height": 375, "width": 375, "granularity": 3, "channels": ("BPIX1_3x3", "TracksD0", "EBEnergy", "HCAL")},
        ),
        (("eeResampling=legacy", "window=279,60"), {"ee_resampling": "legacy", "height": 279, "width": 60}),
    ],
)
def test_every_kind_of_window_is_the_one_of_the_producer(
    export: Export, expected: Expected, tmp_path: Path, output: tuple[str, ...], frames: dict[str, Any]
) -> None:
    layers = f"detFrames.layers={','.join(frames.get('channels', CHANNELS))}"
    settings = (layers, "jetFrames.border=pad", *(f"parquetOutput.{setting}" for setting in output))
    export(tmp_path / "top.parquet", "top", settings=settings)
    seeds, windows = expected.windows(**frames, border="pad")
    pictures, _ = read_all(tmp_path / "top.parquet", windows.channels)
    valid = expected.truth.flat("valid")[seeds.flat("status") == SeedStatus.OK]
    assert len(pictures) > 20
    assert np.array_equal(pictures, windows.pixels[valid])


def test_windows_of_photons_are_those_of_their_producer(export: Export, expected: Expected, tmp_path: Path) -> None:
    export(tmp_path / "photons.parquet", "eGamma", "keepAll=True", settings=("detFrames.layers=ECAL,HCAL",))
    pictures, found = read_all(tmp_path / "photons.parquet", ("ECAL", "HCAL"), ("seed_row",))
    producer = EGFrameProducer(channels=("ECAL", "HCAL"))
    seeds, windows = producer.produce(expected.photons, None, expected.crystals, expected.inputs)
    rows = pq.read_table(tmp_path / "photons.parquet", columns=["valid", "seed_status"]).to_pydict()
    status = seeds.flat("status")
    assert rows["seed_status"] == status.tolist()
    valid = np.array(rows["valid"])[status == SeedStatus.OK]
    assert np.array_equal(found["seed_row"], windows.row[valid])
    assert np.array_equal(pictures, windows.pixels[valid])
    assert len(pictures) > 0


def test_met_and_vertices_may_be_left_out(export: Export, tmp_path: Path) -> None:
    export(tmp_path / "top.parquet", "top", settings=("parquetOutput.met=", "parquetOutput.vertices="))
    names = pq.read_schema(tmp_path / "top.parquet").names
    assert "pt" in names
    assert not [name for name in names if name.startswith("met_") or name == "n_vertices"]


def test_events_that_a_filter_stops_have_no_rows(tmp_path: Path) -> None:
    cfg = tmp_path / "filtered_cfg.py"
    text = find_cfg("export_top_cfg.py").read_text()
    cfg.write_text(
        text.replace("cms.Path(process.frames", "cms.Path(process.few + process.frames").replace(
            "process.label =", 'process.few = cms.EDFilter("FewJets")\nprocess.label ='
        )
    )
    process = load_process(cfg, [f"outputFile={tmp_path / 'few.parquet'}"])
    Job(configure(process, tmp_path)).run()
    table = WindowFiles(tmp_path / "few.parquet").table
    assert 0 < table.counts["events"] < PoolSource(file_names=(SIMULATED_TTBAR,)).open().n_events
    assert table.counts["objects"] <= 3 * table.counts["events"]


def test_values_of_every_kind_survive(tmp_path: Path) -> None:
    odd = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4e38, -1.0], np.float32)
    table = WindowTable.of([Layer("ECAL", 280, 360, "GeV")], [(1, 1)], (125, 125), 1)
    zeros = {name: np.zeros(2, np.uint16) for name in ("seed_row", "seed_column")}
    scalars: dict[str, NDArray[Any]] = {**zeros, "seed_status": np.zeros(2, np.uint8), "valid": np.ones(2, np.bool_)}
    cells: dict[str, NDArray[Any]] = {
        "channel": np.zeros(7, np.uint8),
        "cell": np.arange(7, dtype=np.uint16),
        "value": odd,
    }
    rows = Rows(scalars, np.array([0, 7, 7]), cells)
    writer = ParquetRows(tmp_path / "odd.parquet", table, rows.cut(0)[0].scalars, 3)
    writer.write(rows)
    writer.close({METADATA_KEY: table.to_json()})
    pictures, _ = read_all(tmp_path / "odd.parquet", ("ECAL",))
    assert pictures[0, 0, 0, :7].tobytes() == odd.tobytes()
    assert not pictures[1].any()
