"""The language of cfg files: CMSSW's, for what exists here. ``from e2efw import config as cms``.

Map of the room:

- parameters: `parameter` (the base), `scalars`, `booleans`, `vectors`, `tags`, `eventids`, `pset`,
  all of them in `parametertypes`; `inference` guesses types of raw values
- `modules`: producers, filters, analyzers, outputs, sources, services
- paths: `nodes` (what stands on a path, ``~`` and ``ignore``), `sequences`
- `process`: the job under construction; `views` of it, its `options`, its dump in `process_dump` (layout in `dumping`)
- command line: `commandline` (``cms.arguments``), `varparsing` (CMSSW's VarParsing)
- running a cfg: `loader`, `fwcore` (``import FWCore.ParameterSet.Config``), `settings` (``--set``)
- `origin`: which line of the cfg wrote something

Imports the standard library and `e2efw.errors` only.
"""

from typing import TYPE_CHECKING

from e2efw.config.booleans import bool, vbool
from e2efw.config.commandline import arguments
from e2efw.config.eventids import (
    EventID,
    EventRange,
    LuminosityBlockID,
    LuminosityBlockRange,
    VEventID,
    VEventRange,
    VLuminosityBlockID,
    VLuminosityBlockRange,
)
from e2efw.config.modules import EDAnalyzer, EDFilter, EDProducer, OutputModule, Service, Source
from e2efw.config.nodes import ignore
from e2efw.config.parametertypes import untracked
from e2efw.config.process import Process
from e2efw.config.pset import PSet, VPSet
from e2efw.config.scalars import FileInPath, double, int32, int64, string, uint32, uint64
from e2efw.config.sequences import EndPath, Path, Sequence
from e2efw.config.tags import InputTag, VInputTag
from e2efw.config.vectors import vdouble, vint32, vint64, vstring, vuint32, vuint64
from e2efw.errors import nearest

__all__ = [
    "EDAnalyzer",
    "EDFilter",
    "EDProducer",
    "EndPath",
    "EventID",
    "EventRange",
    "FileInPath",
    "InputTag",
    "LuminosityBlockID",
    "LuminosityBlockRange",
    "OutputModule",
    "PSet",
    "Path",
    "Process",
    "Sequence",
    "Service",
    "Source",
    "VEventID",
    "VEventRange",
    "VInputTag",
    "VLuminosityBlockID",
    "VLuminosityBlockRange",
    "VPSet",
    "arguments",
    "bool",
    "double",
    "ignore",
    "int32",
    "int64",
    "string",
    "uint32",
    "uint64",
    "untracked",
    "vbool",
    "vdouble",
    "vint32",
    "vint64",
    "vstring",
    "vuint32",
    "vuint64",
]

_LATER = {
    *(
        "ConditionalTask",
        "EDAlias",
        "ESInputTag",
        "ESPrefer",
        "ESProducer",
        "ESSource",
        "FinalPath",
        "Looper",
        "Modifier",
    ),
    *("ModifierChain", "ProcessAccelerator", "ProcessFragment", "Schedule", "SecSource", "SequencePlaceholder"),
    *(
        "SwitchProducer",
        "Task",
        "TaskPlaceholder",
        "VESInputTag",
        "allowed",
        "obsolete",
        "optional",
        "required",
        "wait",
    ),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _LATER:
            raise AttributeError(f"cms.{name} is CMSSW's, but this framework does not offer it.")
        raise AttributeError(f"cms has no {name!r}. {nearest(name, __all__)}")
