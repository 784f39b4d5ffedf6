"""Boosted trees on a few numbers of each object, for the samples of a recipe: what its network is to beat.

    python -m benchmarks.baselines.boosted top_resnet15 data.train=[top.parquet] [--training FOLDER] [--model BUNDLE]

The rows are those of `e2efw train` with the same recipe: trees learn from its train sample and are judged by its test
sample. With --training, the numbers of a training of this recipe stand beside them; --model asks a bundle about the
same sample, and the last column has how much larger its AUC is than that of the trees, with the paired error.
Numbers are mass, pt and substructure of jets, or shapes of showers in small windows.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.baselines import showers
from benchmarks.baselines.constituents import CHANNELS, axis_of, particles_of
from benchmarks.baselines.substructure import numbers_of
from e2efw.errors import ConfigurationError, MissingDependencyError
from e2efw.framework.files import find_file
from taggers.backends import batch_for
from taggers.bundle import Bundle, find_bundle
from taggers.calibration import windows_at
from taggers.evaluation.evaluate import evaluate
from taggers.evaluation.paired import difference, measured_area
from taggers.evaluation.sample import scored
from taggers.onnx_backend import OnnxSession
from taggers.training.recipe import POSITION_COLUMNS, Recipe
from taggers.training.samples import Sample, open_samples
from taggers.training.sources import RandomAccess

KINEMATICS: Final = ("mass", "pt", "eta")
"""Columns of the rows that trees read as they are."""
SHOWER_WINDOW: Final = 32
"""Pixels along a side; larger windows hold jets."""
_BATCH: Final = 256

Columns: TypeAlias = dict[str, NDArray[Any]]


class Numbers(NamedTuple):
    """Objects as few numbers.

    Args:
        names: of the columns.
        values: (objects, columns), NaN where there is none.
        truth: (objects,) classes.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    truth: NDArray[np.int64]

    def chosen(self, names: Sequence[str] | None) -> NDArray[np.float64]:
        """(objects, columns) some of the columns."""
        return self.values if names is None else self.values[:, [self.names.index(name) for name in names]]


class Kind(NamedTuple):
    """What windows hold, and how it becomes few numbers.

    Args:
        channels: that are read.
        columns: of the rows that are read.
        numbers: (objects,) by name, from (objects, channels, rows, columns) and columns of rows.
        sets: what trees read, by title; None for everything.
    """

    channels: tuple[str, ...]
    columns: tuple[str, ...]
    numbers: Callable[[NDArray[np.float32], Columns], dict[str, NDArray[np.float64]]]
    sets: Mapping[str, Sequence[str] | None]

    @classmethod
    def of(cls, sample: Sample) -> "Kind":
        """Showers in small windows, jets in larger ones."""
        return SHOWERS if max(sample.source.source.window) <= SHOWER_WINDOW else JETS


def numbers(recipe: Recipe, sample: Sample) -> Numbers:
    """Numbers of all objects of a sample.

    Raises:
        LogicError: the files lack a channel or column.
        ConfigurationError: their windows do not have the granularity of the crystals.
    """
    kind = Kind.of(sample)
    rows = RandomAccess(sample.source, kind.channels, kind.columns)
    table = getattr(sample.source.source, "table", None)
    if table is None or table.granularity != 1:
        raise ConfigurationError("baseline: substructure takes exported windows with granularity 1.")
    found: list[dict[str, NDArray[np.float64]]] = []
    for first in range(0, len(rows), _BATCH):
        wanted = np.arange(first, min(first + _BATCH, len(rows)))
        pictures = np.empty((wanted.size, *rows.shape), np.float32)
        columns = rows.read(wanted, pictures)
        found.append(kind.numbers(pictures, columns))
    names = tuple(found[0])
    values = np.column_stack([np.concatenate([batch[name] for batch in found]) for name in names])
    return Numbers(names, values, sample.truth(recipe))


def _of_showers(pictures: NDArray[np.float32], columns: Columns) -> dict[str, NDArray[np.float64]]:
    return showers.shapes_of(pictures[:, 0]) | {name: columns[name] for name in SHOWERS.columns}


def _of_jets(pictures: NDArray[np.float32], columns: Columns) -> dict[str, NDArray[np.float64]]:
    jets = [_of_jet(picture, columns, row) for row, picture in enumerate(pictures)]
    return {name: np.array([jet[name] for jet in jets]) for name in jets[0]}


def _of_jet(picture: NDArray[np.float32], columns: Columns, row: int) -> dict[str, float]:
    seed = int(columns["seed_row"][row]), int(columns["seed_column"][row])
    numbers = {name: float(columns[name][row]) for name in KINEMATICS}
    for of, particles in particles_of(picture, seed, axis_of(columns, row)).items():
        numbers |= {f"{of}_{name}": value for name, value in numbers_of(particles).items()}
    return numbers


