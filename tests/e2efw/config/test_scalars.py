"""int32 and relatives, double, bool, string."""

import math

import pytest

from e2efw import config as cms


@pytest.mark.parametrize(
    ("kind", "lowest", "highest"),
    [
        (cms.int32, -(2**31), 2**31 - 1),
        (cms.uint32, 0, 2**32 - 1),
        (cms.int64, -(2**63), 2**63 - 1),
        (cms.uint64, 0, 2**64 - 1),
    ],
)
def test_integers_know_their_width(kind: type[cms.int32], lowest: int, highest: int) -> None:
    assert kind(lowest).value() == lowest
    assert kind(highest).value() == highest
    for outside in (lowest - 1, highest + 1):
        with pytest.raises(ValueError, match=rf"cms\.{kind.__name__}: {outside} is not an integer from {lowest} to"):
            kind(outside)


@pytest.mark.parametrize("wrong", ["5", 5.0, None, [5]])
def test_integer_refuses_other_types(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"cms\.int32: .* is not an integer .*test_scalars\.py:\d+"):
        cms.int32(wrong)


def test_integer_text_may_be_hexadecimal() -> None:
    assert cms.int32.fromText_("0x10") == 16
    with pytest.raises(ValueError, match="'ten' is not an integer"):
        cms.int32.fromText_("ten")


def test_truth_follows_the_value() -> None:
    assert not cms.int32(0)
    assert not cms.string("")
    assert not cms.bool(False)
    assert cms.double(0.1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (1.5, "1.5"), (math.inf, "float('inf')"), (-math.inf, "-float('inf')"), (math.nan, "float('nan')")],
)
def test_double_dumps_as_python_that_reads_back(value: float, text: str) -> None:
    assert repr(cms.double(value)) == f"cms.double({text})"


def test_double_value_is_a_float_even_if_written_as_an_integer() -> None:
    assert isinstance(cms.double(1).value(), float)


@pytest.mark.parametrize("wrong", ["1.0", None, 10**400])
def test_double_refuses_what_is_no_number(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"cms\.double: .* is not a number"):
        cms.double(wrong)


def test_nan_never_compares() -> None:
    nan = cms.double(math.nan)
    assert nan != cms.double(math.nan)
    assert not nan < 1
    assert not nan > 1


@pytest.mark.parametrize("wrong", ["False", 1, 0, None])
def test_bool_takes_only_true_and_false(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"cms\.bool: .* is not True or False"):
        cms.bool(wrong)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("ON", True), ("1", True), ("no", False), ("f", False)])
def test_bool_text_has_many_words(text: str, value: bool) -> None:
    assert cms.bool.fromText_(text).value() is value


def test_string_escapes_and_flips_quotes() -> None:
    assert repr(cms.string("a\0b")) == r"cms.string('a\x00b')"
    assert repr(cms.string("it's")) == 'cms.string("it\'s")'


def test_numbers_compare_across_types() -> None:
    assert cms.int32(5) > 4.9
    assert cms.double(5.0) == cms.uint32(5)
    assert cms.int32(5) <= cms.int64(5)


def test_number_and_string_have_no_order() -> None:
    with pytest.raises(TypeError, match="'<' not supported between"):
        assert cms.int32(5) < "6"
    assert cms.int32(5) != "5"


def test_untracked_has_two_spellings() -> None:
    for parameter in (cms.untracked.int32(1), cms.untracked(cms.int32(1))):
        assert not parameter.isTracked()
        assert repr(parameter) == "cms.untracked.int32(1)"


def test_untracked_refuses_what_is_no_parameter() -> None:
    with pytest.raises(TypeError, match=r"cms\.untracked: 5 is no parameter"):
        cms.untracked(5)  # type: ignore[type-var]
    with pytest.raises(AttributeError, match="Did you mean 'int32'"):
        cms.untracked.int33(5)


def test_modified_flag_needs_a_real_change() -> None:
    number = cms.int32(1)
    number.setValue(1)
    assert not number.isModified()
    number.setValue(2)
    assert number.isModified()
    number.resetModified()
    assert not number.isModified()


def test_parameter_remembers_its_line() -> None:
    number = cms.int32(1)
    first = number.origin_()
    number.setValue(2)
    assert str(first).endswith(f"test_scalars.py:{first.line}")
    assert number.origin_().line == first.line + 2


def test_file_in_path_is_text() -> None:
    assert repr(cms.FileInPath("data/model.onnx")) == "cms.FileInPath('data/model.onnx')"
