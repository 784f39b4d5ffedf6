"""What all output modules of events have in common: which products, which events, into which file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dataformats.collection import Collection, EventRecord
from e2efw.errors import LogicError
from e2efw.framework.blocks import SourceContent
from e2efw.framework.modules import OutputModule, param
from e2efw.framework.parameters import ParameterSet, not_negative, positive
from e2efw.framework.provenance import Provenance
from e2efw.io import keep_drop
from e2efw.io.branches import BranchName
from e2efw.io.event_writer import EventWriter, FileFormat, Task
from e2efw.io.provenance_store import DropMetaData
from e2efw.io.whole_file import WholeFile

_KILOBYTE: Final = 1024


def _names_a_file(value: str) -> str | None:
    return None if value.removeprefix("file:") else "must name a file"


class Dataset(ParameterSet):
    """What a file is for those who keep the books; recorded in its provenance."""

    data_tier: str = param("", doc="such as AODSIM", tracked=False)
    filter_name: str = param("", doc="of the selection", tracked=False)

    @property
    def known(self) -> dict[str, str]:
        """By cfg name, without what is not set."""
        values = {"dataTier": self.data_tier, "filterName": self.filter_name}
        return {name: value for name, value in values.items() if value}


class EventOutput(OutputModule):
    """Base of the modules that write chosen products of every event; `form` says how."""

    file_name: str = param(doc="file to write, with or without 'file:'", tracked=False, check=_names_a_file)
    output_commands: tuple[str, ...] = param(
        ("keep *",),
        doc="rules 'keep' or 'drop' with '*' or type_label_instance_process; the last that matches counts",
        tracked=False,
        check=keep_drop.complaint,
    )
    events_per_cluster: int = param(1000, doc="events that are written together", tracked=False, check=positive)
    max_size: int = param(
        0x7F000000,
        doc="a file larger than this ends with the input file that it comes from; base001.root follows base.root",
        unit="kB",
        tracked=False,
        check=not_negative,
    )
    drop_meta_data: DropMetaData = param(
        "NONE",
        doc="which products forget what they were made of: those not in the file (DROPPED), those of earlier processes "
        "(PRIOR), all (ALL)",
        tracked=False,
    )

    dataset: Dataset = param(
        Dataset(), doc="dataTier and filterName, which `e2efw prov` shows; no file catalog reads them", tracked=False
    )

    @property
    def form(self) -> FileFormat:
        """How files are written."""
        raise NotImplementedError

    def open(self, content: SourceContent, provenance: Provenance) -> EventWriter:
        """Choose the products and check that the file can be written.

        Raises:
            FileWriteError: it cannot, it is an input of this job, or another output writes it.
            ConfigurationError: a product's name cannot be a branch name.
            LogicError: a product's class is none that files can hold.
        """
        owner = type(self).__name__
        form = self.form
        products = self._chosen_products(content)
        names = {key: BranchName(info.friendly_type, key) for key, info in content.items()}
        target = Path(self.file_name.removeprefix("file:"))
        file = WholeFile(target, owner)
        file.refuse_inputs({info.origin for info in content.values()})
        task = Task(
            owner,
            target,
            form,
            products,
            names,
            self.events_per_cluster,
            self.max_size * _KILOBYTE,
            self.select_events.select_events,
            self.drop_meta_data,
            self.dataset.known,
        )
        return EventWriter(task, file, provenance)

    def _chosen_products(self, content: SourceContent) -> Mapping[BranchName, type[Any] | None]:
        candidates = {key: BranchName(info.friendly_type, key) for key, info in content.items() if info.persistent}
        owner = type(self).__name__
        chosen = keep_drop.kept(self.output_commands, candidates, parameter="outputCommands", owner=owner)
        for key in chosen:
            BranchName.of(content[key].friendly_type, key)
            cls = content[key].product_class
            if cls is not None and not issubclass(cls, Collection | EventRecord):
                raise LogicError(f"{cls.__name__}: cannot be written: it is neither a Collection nor an EventRecord.")
        return {candidates[key]: content[key].product_class for key in chosen}
