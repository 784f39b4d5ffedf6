"""Tags, ids, ranges, files and sources as parameters: T10 to T12 and T19 to T28."""

from typing import Any

import pytest

from e2efw import config as cms


def test_t10_input_tag() -> None:
    tag = cms.InputTag("label")
    assert (tag.getModuleLabel(), tag.getProductInstanceLabel(), tag.getProcessName()) == ("label", "", "")
    assert repr(tag) == 'cms.InputTag("label")'
    assert repr(cms.InputTag("label", "", "proc")) == 'cms.InputTag("label","","proc")'
    assert cms.InputTag("a:b:c") == cms.InputTag("a", "b", "c")
    assert cms.InputTag("a", processName=cms.InputTag.skipCurrentProcess()) == "a::@skipCurrentProcess"
    assert cms.InputTag("a", "", cms.InputTag.currentProcess()) == "a::@currentProcess"
    assert not cms.InputTag("")
    assert cms.InputTag() == cms.InputTag([]) == cms.InputTag("")
    with pytest.raises(RuntimeError, match="is no tag"):
        cms.InputTag("a:b:c:d")
    with pytest.raises(TypeError, match=r"no field 'process'.*Did you mean 'processName'"):
        cms.InputTag("a", process="b")


def test_t10_input_tag_takes_five_forms_of_assignment() -> None:
    block = cms.PSet(tag=cms.InputTag("x"), tags=cms.VInputTag("x"))
    for value in (cms.InputTag("a", "b"), "a:b", ("a", "b"), ["a", "b"]):
        block.tag = value
        assert repr(block.tag) == 'cms.InputTag("a","b")'
    block.tag = []
    assert not block.tag
    for wrong in ("a:b:c:d", ("a", "b", "c", "d"), ["a", "b", "c", "d"]):
        with pytest.raises(RuntimeError, match="is no tag"):
            block.tag = wrong
        with pytest.raises(RuntimeError, match="is no tag"):
            block.tags.append(wrong)
        with pytest.raises(RuntimeError, match="is no tag"):
            cms.VInputTag([wrong])


def test_t10_lists_of_tags_keep_the_written_form() -> None:
    tags = cms.VInputTag(cms.InputTag("a", "b"), "c:d", ("e", "f"), ["g"])
    assert repr(tags) == "cms.VInputTag(cms.InputTag(\"a\",\"b\"), \"c:d\", ('e', 'f'), ['g'])"
    assert tags.value() == ["a:b", "c:d", "e:f", "g"]
    assert eval(repr(tags), {"cms": cms}) == tags


def test_t11_input_tag_is_modified_by_real_changes_only() -> None:
    tag = cms.InputTag("a", "b")
    tag.setModuleLabel("a")
    tag.setValue("a:b")
    assert not tag.isModified()
    tag.setProductInstanceLabel("c")
    assert tag.isModified()
    tag.resetModified()
    tag.setProcessName("p")
    assert tag.isModified()


def test_t12_es_input_tag() -> None:
    tag = cms.ESInputTag()
    assert (tag.getModuleLabel(), tag.getDataLabel(), bool(tag)) == ("", "", False)
    assert repr(tag) == 'cms.ESInputTag("","")'
    for made in (
        cms.ESInputTag("m", "d"),
        cms.ESInputTag("m:d"),
        cms.ESInputTag(("m", "d")),
        cms.ESInputTag(["m", "d"]),
    ):
        assert (made.getModuleLabel(), made.getDataLabel()) == ("m", "d")
        assert repr(made) == 'cms.ESInputTag("m","d")'
    assert cms.ESInputTag(data="d", module="m") == "m:d"
    assert cms.ESInputTag(":d").getDataLabel() == "d"
    assert cms.ESInputTag("") == cms.ESInputTag()
    for wrong in ("m", "a:b:c", ["m"], ("a", "b", "c")):
        with pytest.raises(RuntimeError, match="is no tag"):
            cms.ESInputTag(wrong)
        with pytest.raises(RuntimeError, match="is no tag"):
            cms.VESInputTag("m:d").append(wrong)
    block = cms.PSet(tag=cms.ESInputTag("a:b"), tags=cms.VESInputTag("a:b", cms.ESInputTag("c", "d"), ("e", "f")))
    block.tag = "x:y"
    assert block.tag.isModified()
    assert repr(block.tag) == 'cms.ESInputTag("x","y")'
    assert block.tags.value() == ["a:b", "c:d", "e:f"]
    assert eval(repr(block.tags), {"cms": cms}) == block.tags


