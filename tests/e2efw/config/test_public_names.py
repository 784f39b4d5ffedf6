"""The words of the configuration language."""

import pickle
import subprocess
import sys

import pytest

from e2efw import config as cms

PUBLIC = [
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


def test_public_names_are_these() -> None:
    assert cms.__all__ == PUBLIC


def test_wrong_word_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'EDProducer'"):
        vars(cms)["__getattr__"]("EDProduser")


def test_word_of_cmssw_that_is_not_offered_says_so() -> None:
    with pytest.raises(AttributeError, match=r"cms\.Task is CMSSW's, but"):
        vars(cms)["__getattr__"]("Task")


def test_language_needs_no_numpy() -> None:
    check = "import sys; from e2efw.config import loader; assert not {'numpy', 'awkward', 'uproot'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_every_parameter_survives_pickling() -> None:
    tag = cms.untracked.InputTag("a", "b")
    back = pickle.loads(pickle.dumps(tag))
    assert repr(back) == repr(tag)
    assert back.origin_() == tag.origin_()
