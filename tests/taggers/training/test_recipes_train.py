"""Every recipe that comes with the project makes, of what its export writes, a bundle that its module runs."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pytest

import e2efw
from dataformats.frames import SeedStatus
from dataformats.results import ObjectResults
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from taggers.bundle import PACKAGED, Bundle, packaged_models
from taggers.card import COLUMN_OF_EXTRA
from taggers.checking import checked
from taggers.onnx_backend import OnnxSession
from taggers.reference import reference_windows
from taggers.training.recipe import PACKAGED_RECIPES, Recipe
from taggers.training.samples import event_numbers, open_samples
from taggers.training.window_files import WindowFiles

pa = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
pq = pytest.importorskip("pyarrow.parquet")
torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.redrawing import learner_of  # noqa: E402
from taggers.training.starting import start_from  # noqa: E402
from taggers.training.trainer import train  # noqa: E402

N_ROWS = 24
QUICK = ("epochs=1", "batch_size=8", "threads=1", "accelerator=cpu", "data.validation=0.2", "data.test=0.25")
JET, PHOTON = (125, 125), (32, 32)
MASS = ("mass", "mass_sigma")


class Expected(NamedTuple):
    """What a recipe's bundle should be like, and where it runs.

    Args:
        window: rows and columns of pixels.
        outputs: of the network.
        runs_in: a packaged cfg.
        product: label, and instance, of what the module says.
        column: the first thing it says.
    """

    window: tuple[int, int]
    outputs: tuple[str, ...]
    runs_in: str
    product: str
    column: str


EXPECTED = {
    "anomaly_autoencoder": Expected(JET, ("error", "worst"), "anomaly_inference_cfg.py", "anomalies", "error"),
    "diphoton_resnet15": Expected(PHOTON, MASS, "diphoton_inference_cfg.py", "diphoton", "value"),
    "ditau_resnet15": Expected(JET, MASS, "ditau_inference_cfg.py", "ditau", "value"),
    "eg_resnet15": Expected(PHOTON, ("electron",), "eg_inference_cfg.py", "egTagger", "score"),
    "electron_resnet15": Expected(JET, ("electron",), "electron_inference_cfg.py", "electronTagger", "score"),
    "qg_resnet15": Expected(JET, ("quark",), "qg_inference_cfg.py", "qgTagger", "score"),
    "tau_resnet15": Expected(JET, ("tau",), "tau_inference_cfg.py", "tauTagger", "score"),
    "top_graphsage": Expected(JET, ("top",), "top_inference_cfg.py", "topTagger", "score"),
    "top_resnet15": Expected(JET, ("top",), "top_inference_cfg.py", "topTagger", "score"),
    "ttbar_resnet15": Expected(
        JET,
        (*MASS, "pt", "pt_sigma", "top_mass", "top_mass_sigma"),
        "ttbar_regression_cfg.py",
        "ttbar:regressed",
        "mass",
    ),
}
Export: TypeAlias = Callable[[str], Path]


@pytest.fixture(autouse=True)
def threads_of_torch() -> Iterator[None]:
    """A training with `threads` leaves the number behind."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """``export("top")``: what the task's cfg writes of the packaged sample, each once."""
    folder = tmp_path_factory.mktemp("exported")

    def file(task: str) -> Path:
        path = folder / f"{task}.parquet"
        if not path.exists():
            arguments = [f"outputFile={path}", "keepAll=True"]
            Job(configure(load_process(f"export_{task}_cfg.py", arguments), Path())).run()
        return path

    return file


