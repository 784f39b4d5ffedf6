"""Files for training: of our own export, and in the public layout."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from taggers.training.recipe import Recipe

MakePublic: TypeAlias = Callable[..., Path]
MakeRecipe: TypeAlias = Callable[..., Recipe]
_PARITY = """
task: jets of even events against those of odd ones
channels: [ECAL, HCAL, TracksPt]
transform: {TracksPt: [{scale: 0.1}], ECAL: [{scale: 0.1}], HCAL: []}
data: {train: [FILE], validation: 0.2, test: 0.2, truth: tau}
network: cnn
loss: bce
label: {classes: [even, odd]}
weights: {balance: true}
augmentation: [phi_flip]
schedule: {name: plateau, patience: 0}
epochs: 3
batch_size: 16
accelerator: cpu
"""
"""A recipe."""


@pytest.fixture(scope="session")
def taus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tau windows of the packaged sample, 16 rows per group."""
    pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
    path = tmp_path_factory.mktemp("exported") / "taus.parquet"
    process = load_process("export_tau_cfg.py", [f"outputFile={path}"])
    layers = "detFrames.layers=TracksPt,TracksDzSig,TracksD0Sig,ECAL,HCAL"
    apply_settings(process, (layers, "parquetOutput.rowsPerGroup=16"))
    Job(configure(process, Path())).run()
    return path


@pytest.fixture
def make_public(tmp_path: Path) -> MakePublic:
    """``make_public("a.parquet", pictures, rows_per_group=1, pt=[...])``: nested lists, as public files have them."""
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
    parquet = pytest.importorskip("pyarrow.parquet")

    def make(name: str, pictures: Any, *, column: str = "X_jets", rows_per_group: int = 1, **scalars: Any) -> Path:
        nested = arrow.array(pictures.tolist() if isinstance(pictures, np.ndarray) else pictures)
        table = arrow.table({column: nested, **{name: arrow.array(values) for name, values in scalars.items()}})
        parquet.write_table(table, tmp_path / name, row_group_size=rows_per_group, compression="snappy")
        return tmp_path / name

    return make


@pytest.fixture
def sparse_pictures() -> Callable[[int], NDArray[np.float32]]:
    """``sparse_pictures(rows)``: (rows, 3, 12, 10) float32, mostly zero."""

    def make(rows: int) -> NDArray[np.float32]:
        rng = np.random.default_rng(rows)
        pictures = rng.exponential(size=(rows, 3, 12, 10)) * (rng.random((rows, 3, 12, 10)) < 0.1)
        return pictures.astype(np.float32)

    return make


@pytest.fixture(scope="session")
def small_taus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `taus`, in windows of 25 x 25 pixels with three channels: quick to train on."""
    pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
    path = tmp_path_factory.mktemp("exported") / "small_taus.parquet"
    process = load_process("export_tau_cfg.py", [f"outputFile={path}"])
    settings = ("detFrames.layers=TracksPt,ECAL,HCAL", "parquetOutput.window=25,25", "parquetOutput.rowsPerGroup=16")
    apply_settings(process, settings)
    Job(configure(process, Path())).run()
    return path


@pytest.fixture(scope="session")
def jets(tmp_path_factory: pytest.TempPathFactory, small_taus: Path) -> Path:
    """Small windows of 100 jets, labelled with the parity of their event."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(small_taus)
    label = arrow.array((table["event"].to_numpy() % 2).astype(np.int8)).cast(table.schema.field("label").type)
    table = table.set_column(table.schema.get_field_index("label"), table.schema.field("label"), label)
    table = table.replace_schema_metadata(parquet.ParquetFile(small_taus).metadata.metadata)
    path = tmp_path_factory.mktemp("jets") / "jets.parquet"
    parquet.write_table(table, path, row_group_size=20, write_page_checksum=True)
    return path


@pytest.fixture(scope="session")
def recipe(jets: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeRecipe:
    """``recipe("epochs=2")``: that of this page, overruled."""
    path = tmp_path_factory.mktemp("recipes") / "parity.yaml"
    path.write_text(_PARITY.replace("FILE", str(jets)))
    return lambda *settings: Recipe.read(str(path), settings)
