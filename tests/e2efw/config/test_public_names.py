"""The words of the configuration language."""

import pickle
import subprocess
import sys

import pytest

from e2efw import config as cms
from e2efw.errors import UnimplementedFeatureError

PUBLIC = [
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


def test_public_names_are_these() -> None:
    assert cms.__all__ == PUBLIC


def test_wrong_word_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'EDProducer'"):
        vars(cms)["__getattr__"]("EDProduser")


@pytest.mark.parametrize("word", ["Looper", "SubProcess"])
def test_word_of_cmssw_that_is_not_offered_says_so(word: str) -> None:
    with pytest.raises(UnimplementedFeatureError, match=rf"cms\.{word}\('X'\): .*test_public_names\.py:\d+"):
        getattr(cms, word)("X")


def test_language_needs_no_numpy() -> None:
    check = "import sys; from e2efw.config import loader; assert not {'numpy', 'awkward', 'uproot'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_every_parameter_survives_pickling() -> None:
    tag = cms.untracked.InputTag("a", "b")
    back = pickle.loads(pickle.dumps(tag))
    assert repr(back) == repr(tag)
    assert back.origin_() == tag.origin_()
