"""EDM-like ROOT files out: chosen products of every event, whole or not at all."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from e2efw.framework.blocks import SourceContent
from e2efw.framework.modules import param
from e2efw.framework.parameters import ParameterSet, declared
from e2efw.framework.provenance import Provenance
from e2efw.io.event_writer import EventWriter
from e2efw.io.output_parameters import EventOutput
from e2efw.io.root_output import Algorithm, Container, RootFormat

_LOG = logging.getLogger("e2efw.io")
_NO_EFFECT: Final = "has no effect here"


def _level(value: int) -> str | None:
    return None if 0 <= value <= 9 else "must be from 0 to 9"


def _tuning(default: Any, *, doc: str, name: str = "") -> Any:
    """A parameter of CMSSW that tunes ROOT."""
    return param(default, doc=f"{_NO_EFFECT}: {doc}", tracked=False, name=name)


class BranchAlias(ParameterSet):
    """An entry of ``branchAliases``."""

    branch: str = param("", doc="branch, with * and ?")
    alias: str = param("", doc="its other name")


class BranchSplitLevel(ParameterSet):
    """An entry of ``overrideBranchesSplitLevel``."""

    branch: str = param("", doc="branch, with * and ?")
    split_level: int = param(99, doc="how far it is taken apart")


class PoolOutputModule(EventOutput):
    """Writes the products that its keep and drop rules choose to an EDM-like ROOT file.

    Identical jobs write identical bytes: the file holds neither its name nor a date.
    """

    container: Container = param(
        "TTree", doc="what holds the events: a TTree, or an RNTuple with the same names", tracked=False
    )
    compression_algorithm: Algorithm = param("ZSTD", doc="compression", tracked=False)
    compression_level: int = param(4, doc="0 (none) to 9 (smallest)", tracked=False, check=_level)
    basket_size: int = _tuning(16384, doc="every branch has one basket per eventsPerCluster")
    event_auxiliary_basket_size: int = _tuning(16384, doc="every branch has one basket per eventsPerCluster")
    event_auto_flush_compressed_size: int = _tuning(20_971_520, doc="baskets end every eventsPerCluster")
    split_level: int = _tuning(99, doc="every leaf is a branch")
    sort_baskets: str = _tuning("sortbasketsbyoffset", doc="baskets lie in the order of events")
    tree_max_virtual_size: int = _tuning(-1, doc="a cluster is written when it is complete")
    fast_cloning: bool = _tuning(True, doc="columns that are only passed on are never made into objects")
    merge_job: bool = _tuning(False, doc="inputs are always merged")
    compact_event_auxiliary: bool = _tuning(True, doc="every leaf is a branch")
    override_input_file_split_levels: bool = _tuning(False, doc="every leaf is a branch")
    write_status_file: bool = _tuning(False, doc="a file under its name is complete")
    override_branches_split_level: tuple[BranchSplitLevel, ...] = _tuning((), doc="every leaf is a branch")
    branch_aliases: tuple[BranchAlias, ...] = _tuning((), doc="branches have one name")
    override_guid: str = _tuning("", doc="a file's identity follows from its content", name="overrideGUID")
    logical_file_name: str = _tuning("", doc="there is no file catalog")
    catalog: str = _tuning("", doc="there is no file catalog")

    @property
    def form(self) -> RootFormat:
        """Container and compression."""
        return RootFormat(self.container, self.compression_algorithm, self.compression_level)

    def open(self, content: SourceContent, provenance: Provenance) -> EventWriter:
        """Choose the products and check that the file can be written; tell which settings mean nothing.

        Raises:
            FileWriteError: it cannot, it is an input of this job, or another output writes it.
            ConfigurationError: a product's name cannot be a branch name.
            LogicError: a product's class is none that files can hold.
        """
        idle = self._idle()
        if idle:
            reasons = "; ".join(f"{name} {reason}" for name, reason in idle.items())
            _LOG.info("PoolOutputModule %s: %s", self.file_name, reasons)
        return super().open(content, provenance)

    def _idle(self) -> Mapping[str, str]:
        """Parameters without effect that the cfg sets to something else than their default, and why they have none."""
        return {
            parameter.cfg_name: parameter.doc
            for parameter in declared(type(self)).values()
            if parameter.doc.startswith(_NO_EFFECT) and getattr(self, parameter.name) != parameter.default
        }
