"""Commands that look into a file of events: how they are called; what they do is in modules of their own."""

from typing import Annotated, TypeAlias

import typer

File: TypeAlias = Annotated[str, typer.Argument(help="File of events: a path or a URL.")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Regex: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--regex", "-r", metavar="PATTERN", help="Only where branch name or type match, in any case; repeatable."
    ),
]


def content(
    file: File,
    name: Annotated[bool, typer.Option("--name", help="Print names of branches only.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Names of branches and leaves beside the table.")] = False,
    regex: Regex = None,
    as_json: Json = False,
) -> None:
    """List the products of a file: type, module, label, process. CMSSW's edmDumpEventContent."""
    from e2efw.cli.content import print_content  # noqa: PLC0415 (--help must not wait for numba)

    print_content(file, regex or [], names_only=name, everything=everything, as_json=as_json)


def prov(  # noqa: PLR0913, PLR0917 (the options of edmProvDump are many)
    file: File,
    match: Annotated[
        list[str] | None,
        typer.Option("--find-match", "-f", metavar="PATTERN", help="Only modules and products that match; repeatable."),
    ] = None,
    dependencies: Annotated[
        bool, typer.Option("--dependencies", "-d", help="What each product was made of directly.")
    ] = False,
    ancestors: Annotated[bool, typer.Option("--ancestors", "-x", help="All that each product was made of.")] = False,
    descendants: Annotated[bool, typer.Option("--descendants", "-c", help="What was made of each product.")] = False,
    all_modules: Annotated[
        bool, typer.Option("--all-modules", "-a", help="Also modules of whose products the file holds none.")
    ] = False,
    no_event_setup: Annotated[
        bool, typer.Option("--excludeESModules", "-e", help="Leave out modules of the EventSetup.")
    ] = False,
    top_level: Annotated[
        bool, typer.Option("--showTopLevelPSets", "-t", help="Parameter sets of the processes themselves.")
    ] = False,
    history_id: Annotated[bool, typer.Option("--showHistoryID", help="Show the id of the process history.")] = False,
    no_products: Annotated[bool, typer.Option("--dontPrintProducts", "-p", help="Leave out products.")] = False,
    ids_only: Annotated[bool, typer.Option("--psetID", "-i", help="Ids of parameter sets, not parameters.")] = False,
    by_label: Annotated[bool, typer.Option("--sort", "-s", help="Sort by label, not in the order they ran.")] = False,
    as_json: Json = False,
) -> None:
    """Show how the products of a file were made: processes, modules, parameters, parents. CMSSW's edmProvDump."""
    from e2efw.cli.prov import Wish, print_provenance  # noqa: PLC0415 (--help must not wait for numba)

    wish = Wish(
        match or [],
        dependencies,
        ancestors,
        descendants,
        all_modules,
        not no_event_setup,
        top_level,
        history_id,
        not no_products,
        ids_only,
        by_label,
        as_json,
    )
    print_provenance(file, wish)


def file_util(
    files: Annotated[list[str], typer.Argument(help="Files of events: paths or URLs.")],
    events: Annotated[bool, typer.Option("--events", "-e", help="Print run, lumi and event of every entry.")] = False,
    events_in_lumis: Annotated[
        bool, typer.Option("--eventsInLumis", help="Print how many events each luminosity block has.")
    ] = False,
    branches: Annotated[bool, typer.Option("--print", "-P", help="Print branches with their bytes.")] = False,
    adler32: Annotated[
        bool, typer.Option("--adler32", "-a", help="Print the Adler-32 checksum of local files.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read all bytes of local files; an error if they are not those written.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", "-j", help="Print JSON, for programs.")] = False,
) -> None:
    """Count runs, luminosity blocks, events and bytes of files. CMSSW's edmFileUtil."""
    from e2efw.cli.file_util import Wish, print_files  # noqa: PLC0415 (--help must not wait for numba)

    wish = Wish(events, events_in_lumis, branches, adler32, check)
    print_files(files, wish, as_json=as_json)


def event_size(
    file: File,
    alphabetical: Annotated[bool, typer.Option("--alphabetic", "-A", help="By name instead of by size.")] = False,
    leaves: Annotated[bool, typer.Option("--leaves", "-l", help="Every leaf, not only products.")] = False,
    as_json: Json = False,
) -> None:
    """Mean bytes per event of every product, in memory and compressed, largest first. CMSSW's edmEventSize."""
    from e2efw.cli.event_size import print_sizes  # noqa: PLC0415 (--help must not wait for numba)

    print_sizes(file, alphabetical=alphabetical, leaves=leaves, as_json=as_json)
