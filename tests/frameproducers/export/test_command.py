"""`e2efw export`: every task, and what it says when something is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from e2efw.cli.main import main
from e2efw.config.loader import packaged_cfgs
from python_cfg.samples import SIMULATED_TTBAR
from taggers.training.window_files import WindowFiles

pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")

TASKS = {
    "top": "top",
    "topMass": "top_mass",
    "quarkGluon": "quark_gluon",
    "tau": "tau",
    "electron": "electron",
    "ditauMass": "ditau_mass",
    "dielectronMass": "dielectron_mass",
    "eGamma": "egamma",
    "diphotonMass": "diphoton_mass",
}
"""By the word after --task: the task whose truth is written."""


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["export", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_tasks_are_those_with_a_cfg() -> None:
    cfgs = {name for name in packaged_cfgs() if name.startswith("export_")}
    assert cfgs == {f"export_{task}_cfg.py" for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_every_task_writes_its_truth(task: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "out.parquet"
    assert run(SIMULATED_TTBAR, "--task", task, "-o", str(path), "--max-events", "20", "--keep-all") == 0
    assert "kept with nulls" in " ".join(capsys.readouterr().out.split())
    table = WindowFiles(path).table
    assert table.truth["task"] == TASKS[task]
    assert table.counts["events"] == 20


def test_several_files_and_settings_are_passed_on(tmp_path: Path) -> None:
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    setting = ("--set", "parquetOutput.rowsPerGroup=10")
    assert run(SIMULATED_TTBAR, "-t", "top", "-o", str(one)) == 0
    assert run(SIMULATED_TTBAR, SIMULATED_TTBAR, "-t", "top", "-o", str(two), *setting) == 0
    sizes = WindowFiles(two).group_sizes
    assert sizes.sum() == 2 * WindowFiles(one).group_sizes.sum()
    assert set(sizes[:-1]) == {10}


def test_an_unknown_task_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(SIMULATED_TTBAR, "--task", "topmass", "-o", str(tmp_path / "x.parquet")) == 7000
    message = " ".join(capsys.readouterr().err.split())
    assert "export: no task 'topmass'. Did you mean 'topMass'? Tasks: dielectronMass, diphotonMass," in message


def test_a_folder_that_is_missing_is_found_before_the_first_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(SIMULATED_TTBAR, "--task", "top", "-o", str(tmp_path / "none" / "x.parquet")) == 8033
    assert "there is no folder" in " ".join(capsys.readouterr().err.split())


def test_without_pyarrow_the_job_says_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError('No module named pyarrow', name='pyarrow')")
    done = subprocess.run(
        [sys.executable, "-m", "e2efw", "export", SIMULATED_TTBAR, "--task", "top", "-o", "top.parquet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 8035 % 256
    assert "ParquetFrameOutput needs pyarrow: pip install 'e2efw[train]'" in " ".join(done.stderr.split())
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".parquet"] == []
