"""Single values and lists of them, as CMSSW's Types.py has them: T01 to T09."""

import math

import pytest

from e2efw import config as cms


def again(parameter: object) -> object:
    """What the dump makes."""
    return eval(repr(parameter), {"cms": cms})


def test_t01_int32() -> None:
    number = cms.int32(1)
    assert number.value() == 1
    number.setValue(2)
    assert number == 2
    assert not cms.int32(0)
    assert repr(number) == "cms.int32(2)"
    assert cms.int32.fromText_("0x10") == 16
    with pytest.raises(ValueError, match="'i' is not an integer"):
        cms.int32("i")
    with pytest.raises(ValueError, match="is not an integer from"):
        cms.int32(2**31)  # better than upstream, which finds it when the job starts


def test_t02_uint32() -> None:
    assert cms.uint32(0) == 0
    assert not cms.uint32(0)
    assert cms.uint32.fromText_("0xF") == 15
    for wrong in ("i", -1, 2**32):
        with pytest.raises(ValueError, match="is not an integer from 0"):
            cms.uint32(wrong)


def test_t03_double() -> None:
    assert cms.double(1).value() == 1.0
    assert repr(cms.double(1)) == "cms.double(1)"
    for text, value in (("inf", math.inf), ("-inf", -math.inf)):
        assert cms.double(float(text)) == value
        assert again(cms.double(value)) == value
    assert repr(cms.double(math.inf)) == "cms.double(float('inf'))"
    assert repr(cms.double(-math.inf)) == "cms.double(-float('inf'))"
    assert repr(cms.double(math.nan)) == "cms.double(float('nan'))"
    assert math.isnan(cms.double(math.nan).value())


def test_t04_vdouble() -> None:
    numbers = cms.vdouble(1, math.inf, -math.inf, math.nan)
    assert repr(numbers) == "cms.vdouble(1, float('inf'), -float('inf'), float('nan'))"
    with pytest.raises(TypeError, match="is not an element"):
        cms.vdouble(1, "a")


def test_t05_vint32() -> None:
    numbers = cms.vint32()
    assert not numbers
    numbers.append(1)
    numbers.append(2)
    numbers.insert(1, 4)
    assert list(numbers) == [1, 4, 2]
    assert numbers.index(4) == 1
    assert numbers[0] == 1
    numbers[1:2] = [7, 8]
    assert numbers == [1, 7, 8, 2]
    assert repr(numbers) == "cms.vint32(1, 7, 8, 2)"
    assert "\n" in repr(cms.vint32(range(6)))
    for name, arguments in (("append", ["a"]), ("insert", [0, "a"]), ("extend", [["a"]])):
        with pytest.raises(TypeError, match="is not an element"):
            getattr(numbers, name)(*arguments)
    with pytest.raises(TypeError, match="is not an element"):
        numbers[0:1] = ["a"]
    assert [*numbers, 3] == [1, 7, 8, 2, 3]


def test_t06_bool() -> None:
    assert cms.bool(True)
    assert not cms.bool(False)
    for text in ("2", "True", "true", "t", "on", "yes", "1"):
        assert cms.bool.fromText_(text)
    for text in ("0", "False", "f", "off", "no"):
        assert not cms.bool.fromText_(text)
    for wrong in ("False", 1, "2"):
        with pytest.raises(ValueError, match="is not True or False"):
            cms.bool(wrong)


def test_t07_string() -> None:
    assert repr(cms.string("this is a test")) == "cms.string('this is a test')"
    assert repr(cms.string("it's")) == 'cms.string("it\'s")'
    assert repr(cms.string("\0")) == "cms.string('\\x00')"
    assert not cms.string("")
    with pytest.raises(ValueError, match="is not a str"):
        cms.string(1)


def test_t08_vstring() -> None:
    texts = cms.vstring("", "1", "")
    assert list(texts) == ["", "1", ""]
    assert again(texts) == texts
    block = cms.PSet(texts=texts)
    block.texts = ["a", "b"]
    assert repr(block.texts) == "cms.vstring(\n    'a',\n    'b'\n)"
    assert cms.vstring("abc") == ["abc"]


def test_t09_untracked() -> None:
    for made in (cms.untracked(cms.int32(1)), cms.untracked.int32(1)):
        assert repr(made) == "cms.untracked.int32(1)"
        assert not made.isTracked()
    assert repr(cms.untracked.vint32(1, 5)) == "cms.untracked.vint32(1, 5)"
    block = cms.untracked.PSet(a=cms.int32(1))
    assert not block.isTracked()
    assert block.a.isTracked()
    with pytest.raises(TypeError, match="1 is no parameter"):
        cms.untracked(1)  # type: ignore[type-var]
    with pytest.raises(TypeError, match="cannot become"):
        cms.PSet(x=cms.untracked.int32(1)).x = cms.untracked.uint32(1)