def test_t19_file_in_path() -> None:
    assert repr(cms.FileInPath("FWCore/data/x.txt")) == "cms.FileInPath('FWCore/data/x.txt')"


def test_t20_secondary_source() -> None:
    source = cms.SecSource("EmbeddedRootSource", fileNames=cms.vstring("a.root"), type=cms.string("fixed"))
    assert source.type_() == "EmbeddedRootSource"
    assert source.type == "fixed"
    expected = "cms.SecSource(\"EmbeddedRootSource\",\n    fileNames = cms.vstring('a.root'),\n"
    expected += "    type = cms.string('fixed')\n)"
    assert repr(source) == expected
    block = cms.PSet(input=source)
    assert eval(repr(block), {"cms": cms}) == block
    assert cms.untracked.SecSource("S").isTracked() is False


def test_t21_event_id() -> None:
    event = cms.EventID(2, 0, 3)
    assert repr(event) == "cms.EventID(2, 0, 3)"
    assert cms.EventID(2, 3) == cms.EventID("2:3") == cms.EventID("2:0:3") == event
    assert (event.run(), event.luminosityBlock(), event.event()) == (2, 0, 3)
    with pytest.raises(RuntimeError, match="wanted"):
        cms.EventID(1)


def test_t22_lists_of_event_ids_keep_strings() -> None:
    events = cms.VEventID(cms.EventID(1, 1), "3:2")
    assert events[1] == "3:2"
    assert repr(events) == 'cms.VEventID(cms.EventID(1, 0, 1), "3:2")'
    assert eval(repr(events), {"cms": cms}) == events


def test_t23_luminosity_block_id() -> None:
    assert repr(cms.LuminosityBlockID("2:3")) == "cms.LuminosityBlockID(2, 3)"
    assert cms.LuminosityBlockID(2, 3).luminosityBlock() == 3


def test_t24_lists_of_luminosity_block_ids() -> None:
    blocks = cms.VLuminosityBlockID(cms.LuminosityBlockID(1, 1), "3:2")
    assert repr(blocks) == 'cms.VLuminosityBlockID(cms.LuminosityBlockID(1, 1), "3:2")'


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        (("2:0:3 - 4:0:5",), (2, 0, 3, 4, 0, 5)),
        (("2:3-4:MAX",), (2, 0, 3, 4, 0, 0)),
        (("2:MIN-4:5",), (2, 0, 1, 4, 0, 5)),
        ((2, 3, 4, 5), (2, 0, 3, 4, 0, 5)),
        ((2, 0, 0, 4, 0, 5), (2, 0, 1, 4, 0, 5)),
        (("2:3",), (2, 0, 3, 2, 0, 3)),
    ],
)
def test_t25_event_range(written: Any, numbers: Any) -> None:
    assert cms.EventRange(*written).value() == numbers


def test_t25_event_range_is_ordered() -> None:
    for wrong in ("4:1-2:1", "1:5-1:4", "1:2-1:2:3"):
        with pytest.raises(RuntimeError, match="in order"):
            cms.EventRange(wrong)


def test_t26_lists_of_event_ranges() -> None:
    ranges = cms.VEventRange(cms.EventRange(1, 0, 1, 1, 0, 3), "2:1-2:4")
    assert repr(ranges) == 'cms.VEventRange(cms.EventRange(1, 0, 1, 1, 0, 3), "2:1-2:4")'
    with pytest.raises(RuntimeError, match="in order"):
        ranges.append("2:4-2:1")


def test_t27_luminosity_block_range() -> None:
    assert cms.LuminosityBlockRange("2:3 - 4:MAX").value() == (2, 3, 4, 0)
    assert cms.LuminosityBlockRange("2:MIN-4:5").value() == (2, 1, 4, 5)
    assert cms.LuminosityBlockRange(2, 0, 4, 5).startSub() == 1
    with pytest.raises(RuntimeError, match="in order"):
        cms.LuminosityBlockRange("4:1-2:1")


def test_t28_lists_of_luminosity_block_ranges() -> None:
    ranges = cms.VLuminosityBlockRange(cms.LuminosityBlockRange(1, 1, 1, 3), "2:1-2:4")
    assert [one.end() for one in ranges.parsed()] == [1, 2]
