"""The language of cfg files: CMSSW's. ``from e2efw import config as cms``.

Map of the room:

- parameters: `parameter` (the base), `scalars`, `booleans`, `vectors`, `tags`, `estags`, `eventids`, `pset`,
  `secsource`, all of them in `parametertypes`; `declared` (``cms.required`` and its like);
  `inference` guesses types of raw values
- modules: `plugin` (the base), `modules`, `alias`, `esprefer`, `switch`; `accelerators`, `graphics`
- paths: `nodes` (what stands on a path, ``~``, ``ignore``, ``wait``), `groups` (surgery), `tasks`, `sequences`,
  `paths`, `schedule`, `visitors`
- `process`: the job under construction: `attaching`, `loading`, `surgery`, `views` of it, its `options` and
  `messagelogger`; `process_dump` and `splitting` write it (layout in `dumping`); `conversion` settles what is left open
- `factories`: modules with the defaults of their plugins (`e2efw.modules`)
- changes: `modifiers`, `massreplace`, `utilities`
- command line: `commandline` (``cms.arguments``), `varparsing` (CMSSW's VarParsing)
- running a cfg: `loader`, `fwcore` (``import FWCore.ParameterSet.Config`` and fragments of CMSSW by name),
  `importing`, `settings` (``--set``)
- `origin`: which line of the cfg wrote something

Imports the standard library and `e2efw.errors` only; `factories` asks the framework for plugins when it is called.
"""

from typing import TYPE_CHECKING

from e2efw.config.accelerators import ProcessAccelerator
from e2efw.config.alias import EDAlias
from e2efw.config.booleans import bool, vbool
from e2efw.config.commandline import arguments
from e2efw.config.declared import PSetTemplate, obsolete, optional, required
from e2efw.config.esprefer import ESPrefer
from e2efw.config.estags import ESInputTag, VESInputTag
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
from e2efw.config.filteredstream import FilteredStream
from e2efw.config.importing import checkImportPermission
from e2efw.config.modifiers import Modifier, ModifierChain
from e2efw.config.modules import (
    EDAnalyzer,
    EDFilter,
    EDProducer,
    ESProducer,
    ESSource,
    Looper,
    OutputModule,
    Service,
    Source,
    SubProcess,
)
from e2efw.config.nodes import SequencePlaceholder, ignore, wait
from e2efw.config.parametertypes import untracked
from e2efw.config.paths import EndPath, FinalPath, Path
from e2efw.config.process import Process, ProcessFragment
from e2efw.config.pset import PSet, VPSet
from e2efw.config.scalars import FileInPath, double, int32, int64, string, uint32, uint64
from e2efw.config.schedule import Schedule
from e2efw.config.secsource import SecSource
from e2efw.config.sequences import Sequence
from e2efw.config.switch import SwitchProducer
from e2efw.config.tags import InputTag, VInputTag
from e2efw.config.tasks import ConditionalTask, ConditionalTaskPlaceholder, Task, TaskPlaceholder
from e2efw.config.vectors import vdouble, vint32, vint64, vstring, vuint32, vuint64
from e2efw.errors import nearest

__all__ = [
    "ConditionalTask",
    "ConditionalTaskPlaceholder",
    "EDAlias",
    "EDAnalyzer",
    "EDFilter",
    "EDProducer",
    "ESInputTag",
    "ESPrefer",
    "ESProducer",
    "ESSource",
    "EndPath",
    "EventID",
    "EventRange",
    "FileInPath",
    "FilteredStream",
    "FinalPath",
    "InputTag",
    "Looper",
    "LuminosityBlockID",
    "LuminosityBlockRange",
    "Modifier",
    "ModifierChain",
    "OutputModule",
    "PSet",
    "PSetTemplate",
    "Path",
    "Process",
    "ProcessAccelerator",
    "ProcessFragment",
    "Schedule",
    "SecSource",
    "Sequence",
    "SequencePlaceholder",
    "Service",
    "Source",
    "SubProcess",
    "SwitchProducer",
    "Task",
    "TaskPlaceholder",
    "VESInputTag",
    "VEventID",
    "VEventRange",
    "VInputTag",
    "VLuminosityBlockID",
    "VLuminosityBlockRange",
    "VPSet",
    "arguments",
    "bool",
    "checkImportPermission",
    "double",
    "ignore",
    "int32",
    "int64",
    "obsolete",
    "optional",
    "required",
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
    "wait",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        raise AttributeError(f"cms has no {name!r}. {nearest(name, __all__)}")
