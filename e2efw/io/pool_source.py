"""Events from EDM-like ROOT files: of CMS, of our simulation, of our own jobs."""

import logging
from collections.abc import Mapping
from typing import Any, Literal

from e2efw.config.eventids import EventRange, LuminosityBlockID, LuminosityBlockRange
from e2efw.errors import NoSecondaryFilesError, UnimplementedFeatureError
from e2efw.framework.modules import Source, param
from e2efw.framework.parameters import declared, not_negative
from e2efw.io import keep_drop
from e2efw.io.duplicates import DuplicateMode
from e2efw.io.event_selection import EventSelection
from e2efw.io.open_pool import OpenPool
from e2efw.io.run_numbers import RunNumbers

_LOG = logging.getLogger("e2efw.io")
_NO_EFFECT = "no effect here: "
"""Begins the documentation of what CMSSW's cfgs may set, but nothing here needs."""


def _names_a_file(names: tuple[str, ...]) -> str | None:
    return None if names else "must name at least one file"


class PoolSource(Source):
    """Reads events from EDM-like ROOT files, and from Parquet files of ours, one after the other.

    Names may hold the patterns '*', '?', '[...]' and '**', and begin with file:, root:// (with fsspec-xrootd), http://
    or https://. Each file is opened when it is reached. Selections look at the numbers that events have in their files.
    """

    file_names: tuple[str, ...] = param(
        doc="files to read: paths, patterns such as data/*.root, URLs", tracked=False, check=_names_a_file
    )
    secondary_file_names: tuple[str, ...] = param(
        (), doc="files with the same events, for products that the others lack", tracked=False
    )
    need_secondary_file_names: bool = param(False, doc="secondaryFileNames must be set", tracked=False)
    skip_bad_files: bool = param(
        False, doc="leave out files that are missing or cannot be opened, with a warning", tracked=False
    )
    skip_events: int = param(
        0,
        doc="events to skip at the beginning, over all files, of those that would be processed",
        tracked=False,
        check=not_negative,
    )
    first_run: int = param(1, doc="skip events of earlier runs", tracked=False, check=not_negative)
    first_luminosity_block: int = param(
        0, doc="in the first run, skip earlier luminosity blocks; 0: none", tracked=False, check=not_negative
    )
    first_event: int = param(
        1,
        doc="in the first run, and in firstLuminosityBlock if that is set, skip earlier events",
        tracked=False,
        check=not_negative,
    )
    lumis_to_process: tuple[LuminosityBlockRange, ...] = param(
        (), doc="only these, such as '1:5-1:MAX'; empty: all", tracked=False
    )
    lumis_to_skip: tuple[LuminosityBlockRange, ...] = param((), doc="not these", tracked=False)
    events_to_process: tuple[EventRange, ...] = param(
        (), doc="only these, such as '1:200-1:300' or '1:5:200'; empty: all", tracked=False
    )
    events_to_skip: tuple[EventRange, ...] = param((), doc="not these", tracked=False)
    no_event_sort: bool = param(
        True, doc="True: the order of the file; False: by run, lumi and event within each file", tracked=False
    )
    duplicate_check_mode: DuplicateMode = param(
        "checkAllFilesOpened",
        doc="where a repeated run, lumi and event number is looked for; it is skipped",
        tracked=False,
    )
    branches_must_match: Literal["permissive", "strict"] = param(
        "permissive", doc="later files may lack products of the first, or may not", tracked=False
    )
    input_commands: tuple[str, ...] = param(
        ("keep *",),
        doc="rules 'keep' or 'drop' with '*' or type_label_instance_process; the last that matches counts",
        tracked=False,
        check=keep_drop.complaint,
    )
    drop_descendants_of_dropped_branches: bool = param(
        True, doc="what was made from a dropped product is dropped too, where provenance tells", tracked=False
    )
    set_run_number: int = param(
        0, doc="simulation: number of the first run of each file; 0: as it is", tracked=False, check=not_negative
    )
    set_run_number_for_each_lumi: tuple[int, ...] = param(
        (), doc="simulation: run numbers, one for each luminosity block in the order they come", tracked=False
    )
    first_luminosity_block_for_each_run: tuple[LuminosityBlockID, ...] = param(
        (), doc="simulation: run numbers, each with its first luminosity block", tracked=False
    )
    processing_mode: Literal["RunsLumisAndEvents", "RunsAndLumis", "Runs"] = param(
        "RunsLumisAndEvents", doc="what is processed; only RunsLumisAndEvents is offered", tracked=False
    )
    bad_hits: Literal["drop", "refuse"] = param(
        "drop",
        doc="objects that cannot be true (NaN energies, impossible detids): leave them out and count them, or stop",
        tracked=False,
    )
    override_catalog: str = param("", doc="not offered: files are named, not looked up", tracked=False)
    enforce_guid_in_file_name: bool = param(False, doc="not offered", tracked=False)
    cache_size: int = param(0, doc=f"{_NO_EFFECT}whole baskets are read ahead", tracked=False)
    tree_max_virtual_size: int = param(-1, doc=f"{_NO_EFFECT}there are no ROOT buffers", tracked=False)
    delay_reading_event_products: bool = param(
        True, doc=f"{_NO_EFFECT}products are read if a module or an output wants them", tracked=False
    )
    bypass_version_check: bool = param(False, doc=f"{_NO_EFFECT}leaves are looked up by name", tracked=False)
    label_raw_data_like_mc: bool = param(True, doc=f"{_NO_EFFECT}there is no raw data", tracked=False)

    @classmethod
    def old_parameters(cls) -> Mapping[str, str]:
        """What cfgs of long ago set."""
        return {"maxEvents": "now process.maxEvents.input"}

    @classmethod
    def translated(cls, old: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nothing that sources may still have."""
        raise ValueError(
            f"a source has no 'maxEvents' any more: set process.maxEvents.input = {old['maxEvents']} instead"
        )

    def __post_init__(self) -> None:
        """Check what several parameters say together.

        Raises:
            UnimplementedFeatureError: something of CMSSW that is not offered.
            NoSecondaryFilesError: they are needed and not there.
            ConfigurationError: run numbers are set twice.
        """
        super().__post_init__()
        refused = {
            "processingMode": self.processing_mode != "RunsLumisAndEvents",
            "overrideCatalog": bool(self.override_catalog),
            "enforceGUIDInFileName": self.enforce_guid_in_file_name,
        }
        for name, wanted in refused.items():
            if wanted:
                raise UnimplementedFeatureError(f"PoolSource: '{name}' cannot be changed; leave it out.")
        if self.need_secondary_file_names and not self.secondary_file_names:
            raise NoSecondaryFilesError(
                "PoolSource: 'needSecondaryFileNames' is set, but 'secondaryFileNames' names no file."
            )
        self.run_numbers()

    @property
    def selection(self) -> EventSelection:
        """Which events are processed."""
        return EventSelection(
            self.first_run,
            self.first_luminosity_block,
            self.first_event,
            self.lumis_to_skip,
            self.lumis_to_process,
            self.events_to_skip,
            self.events_to_process,
        )

    @property
    def asks_for_real_data(self) -> bool:
        """True if it matters whether a file holds real data."""
        return self.duplicate_check_mode == "checkEachRealDataFile" or self.run_numbers().parameter != ""

    def run_numbers(self) -> RunNumbers:
        """What gives events their runs, for one pass over the files."""
        return RunNumbers(
            "PoolSource",
            self.set_run_number,
            self.set_run_number_for_each_lumi,
            self.first_luminosity_block_for_each_run,
        )

    def open(self) -> OpenPool:
        """Look into the first file; local ones are checked to be there, whole, and to hold events.

        Raises:
            FileOpenError: a file is missing or may not be read.
            FileReadError: a file is truncated, corrupt or holds no events.
            ConfigurationError: the rules for products break their grammar.
        """
        known = declared(type(self)).values()
        idle = [each.cfg_name for each in known if each.doc.startswith(_NO_EFFECT)]
        changed = [
            each.cfg_name for each in known if each.cfg_name in idle and getattr(self, each.name) != each.default
        ]
        if changed:
            _LOG.info("PoolSource: parameters without effect here: %s", ", ".join(changed))
        return OpenPool(self)
