"""Lists of values."""

import pytest

from e2efw import config as cms


def test_elements_come_as_arguments_list_tuple_or_generator() -> None:
    forms = [cms.vint32(1, 2), cms.vint32([1, 2]), cms.vint32((1, 2)), cms.vint32(i for i in (1, 2))]
    assert all(form.value() == [1, 2] for form in forms)


def test_lone_text_is_one_element() -> None:
    assert cms.vstring("abc") == ["abc"]


def test_empty_list_is_false() -> None:
    assert not cms.vdouble()


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(cms.vint32, "a"), (cms.vint32, 2**31), (cms.vdouble, "a"), (cms.vstring, 5), (cms.vbool, 1), (cms.VInputTag, 5)],
)
def test_wrong_element_is_refused_wherever_it_enters(kind: type[cms.vint32], wrong: object) -> None:
    message = rf"cms\.{kind.__name__}: .* is not "
    with pytest.raises(TypeError, match=message):
        kind([wrong])
    for method in ("append", "extend"):
        vector = kind()
        with pytest.raises(TypeError, match=message):
            getattr(vector, method)(wrong if method == "append" else [wrong])
        assert not vector
    with pytest.raises(TypeError, match=message):
        kind().insert(0, wrong)
    vector = kind()
    with pytest.raises(TypeError, match=message):
        vector[0:0] = [wrong]


def test_keyword_is_a_syntax_error() -> None:
    with pytest.raises(SyntaxError, match="lists take elements, not the keyword 'a'"):
        cms.VPSet(a=cms.PSet())


def test_sum_is_a_checked_copy() -> None:
    names = cms.vstring("a")
    assert names + cms.vstring("b") == ["a", "b"]
    assert names == ["a"]
    with pytest.raises(TypeError, match=r"cms\.vstring: 5 is not"):
        names + (5,)  # noqa: RUF005  the operator is what is tested


def test_list_methods_work_and_mark_the_change() -> None:
    numbers = cms.vint32(3, 1)
    assert not numbers.isModified()
    numbers.append(2)
    numbers[0] = 7
    del numbers[1]
    assert numbers == [7, 2]
    assert numbers.index(2) == 1
    assert numbers.isModified()


def test_numbers_dump_five_a_line_and_texts_one() -> None:
    assert repr(cms.vint32(1, 2)) == "cms.vint32(1, 2)"
    assert repr(cms.vint32(range(6))) == "cms.vint32(\n    0, 1, 2, 3, 4,\n    5\n)"
    assert repr(cms.vstring("a", "b")) == "cms.vstring(\n    'a',\n    'b'\n)"


def test_long_list_dumps_as_a_tuple_and_reads_back() -> None:
    numbers = cms.vint32(range(300))
    text = repr(numbers)
    assert text.startswith("cms.vint32(\n    (\n        0, 1, 2, 3, 4,")
    assert eval(text, {"cms": cms}) == numbers


def test_vpset_holds_psets_only() -> None:
    psets = cms.VPSet(cms.PSet(a=cms.int32(1)))
    assert psets[0].a == 1
    with pytest.raises(TypeError, match=r"cms\.VPSet: 5 is not a cms\.PSet"):
        psets.append(5)
