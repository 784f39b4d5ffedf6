"""Input tags."""

from typing import Any

import pytest

from e2efw import config as cms


@pytest.mark.parametrize(
    "written", [("a:b:c",), ("a", "b", "c"), (("a", "b", "c"),), (["a", "b", "c"],), (cms.InputTag("a:b:c"),)]
)
def test_every_form_means_the_same_tag(written: tuple[Any, ...]) -> None:
    tag = cms.InputTag(*written)
    assert (tag.getModuleLabel(), tag.getProductInstanceLabel(), tag.getProcessName()) == ("a", "b", "c")
    assert tag == cms.InputTag("a", "b", "c")
    assert tag.value() == "a:b:c"


@pytest.mark.parametrize("empty", [(), ((),), ([],), ("",)])
def test_nothing_is_an_empty_tag(empty: tuple[Any, ...]) -> None:
    tag = cms.InputTag(*empty)
    assert not tag
    assert repr(tag) == 'cms.InputTag("")'


@pytest.mark.parametrize("written", [("a:b:c:d",), ("a", "b", "c", "d"), (("a", "b", "c", "d"),), (5,)])
def test_more_than_three_fields_are_refused(written: tuple[Any, ...]) -> None:
    with pytest.raises(RuntimeError, match=r"is no tag; a tag is 'label'.*test_tags\.py"):
        cms.InputTag(*written)
    with pytest.raises((RuntimeError, TypeError), match=r"is no tag|is not a tag"):
        cms.VInputTag(list(written) if len(written) == 1 else [written])


def test_dump_shows_the_given_fields() -> None:
    assert repr(cms.InputTag("a")) == 'cms.InputTag("a")'
    assert repr(cms.InputTag("a", "", "P")) == 'cms.InputTag("a","","P")'
    assert repr(cms.untracked.InputTag("a", "b")) == 'cms.untracked.InputTag("a","b")'


def test_assignment_takes_every_form_and_flags_real_changes() -> None:
    module = cms.EDProducer("P", src=cms.InputTag("a:b"))
    module.src = "a:b"
    assert not module.src.isModified()
    for form in ("c:d", ("c", "d"), ["c", "d"], cms.InputTag("c", "d")):
        module.src = form
        assert module.src == "c:d"
    assert module.isModified()


def test_setters_change_one_field() -> None:
    tag = cms.InputTag("a:b")
    tag.setModuleLabel("x")
    tag.setProductInstanceLabel("y")
    tag.setProcessName(cms.InputTag.skipCurrentProcess())
    assert tag.value() == "x:y:@skipCurrentProcess"
    assert cms.InputTag.currentProcess() == "@currentProcess"


def test_order_follows_the_fields() -> None:
    assert cms.InputTag("a") < cms.InputTag("b") <= "b:a"
    assert cms.InputTag("b") > "a"
    assert cms.InputTag("b") >= "b"


def test_list_of_tags_keeps_the_written_form() -> None:
    tags = cms.VInputTag("a:b", ("c", "d"), cms.InputTag("e"))
    assert repr(tags) == "cms.VInputTag(\"a:b\", ('c', 'd'), cms.InputTag(\"e\"))"
    assert tags.value() == ["a:b", "c:d", "e"]
    assert tags.tags()[1].getModuleLabel() == "c"
