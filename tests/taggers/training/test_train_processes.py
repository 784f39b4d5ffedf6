"""Two processes share a training on a CPU; they are real ones, begun by a script, as Lightning begins them again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pytest

from e2efw.errors import ConfigurationError, E2EFWError
from taggers.training.recipe import Recipe
from taggers.training.samples import Samples, open_samples

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
torchmetrics = pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.learner import Learner  # noqa: E402
from taggers.training.sharing import refuse_too_few, share_of, told_plainly  # noqa: E402
from taggers.training.trainer import prepared, train  # noqa: E402

RECIPE = """
task: bright jets against dim ones
channels: [HCAL, TracksPt]
data: {train: [FILE], validation: 0.2, test: 0.2, layout: public, file_channels: ["@qg3"]}
network: {name: inception, width: 0.05, dropout: 0}
loss: bce
label: {classes: [dim, bright], column: y}
optimiser: {name: sgd, rate: 1.0e-12}
epochs: 1
batch_size: 13
accelerator: cpu
devices: 2
threads: 1
"""
"""The weights stay what they were, so that losses can be had again of what is in the checkpoint."""
SCRIPT = """
import json, os, signal, sys
from pathlib import Path

from e2efw.cli.main import main
from taggers.training.feeding import Prepared

rank, notes, failing = os.environ.get("LOCAL_RANK", "0"), Path(sys.argv[1]), sys.argv[2]
read = Prepared.batch


def noted(self, rows, out=None):
    with (notes / f"{rank}.txt").open("a") as file:
        file.write(json.dumps([len(self), list(rows)]) + "\\n")
    if rank == failing:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(self, rows, out)