def labelled(exported: Path, path: Path) -> Path:
    """The first rows that have a window, with labels and targets of this page: the sample has few real ones.

    Classes alternate in the order in which events go into samples, so that every sample has both.
    """
    table = pq.read_table(exported)
    table = table.filter(pa.compute.equal(table["seed_status"], int(SeedStatus.OK))).slice(0, N_ROWS)
    assert len(table) == N_ROWS
    made = {"valid": np.ones(N_ROWS, bool), "label": np.zeros(N_ROWS, int)}
    made |= {"target_mass": np.linspace(0.2, 1.5, N_ROWS), "target_pt": np.linspace(90, 40, N_ROWS)}
    notes = pq.ParquetFile(exported).metadata.metadata

    def write(columns: dict[str, Any]) -> None:
        changed = table
        for name, values in columns.items():
            field = table.schema.field(name)
            changed = changed.set_column(table.schema.get_field_index(name), field, pa.array(values).cast(field.type))
        pq.write_table(changed.replace_schema_metadata(notes), path, write_page_checksum=True)

    write(made)
    order = np.argsort(event_numbers(WindowFiles(path)), kind="stable")
    made["label"][order] = np.arange(N_ROWS) % 2
    write(made)
    return path


def exporting_task(recipe: str) -> str:
    """The task in the command at the top of a recipe that makes its rows."""
    found = re.search(
        r"^# .*e2efw export .*--task (\w+)", (PACKAGED_RECIPES / f"{recipe}.yaml").read_text(), re.MULTILINE
    )
    assert found, f"{recipe}.yaml does not say how its rows are made"
    return found[1]


def said_in_a_job(expected: Expected, bundle: Path, output: Path) -> ObjectResults:
    """What the module says of the objects of four events of the packaged sample."""
    process = load_process(expected.runs_in, [f"model={bundle}", f"outputFile={output}", "maxEvents=4"])
    Job(configure(process, Path())).run()
    with e2efw.open(output) as events:
        said = events[expected.product].product()
    assert isinstance(said, ObjectResults)
    return said


def test_every_recipe_is_tried() -> None:
    assert set(EXPECTED) == {path.stem for path in PACKAGED_RECIPES.glob("*.yaml")}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recipe_makes_a_bundle_that_its_module_runs(name: str, export: Export, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    rows = labelled(export(exporting_task(name)), tmp_path / "rows.parquet")
    recipe = Recipe.read(name, [*QUICK, f"data.train={rows}"])
    done = train(recipe, tmp_path / "run", tell=lambda _: None)
    assert done
    card = done.bundle.card
    assert (card.name, card.task) == (name, recipe.task)
    assert (card.input.channels, card.input.window) == (recipe.channel_names, expected.window)
    assert card.input.extra == (("row", "column") if recipe.reads_seeds else ())
    assert tuple(output.name for output in card.outputs) == expected.outputs

    session = OnnxSession.open(done.bundle, threads=1, max_batch=8)
    assert {finding.check: finding.detail for finding in checked(session) if finding.result != "ok"} == {}

    said = said_in_a_job(expected, done.folder.bundle, tmp_path / "out.root")
    looked_at = said.flat("status") == SeedStatus.OK
    assert looked_at.any()
    np.testing.assert_array_equal(np.isfinite(said.flat(expected.column)), looked_at)


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() & set(packaged_models())))
def test_what_comes_along_can_be_trained_further(name: str, export: Export, tmp_path: Path) -> None:
    """With the weights in the bundle the network in torch says what the bundle says."""
    recipe = Recipe.read(
        name, [*QUICK, f"data.train={labelled(export(exporting_task(name)), tmp_path / 'rows.parquet')}"]
    )
    samples = open_samples(recipe)
    learner = learner_of(recipe, samples.train.source.source.window, samples.train, 1)
    assert start_from(name, recipe, learner, pytest.fail)["data"]["files"]
    bundle = Bundle.load(PACKAGED / name)
    pixels, seeds = reference_windows(bundle.card.input)
    session = OnnxSession.open(bundle, threads=1, max_batch=8)
    said = session.run(pixels, seeds)
    assert bundle.card.input.transform
    bundle.card.input.transform.apply(pixels, recipe.channel_names)
    batch = {column: torch.from_numpy(seeds[extra]) for extra, column in COLUMN_OF_EXTRA.items()}
    with torch.no_grad():
        found = learner.eval().says({"pictures": torch.from_numpy(pixels), **batch}).numpy()
    for place, output in enumerate(bundle.output_names):
        np.testing.assert_allclose(found[:, place], said[output], rtol=1e-4, atol=1e-4 * np.abs(said[output]).max())
