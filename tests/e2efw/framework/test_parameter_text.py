"""Canonical texts of parameter sets can be read back, ours and CMSSW's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2efw.framework.canonical import canonical
from e2efw.framework.parameter_text import StoredParameter, parsed

NAMES = st.from_regex(r"[a-z][A-Za-z0-9_]{0,8}", fullmatch=True)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="\\")),
)
VALUES = st.one_of(SCALARS, st.lists(st.integers(0, 9), min_size=1), st.lists(st.text("ab,;=+I()<>{}", min_size=1)))
SETS = st.dictionaries(NAMES, VALUES, max_size=4)


def plain(parameters: Any) -> Any:
    """Values without their types."""
    if isinstance(parameters, list):
        return [plain(one) for one in parameters]
    return (
        {name: plain(one) for name, one in parameters.items()}
        if isinstance(parameters, dict)
        else (plain(parameters.value) if isinstance(parameters, StoredParameter) else parameters)
    )


@given(SETS, SETS, st.lists(SETS, max_size=2))
def test_what_was_written_is_read(outer: dict[str, Any], inner: dict[str, Any], several: list[dict[str, Any]]) -> None:
    parameters = {**outer, "Inner": inner, "Several": several}
    assert plain(parsed(canonical(parameters, {"Several": "VPSet", "Inner": "PSet"}))) == parameters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=+S(48656c6c6f)", StoredParameter("string", True, "Hello")),
        ("a=-s({6162,63})", StoredParameter("vstring", False, ["ab", "c"])),
        ("a=+Z(f(x); y = 1)", StoredParameter("string", True, "f(x); y = 1")),
        ("a=+D(3.0000000000000000e+01)", StoredParameter("double", True, 30.0)),
        ("a=+b({true,false})", StoredParameter("vbool", True, [True, False])),
        ("a=+t(ak4PFJets::RECO)", StoredParameter("InputTag", True, "ak4PFJets::RECO")),
        ("a=+v({a,b:c})", StoredParameter("VInputTag", True, ["a", "b:c"])),
        ("a=+F(V001 0 RecoE2E/x.txt)", StoredParameter("FileInPath", True, "V001 0 RecoE2E/x.txt")),
        ("a=+q{0a,0b}", StoredParameter("VPSet", True, ["0a", "0b"])),
        ("a=+q{}", StoredParameter("VPSet", True, [])),
        ("a=+v({616b34,616b383a3a50})", StoredParameter("VInputTag", True, ["ak4", "ak8::P"])),
        ("a=+Z(PROD\0)", StoredParameter("string", True, "PROD")),
        ("a=+z({\0path\0})", StoredParameter("vstring", True, ["path"])),
        ("a=+z({\0p\0,\0q\0})", StoredParameter("vstring", True, ["p", "q"])),
        ("a=+i({+11,+21})", StoredParameter("vint32", True, [11, 21])),
        ("a=+I(many)", StoredParameter("int32", True, "many")),
        ("a=+k(what)", StoredParameter("k?", True, "what")),
    ],
)
def test_texts_of_cmssw_are_read(text: str, expected: StoredParameter) -> None:
    assert parsed(f"<z=+I(1);{text};b=+I(2)>") == {
        "z": StoredParameter("int32", True, 1),
        "a": expected,
        "b": StoredParameter("int32", True, 2),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [("a=+I(1)", "between < and >"), ("<what>", "no parameter begins with 'what'"), ("<a=+I(1>", "has no end")],
)
def test_other_texts_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parsed(text)
