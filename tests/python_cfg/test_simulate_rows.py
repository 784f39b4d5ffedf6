"""Rows for training straight from Pythia."""

from collections.abc import Callable
from pathlib import Path

import pytest

from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job

pyarrow_parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is in the extra `train`")
pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
pytest.importorskip("fastjet", reason="fastjet is in the extra `sim`")

Simulate = Callable[..., Path]


def test_one_job_makes_the_rows_that_simulation_and_export_make(simulate: Simulate, tmp_path: Path) -> None:
    asked = ("process=ttbar_hadronic", "ptHatMin=400", "maxEvents=12")
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    simulated = simulate(*asked)
    Job(configure(load_process("simulate_rows_cfg.py", [*asked, f"outputFile={one}"]), Path())).run()
    export = load_process("export_top_cfg.py", [f"inputFiles={simulated}", f"outputFile={two}"])
    Job(configure(export, Path())).run()
    rows = pyarrow_parquet.read_table(one)
    assert rows.num_rows >= 5
    assert rows.equals(pyarrow_parquet.read_table(two))


@pytest.mark.parametrize(
    ("rows", "truth", "process"),
    [
        ("narrowJetRows", "tauTruth", "dytautau"),
        ("photonRows", "eGammaTruth", "photon_gun"),
    ],
)
def test_rows_of_other_tasks(tmp_path: Path, rows: str, truth: str, process: str) -> None:
    output = tmp_path / "rows.parquet"
    asked = (f"rows={rows}", f"truth={truth}", f"process={process}", "maxEvents=8")
    Job(configure(load_process("simulate_rows_cfg.py", [*asked, f"outputFile={output}"]), Path())).run()
    labels = pyarrow_parquet.read_table(output)["label"].to_pylist()
    assert labels
    assert set(labels) <= {0, 1}
