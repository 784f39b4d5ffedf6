"""`e2efw model`: look at, check, measure, time, judge, compress and combine model bundles."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

if TYPE_CHECKING:
    from taggers.backends import OpenModel
    from taggers.bundle import Bundle

model = typer.Typer(
    help="Build, look at, check, measure, time, judge, compress and combine model bundles.", no_args_is_help=True
)

_Named = Annotated[str, typer.Argument(help="Folder of a bundle, or the name of one that comes with the project.")]
_Json = Annotated[bool, typer.Option("--json", help="For programs.")]
_Backend = Annotated[str, typer.Option("--backend", "-b", help="auto, cpu, cuda, tensorrt or torch.")]
_Threads = Annotated[int, typer.Option("--threads", "-n", min=1, help="Threads of the network on the CPU.")]


@model.command("build-baseline")
def build_baseline(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the bundle; files of an older one are replaced.")
    ],
) -> None:
    """Build the calorimetric baseline: jet mass and pt from the energies in the pixels."""
    from taggers.bundle import write_bundle  # noqa: PLC0415 (--help must not wait for numpy)
    from taggers.calorimetric_baseline import CARD, build_model  # noqa: PLC0415

    bundle = write_bundle(output, CARD, build_model())
    typer.echo(f"{output}: {bundle.card.name} version {bundle.card.version}, sha256 {bundle.sha256}")


@model.command("show", no_args_is_help=True)
def show(bundle: _Named, as_json: _Json = False) -> None:
    """Check the files of a model bundle and print what it reads and says."""
    from e2efw.cli.printing import print_json  # noqa: PLC0415 (--help must not wait for these)
    from taggers.card import written_card  # noqa: PLC0415
    from taggers.card_text import card_lines  # noqa: PLC0415

    found = _loaded(bundle)
    if as_json:
        print_json({"folder": str(found.folder), **written_card(found.card, found.checksums)})
        return
    typer.echo("\n".join(card_lines(found)))


@model.command("check", no_args_is_help=True)
def check(bundle: _Named, backend: _Backend = "cpu", threads: _Threads = 1, as_json: _Json = False) -> None:
    """Run a bundle on windows of zeros, of showers made up and of the packaged sample, in batches of 0, 1 and 7.

    Numbers must be finite, independent of the batch, and agree with the answers in the card. Ends with 1 otherwise.
    """
    from e2efw.cli.printing import print_json, print_table  # noqa: PLC0415 (--help must not wait for these)
    from taggers.checking import checked  # noqa: PLC0415

    opened = _opened(_loaded(bundle), backend, threads)
    findings = checked(opened)
    if as_json:
        rows = [finding._asdict() for finding in findings]
        print_json({"bundle": str(opened.bundle.folder), "provider": opened.provider, "checks": rows})
    else:
        print_table(("check", "result", "detail"), findings)
    if any(finding.result == "failed" for finding in findings):
        raise typer.Exit(1)


@model.command("measure", no_args_is_help=True)
def measure(
    bundle: _Named,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write; may be that of the bundle.")],
    files: Annotated[
        list[Path] | None,
        typer.Option("--windows", help="All files of its training: the card then says what pt and eta these rows had."),
    ] = None,
) -> None:
    """Write a bundle with a card that is measured again: memory per window, answers that `check` compares with.

    The networks stay as they are, byte by byte.
    """
    from taggers.bundle import write_bundle  # noqa: PLC0415 (--help must not wait for these)
    from taggers.training.measuring import measured_again  # noqa: PLC0415

    found = _loaded(bundle)
    made = write_bundle(output, measured_again(found, files or []), found.model, found.torch_model)
    known = ", ".join(f"{name} {low:g} to {high:g}" for name, (low, high) in made.card.trained_on.items())
    typer.echo(f"{output}: {made.card.name} version {made.card.version}, trained on {known or 'an unknown range'}")


@model.command("bench", no_args_is_help=True)
def bench(bundle: _Named, backend: _Backend = "auto", threads: _Threads = 1, as_json: _Json = False) -> None:
    """Time a bundle: windows per second in batches of 1, 8, 32 and 128."""
    from e2efw.cli.printing import print_json, print_table  # noqa: PLC0415 (--help must not wait for these)
    from taggers.speed import BATCHES, speeds  # noqa: PLC0415

    opened = _opened(_loaded(bundle), backend, threads, max(BATCHES))
    found = speeds(opened)
    if as_json:
        rows = [speed._asdict() for speed in found]
        print_json(
            {"bundle": str(opened.bundle.folder), "provider": opened.provider, "threads": threads, "speeds": rows}
        )
        return
    typer.echo(f"{opened.bundle.card.name} on {opened.provider}, {threads} threads")
    headings = ("batch", "windows/s", "ms/batch", "fastest", "runs")
    table = [
        (str(s.batch), f"{s.per_second:,.1f}", f"{s.milliseconds:.2f}", f"{s.fastest:.2f}", str(s.runs)) for s in found
    ]
    print_table(headings, table, right=headings)


@model.command("judge", no_args_is_help=True)
def judge(
    bundles: Annotated[list[str], typer.Argument(help="Bundles that were trained for the same truth.")],
    files: Annotated[
        list[Path],
        typer.Option("--windows", help="Labelled files of e2efw export; several times for several files."),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="New folder for all numbers and for pictures of each bundle.")
    ] = None,
    most: Annotated[int | None, typer.Option("--max-windows", min=2, help="Windows that are used at most.")] = None,
    threads: _Threads = 1,
    as_json: _Json = False,
) -> None:
    """Tell how good bundles are on labelled rows: area under the ROC curve, or mean absolute error.

    Rows that one of them learned from are left out. Of several bundles the last is compared with each of the others,
    with the error that the difference has on the same rows.
    """
    from e2efw.cli.printing import print_json  # noqa: PLC0415 (--help must not wait for these)
    from taggers.training.bundle_judging import judge_bundles  # noqa: PLC0415

    found = judge_bundles([_loaded(name) for name in bundles], files, output, most=most, threads=threads)
    if as_json:
        print_json(found.written())
    else:
        typer.echo("\n".join(found.lines()))


@model.command("compress", no_args_is_help=True)
def compress(
    bundle: _Named,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new bundle.")],
    form: Annotated[str, typer.Option("--to", help="int8 for CPUs, fp16 for GPUs.")] = "int8",
    files: Annotated[
        list[Path] | None,
        typer.Option("--windows", help="Files of e2efw export; the packaged sample if there are none."),
    ] = None,
    most: Annotated[int, typer.Option("--max-windows", min=2, help="Windows that set scales and are timed.")] = 512,
    judging: Annotated[int, typer.Option("--max-judged", min=2, help="Labelled windows that judge at most.")] = 4096,
    threads: _Threads = 1,
    as_json: _Json = False,
) -> None:
    """Write a smaller bundle, and compare it with the first on windows that it has not seen.

    Half of the windows set the scales of int8. Take those of the task: scales of other objects cut off what matters.
    Labelled files also tell what the bundle loses: area under the ROC curve, or mean absolute error.
    """
    from e2efw.cli.printing import print_json  # noqa: PLC0415 (--help must not wait for these)
    from taggers.calibration import windows_for  # noqa: PLC0415
    from taggers.training.compression import SCALING  # noqa: PLC0415
    from taggers.training.compression import compress as compressed  # noqa: PLC0415
    from taggers.training.labelled import labelled_rows  # noqa: PLC0415
    from taggers.training.meaning import NoTruthError  # noqa: PLC0415

    found = _loaded(bundle)
    pixels, extra, rows = windows_for(_opened(found, "cpu", threads), files or [], most)
    labelled, reason = None, "the packaged sample has no labels; give files of e2efw export with --windows"
    if files:
        try:
            labelled = labelled_rows([found], files).without(rows[SCALING]).at_most(judging)
            labelled.refuse_missing("to judge by")
        except NoTruthError as error:
            labelled, reason = None, str(error)
    named = "".join(f" --windows {file.name}" for file in files or [])
    made_by = f"e2efw model compress {found.card.name} --to {form} --output {output.name}{named} --max-windows {most}"
    chosen: Any = form
    comparison = compressed(found, output, chosen, pixels, extra, made_by=made_by, threads=threads, labelled=labelled)
    if as_json:
        print_json(comparison.written() | ({} if labelled else {"not_judged": reason}))
    else:
        typer.echo(comparison.text() if labelled else f"{comparison.text()}\nnot judged: {reason}")


@model.command("ensemble", no_args_is_help=True)
def ensemble(
    bundles: Annotated[list[str], typer.Argument(help="Two or more trained bundles that read and say the same.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new bundle, which gets its name.")],
    files: Annotated[
        list[Path],
        typer.Option("--windows", help="Labelled files of e2efw export; several times for several files."),
    ],
    combiner: Annotated[
        str,
        typer.Option("--combiner", "-c", help="mean, linear (weights), network (dense layers) or boosting (trees)."),
    ] = "mean",
    most: Annotated[
        int | None, typer.Option("--max-windows", min=4, help="Windows that are used at most, in both halves.")
    ] = None,
    threads: _Threads = 1,
    as_json: _Json = False,
) -> None:
    """Write several bundles as one, and compare it with each of them.

    The combiner is fitted to what they say of half of the rows; the other half judges all: area under the ROC curve,
    or mean absolute error. Rows that one of them learned from are left out, so the files of a training serve as well.
    """
    from e2efw.cli.printing import print_json  # noqa: PLC0415 (--help must not wait for these)
    from taggers.training.ensembles import make_ensemble  # noqa: PLC0415 (torch takes seconds)

    named = [part for file in files for part in ("--windows", str(file))]
    limit = [] if most is None else ["--max-windows", str(most)]
    command = ["e2efw", "model", "ensemble", *bundles, "--output", str(output), *named, "--combiner", combiner, *limit]
    found = make_ensemble(
        [_loaded(name) for name in bundles], output, files, combiner, most=most, threads=threads,
        made_by=shlex.join(command), tell=(lambda _: None) if as_json else typer.echo,
    )  # fmt: skip
    if as_json:
        print_json(found.written())
    else:
        typer.echo("\n".join(found.lines()))


def _loaded(name: str) -> "Bundle":
    from e2efw.framework.files import find_file  # noqa: PLC0415 (--help must not wait for yaml)
    from taggers.bundle import Bundle, find_bundle  # noqa: PLC0415

    return Bundle.load(find_bundle(name, lambda folder: find_file(folder, Path())))


def _opened(bundle: "Bundle", backend: str, threads: int, max_batch: int = 0) -> "OpenModel":
    """The network on a backend of this host.

    Raises:
        CommandLineError: there is no such backend; names the nearest.
    """
    from e2efw.config.accelerators import CPU  # noqa: PLC0415 (--help must not wait for these)
    from e2efw.config.graphics import NvidiaAccelerator  # noqa: PLC0415
    from e2efw.errors import CommandLineError, nearest  # noqa: PLC0415
    from taggers.backends import Backend, open_model  # noqa: PLC0415

    if backend not in get_args(Backend):
        raise CommandLineError(f"model: no backend '{backend}'. {nearest(backend, get_args(Backend))}")
    here = (*NvidiaAccelerator().enabledLabels(), CPU)
    chosen: Any = backend
    return open_model(bundle, "model", backend=chosen, accelerators=here, threads=threads, max_batch=max_batch)
