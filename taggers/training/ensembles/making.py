"""From bundles and labelled rows to an ensemble that was judged beside its members."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from e2efw.errors import ConfigurationError, FileWriteError, nearest
from taggers.bundle import Bundle, write_bundle
from taggers.training.bundling import without_provenance
from taggers.training.ensembles.boosting import fit_boosted_classes, fit_boosted_targets
from taggers.training.ensembles.combiner import Combiner, Said
from taggers.training.ensembles.joining import ensemble, refuse_others, together
from taggers.training.ensembles.stacking import fit_network
from taggers.training.ensembles.weighted import Linear, Mean, fit_linear
from taggers.training.labelled import LabelledRows, labelled_rows
from taggers.training.losses import loss
from taggers.training.meaning import Meaning
from taggers.training.standings import Standings, standings
from taggers.training.summaries import estimate_of
from taggers.training.unseen import FITTED

CombinerName: TypeAlias = Literal["mean", "linear", "network", "boosting"]
COMBINERS: Final[tuple[CombinerName, ...]] = get_args(CombinerName)


def make_ensemble(
    members: Sequence[Bundle],
    folder: Path,
    files: Sequence[Path],
    combiner: str = "mean",
    *,
    made_by: str,
    most: int | None = None,
    threads: int = 1,
    tell: Callable[[str], None] = print,
) -> Standings:
    """Fit a combiner to half of the rows, judge members and ensemble by the other half, and write the bundle.

    Rows that a member learned from are left out, see `labelled_rows`; those of one event are in the same half.

    Args:
        members: two or more trained bundles with the same channels, window, transform and outputs, and the same truth.
        folder: of the ensemble, which has its name.
        files: of `e2efw export`.
        combiner: one of `COMBINERS`; a mean has nothing to fit, and is judged by the same half.
        made_by: the command, for the card.
        most: rows at most, in both halves together; None for all.
        threads: of ONNX Runtime.
        tell: gets what a user wants to read on the way.

    Raises:
        ConfigurationError: no such combiner, fewer than two different members, members that do not belong together,
            or a folder that holds one of them.
        NoTruthError: nothing tells how good they are; see `labelled_rows`.
        FileWriteError: the folder cannot be made.
        E2EFWError: the files cannot be read or have other windows.
    """
    if combiner not in COMBINERS:
        raise ConfigurationError(f"ensemble: no combiner '{combiner}'. {nearest(combiner, COMBINERS)}")
    _refuse_same(members, folder)
    refuse_others(members)
    rows = labelled_rows(members, files).at_most(most)
    first, second = rows.halves()
    if combiner == "mean":
        first = first.some(np.empty(0, np.int64))
    else:
        first.refuse_missing("to fit the combiner to")
    second.refuse_missing("to judge by")
    _make(folder)
    name = folder.resolve().name
    fitting = "nothing to fit" if combiner == "mean" else f"{first.described()} to fit '{combiner}' to"
    tell(f"{name}: {fitting}, {second.described()} to judge by")
    made: Combiner = Mean() if combiner == "mean" else fitted(combiner, members, first, threads=threads)
    card, graph = ensemble(members, made, name=name, made_by=made_by)
    found = standings([*members, Bundle(Path(card.name), card, graph, "")], second, threads=threads)
    samples = {"test": second.counted()} if combiner == "mean" else {FITTED: first.counted(), "test": second.counted()}
    about = {
        "recipe": rows.meaning.written(),
        "data": without_provenance({"files": rows.files, "samples": samples}),
    }
    training = {**card.training, **about} if isinstance(card.training, dict) else about
    write_bundle(folder, replace(card, training=training, metrics=found.metrics()), graph)
    return found


def fitted(combiner: str, members: Sequence[Bundle], rows: LabelledRows, *, threads: int = 1) -> Combiner:
    """A combiner that is fitted to what members say of rows that none was trained on.

    Args:
        combiner: one of `COMBINERS` but the mean.
        members: of the ensemble.
        rows: to fit it to.
        threads: of ONNX Runtime.

    Raises:
        ConfigurationError: what the members say cannot be combined so.
    """
    meaning = rows.meaning
    if meaning.redraw is not None:
        raise ConfigurationError(
            f"ensemble: nothing tells how large errors of redrawing should be, so '{combiner}' cannot be fitted to "
            "them. Take mean."
        )
    if np.isnan(rows.truth).any():
        raise ConfigurationError(
            f"ensemble: some targets are meant for some rows only (where), so '{combiner}' cannot be fitted to all at "
            "once. Take mean."
        )
    said = together(rows.said_by(members, threads=threads))
    if combiner == "linear":
        return _linear(meaning, said, rows)
    if combiner == "network":
        if meaning.loss is None:
            raise ConfigurationError("ensemble: the cards do not say the loss (training.recipe.loss). Take linear.")
        return fit_network(said, rows.truth, loss(meaning.loss.name, **meaning.loss.options), meaning.names)
    if meaning.label:
        names = meaning.names if len(meaning.names) > 2 else meaning.names[1:]
        return fit_boosted_classes(said, rows.truth, names)
    return fit_boosted_targets(said, dict(zip(meaning.names, rows.truth.T, strict=True)))


def _linear(meaning: Meaning, said: Said, rows: LabelledRows) -> Linear:
    """Of classes the same weights for all; quantiles have those of the middle one."""
    if meaning.label:
        truth = {name: (rows.truth == place).astype(float) for place, name in enumerate(meaning.names) if name in said}
        return fit_linear(said, truth, together=True)
    estimates = {name: estimate_of(name, list(said)) for name in meaning.names}
    found = fit_linear(said, {estimates[name]: rows.truth[:, place] for place, name in enumerate(meaning.names)})
    without = [name for name in meaning.names if name not in said]
    quantiles = {one: name for name in without for one in said if one.startswith(f"{name}_q")}
    return Linear({**found.weights, **{one: found.weights[estimates[name]] for one, name in quantiles.items()}})


def _refuse_same(members: Sequence[Bundle], folder: Path) -> None:
    if len(members) < 2:
        raise ConfigurationError(f"ensemble: name two or more bundles, not {len(members)}.")
    seen: dict[str, Bundle] = {}
    for member in members:
        if member.sha256 in seen:
            raise ConfigurationError(
                f"ensemble: {member.folder} and {seen[member.sha256].folder} are the same network; name each once."
            )
        seen[member.sha256] = member
        if member.folder.resolve() == folder.resolve():
            raise ConfigurationError(f"ensemble: {folder} holds the member '{member.card.name}'; name another folder.")


def _make(folder: Path) -> None:
    """Before anything takes long.

    Raises:
        FileWriteError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileWriteError(f"ensemble: cannot make {folder}: {error.strerror or error}.") from error