Prepared.batch = noted
main(["train", *sys.argv[3:]])
"""
Make: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows, a recipe and a script."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    folder, rng = tmp_path_factory.mktemp("processes"), np.random.default_rng(3)
    label = np.arange(210) % 2
    pictures = rng.exponential(size=(210, 3, 12, 12)) * (rng.random((210, 3, 12, 12)) < 0.1)
    pictures[:, 2] *= 1 + 2 * label[:, None, None]
    table = arrow.table({"X_jets": arrow.array(pictures.tolist()), "y": arrow.array(label)})
    parquet.write_table(table, folder / "rows.parquet", row_group_size=10)
    (folder / "two.yaml").write_text(RECIPE.replace("FILE", str(folder / "rows.parquet")))
    (folder / "script.py").write_text(SCRIPT)
    return folder


class Ran(NamedTuple):
    """What a run of the script left: rows of each batch by process, those of the training first."""

    code: int
    out: str
    errors: str
    batches: list[list[tuple[int, list[int]]]]


def run(place: Path, notes: Path, *arguments: str, failing: str = "none") -> Ran:
    notes.mkdir()
    command = [sys.executable, str(place / "script.py"), str(notes), failing, *arguments]
    path = os.pathsep.join([str(Path(__file__).resolve().parents[3]), os.environ.get("PYTHONPATH", "")])
    settings = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120, check=False)
    lines = [(notes / f"{rank}.txt").read_text().splitlines() for rank in (0, 1)]
    return Ran(done.returncode, done.stdout, done.stderr, [[tuple(json.loads(one)) for one in each] for each in lines])


@pytest.fixture(scope="module")
def shared(place: Path) -> Ran:
    return run(place, place / "first", str(place / "two.yaml"), "-o", str(place / "run"))


@pytest.fixture(scope="module")
def samples(place: Path) -> Samples:
    return open_samples(Recipe.read(str(place / "two.yaml")))


def of_size(ran: Ran, rank: int, rows: int) -> list[list[int]]:
    """Batches that a process read from data of so many rows."""
    return [batch for size, batch in ran.batches[rank] if size == rows]


def test_every_batch_is_taken_by_one_process_and_one_that_is_left_over_by_none(shared: Ran) -> None:
    taken = [of_size(shared, rank, 135) for rank in (0, 1)]
    assert [len(batches) for batches in taken] == [5, 5]
    rows = [row for batches in taken for batch in batches for row in batch]
    assert len(set(rows)) == len(rows)
    assert len(rows) in {9 * 13 + 5, 10 * 13}


def test_together_they_look_at_every_row_of_the_validation_sample(shared: Ran) -> None:
    seen = [sum(len(batch) for batch in of_size(shared, rank, rows)) for rank, rows in ((0, 19), (1, 18))]
    assert seen == [19, 18]


def test_one_of_them_talks_and_writes_the_bundle(shared: Ran, place: Path) -> None:
    assert shared.code == 0, shared.errors
    said = shared.out.splitlines()
    assert [line.split()[0].rstrip(":") for line in said] == ["two", "epoch", str(place / "run" / "bundle")]
    assert not of_size(shared, 1, 38)


def test_numbers_of_the_curve_are_those_of_all_rows_that_both_saw(shared: Ran, place: Path, samples: Samples) -> None:
    (row,) = curve(place / "run")
    recipe = Recipe.read(str(place / "two.yaml"))
    learner = Learner(recipe, (12, 12), samples.train, 11)
    assert list(learner.network.buffers())
    kept = torch.load(place / "run" / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    learner.load_state_dict(kept)
    learner.train()
    losses, sizes = [], []
    for rank in (0, 1):
        for rows in of_size(shared, rank, 135):
            losses.append(loss_of(learner, prepared(recipe, samples.train).batch(rows)))
            sizes.append(len(rows))
    assert row["training_loss"] == pytest.approx(np.average(losses, weights=sizes), rel=1e-5)
    learner.load_state_dict(kept)
    learner.eval()
    batch = prepared(recipe, samples.validation).batch(list(range(37)))
    area = torchmetrics.AUROC(task="binary")(learner.says(batch)[:, -1], batch["y"]).item()
    assert row["validation_loss"] == pytest.approx(loss_of(learner, batch), rel=1e-5)
    assert row["validation_auc"] == pytest.approx(area, abs=1e-6)


def test_if_one_is_killed_the_other_says_so_and_the_training_goes_on_later(shared: Ran, place: Path) -> None:
    assert shared.code == 0
    folder, first = str(place / "run"), curve(place / "run")
    lost = run(place, place / "second", "--resume", folder, "epochs=2", failing="1")
    assert lost.code != 0
    assert "one of 2 processes failed or was killed" in lost.errors or "terminated with code -9" in lost.errors
    again = run(place, place / "third", "--resume", folder, "epochs=2")
    assert again.code == 0, again.errors
    assert curve(place / "run")[:1] == first
    assert [row["epoch"] for row in curve(place / "run")] == [0, 1]
    assert of_size(again, 0, 135) != of_size(shared, 0, 135)
    assert len(of_size(again, 1, 135)) == 5


def test_fewer_batches_than_processes_are_refused_before_anything_is_written(place: Path, tmp_path: Path) -> None:
    wanted = Recipe.read(str(place / "two.yaml"), ["batch_size=200"])
    message = r"135 rows are 1 batch of 200, too few for 2 processes. Take batch_size=134 or less"
    with pytest.raises(ConfigurationError, match=message):
        train(wanted, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    refuse_too_few(135, 134, 2)
    with pytest.raises(ConfigurationError, match=r"3 rows are 3 batches of 1, too few for 4 processes. Take devices=3"):
        refuse_too_few(3, 1, 4)


@pytest.mark.parametrize("processes", [1, 2, 3, 37, 38])
def test_shares_have_each_row_once_unless_there_are_too_few(samples: Samples, processes: int) -> None:
    sample = samples.validation
    shares = [share_of(sample, rank, processes) for rank in range(processes)]
    rows = np.concatenate([share.source.rows for share in shares])
    if processes > len(sample):
        assert all(np.array_equal(share.source.rows, sample.source.rows) for share in shares)
    else:
        assert np.array_equal(rows, sample.source.rows)
        assert np.array_equal(np.concatenate([share.columns["y"] for share in shares]), sample.columns["y"])


def test_only_lost_connections_are_told_as_lost_processes() -> None:
    with pytest.raises(E2EFWError, match="one of 2 processes failed or was killed"), told_plainly(2):
        raise RuntimeError("[gloo/transport/tcp/pair.cc:537] Connection reset by peer")
    for processes, text in ((1, "gloo/transport"), (2, "shapes differ")):
        with pytest.raises(RuntimeError, match=text), told_plainly(processes):
            raise RuntimeError(text)


def curve(folder: Path) -> list[dict[str, float]]:
    found: list[dict[str, float]] = json.loads((folder / "curves.json").read_text())
    return found


def loss_of(learner: Any, batch: Any) -> float:
    """Mean loss of a batch."""
    with torch.inference_mode():
        return float(learner.loss(learner(batch), batch["y"].long(), learner.weighting(batch)).mean())