JETS: Final = Kind(
    CHANNELS,
    ("seed_row", "seed_column", "phi", *KINEMATICS),
    _of_jets,
    {
        "mass and pt": ("mass", "pt"),
        "mass, pt, tau32 and tau21": ("mass", "pt", "calo_tau32", "calo_tau21", "tracks_tau32", "tracks_tau21"),
        "all numbers": None,
    },
)
SHOWERS: Final = Kind(
    showers.CHANNELS,
    ("pt", "eta"),
    _of_showers,
    {
        "3 x 3 over all, width in eta": ("e3x3", "sigma_eta"),
        "shapes of 5 x 5": (
            "e3x3",
            "hottest",
            "second",
            "e1x5_eta",
            "e1x5_phi",
            "e2x5",
            "sigma_eta",
            "sigma_phi",
            "eta",
        ),
        "all numbers": None,
    },
)


def scores_of_trees(train: Numbers, test: Numbers, names: Sequence[str] | None) -> NDArray[np.float64]:
    """(test objects,) probability of the second class, by trees on some numbers.

    Raises:
        MissingDependencyError: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 (only here)
    except ImportError as error:
        raise MissingDependencyError("the baseline needs scikit-learn: pip install 'e2efw[train]'") from error
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=600, early_stopping=True, n_iter_no_change=20, random_state=1
    )
    trees.fit(train.chosen(names), train.truth)
    score: NDArray[np.float64] = trees.predict_proba(test.chosen(names))[:, 1]
    return score


def scores_of_bundle(bundle: Bundle, sample: Sample) -> NDArray[np.float64]:
    """(objects,) what a bundle says of them, its first output.

    Raises:
        E2EFWError: the rows lack a channel, or the network cannot be run.
    """
    access = RandomAccess(sample.source, bundle.card.input.channels, POSITION_COLUMNS)
    session = OnnxSession.open(bundle, threads=1, max_batch=batch_for(bundle.card))
    said = []
    for first in range(0, len(access), _BATCH):
        windows = windows_at(access, np.arange(first, min(first + _BATCH, len(access))))
        said.append(session.run(windows.pixels, windows.extra)[bundle.output_names[0]])
    return np.concatenate(said).astype(np.float64)


def printed(found: dict[str, dict[str, Any]], title: str) -> Table:
    """Numbers of two classes side by side."""
    heads = "", "AUC", "rejection at 30 %", "at 50 %", "at 70 %", "accuracy", "AUC of the network, more"
    table = Table(*heads, title=title, title_justify="left")
    for name, metrics in found.items():
        cells = [metrics["auc"], *(one["rejection"] for one in metrics["rejection"].values()), metrics["accuracy"]]
        digits = (4, 1, 1, 1, 4)
        more = _shown(metrics["network_more"], 4) if "network_more" in metrics else ""
        table.add_row(name, *(_shown(cell, n) for cell, n in zip(cells, digits, strict=True)), more)
    return table


def _shown(number: dict[str, float | None], digits: int) -> str:
    value, error = number["value"], number["error"]
    return "" if value is None or error is None else f"{value:.{digits}f} ± {error:.{digits}f}"


def main() -> None:
    """Read, fit, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baselines.boosted", description="Boosted trees.")
    parser.add_argument("recipe", help="file or name of a recipe of two classes")
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE", help="overrule the recipe")
    parser.add_argument("--training", type=Path, metavar="FOLDER", help="of a training of this recipe, to compare with")
    parser.add_argument("--model", metavar="BUNDLE", help="name or folder of a bundle to compare with")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the same as JSON")
    given = parser.parse_args()
    recipe = Recipe.read(given.recipe, given.settings)
    if recipe.label is None or len(recipe.label.classes) != 2:
        parser.error("the recipe must be about two classes")
    samples, start = open_samples(recipe), time.perf_counter()
    train, test = (numbers(recipe, sample) for sample in (samples.train, samples.test))
    objects = train.truth.size + test.truth.size
    print(f"{objects} objects in {time.perf_counter() - start:.0f} s")
    sets = Kind.of(samples.train).sets
    scores = {f"trees: {title}": scores_of_trees(train, test, names) for title, names in sets.items()}
    network = None
    if given.model:
        bundle = Bundle.load(find_bundle(given.model, lambda name: find_file(name, Path())))
        scores |= {f"network: {bundle.card.name}": (network := scores_of_bundle(bundle, samples.test))}
    found = {name: evaluate(test.truth, score, classes=recipe.label.classes).metrics for name, score in scores.items()}
    if network is not None:
        area = measured_area(scored(test.truth, network))
        for name in [name for name, score in scores.items() if score is not network]:
            more = difference(area, measured_area(scored(test.truth, scores[name])))
            found[name]["network_more"] = more._asdict()
    if given.training:
        metrics = json.loads((given.training / "metrics.json").read_text())
        found |= {f"network: {name}": one for name, one in metrics.items() if isinstance(one, dict)}
    Console(width=140).print(
        printed(found, f"{recipe.name}: {test.truth.size} test objects, {train.truth.size} to learn")
    )
    if given.output:
        given.output.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
