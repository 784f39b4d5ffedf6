"""What made each product, and the ids that follow from it."""

import json
import re

import pytest

from e2efw.framework.canonical import canonical, md5
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.framework.tags import ProductKey


def _module(**parameters: object) -> ModuleRecord:
    types = {"minEnergy": "double", "hits": "InputTag", "layers": "vstring", "height": "int32"}
    return ModuleRecord("frames", "DetFrameProducer", "EDProducer", dict(parameters), {}, types)


def _history(*modules: ModuleRecord) -> Provenance:
    product = ProductRecord(ProductKey("frames", "", "E2E"), "e2eSparseFrames", [ProductKey("ebHits", "", "RECO")], {})
    return Provenance([ProcessRecord("E2E", "e2efw 1", list(modules), [product], ["p", "q"], ["e"], ["p"])])


def test_parameters_are_coded_by_type_and_sorted_by_name() -> None:
    text = canonical(
        {"b": True, "n": 3, "d": 0.5, "s": "x y", "l": ["a", "b"], "t": "hits:eb", "few": []},
        {"b": "bool", "n": "uint32", "d": "double", "s": "string", "l": "vstring", "t": "InputTag", "few": "vint32"},
    )
    assert text == "<b=+B(true);d=+D(0.5);few=+i({});l=+z({a,b});n=+U(3);s=+Z(x y);t=+t(hits:eb)>"


def test_types_that_nobody_wrote_down_follow_from_the_values() -> None:
    text = canonical({"a": 1, "b": 2**40, "c": 1.0, "d": "x", "e": [1, 2], "f": [], "g": False, "h": {"i": 1}}, {})
    assert text == "<a=+I(1);b=+L(1099511627776);c=+D(1.0);d=+Z(x);e=+i({1,2});f=+z({});g=+B(false);h=+P(<i=+I(1)>)>"


@pytest.mark.parametrize("text", ["a);b=+Z(c", "{,}", "back\\slash", "two\nlines", "<>;"])
def test_no_string_can_pass_for_something_else(text: str) -> None:
    coded = canonical({"a": text}, {"a": "string"})
    inside = coded.removeprefix("<a=+Z(").removesuffix(")>")
    assert re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], inside) == text
    assert "\n" not in coded
    assert canonical({"a": [text, ""]}, {}) != canonical({"a": [text + ","]}, {})


def test_ids_are_what_they_were_when_the_form_was_fixed() -> None:
    history = _history(_module(minEnergy=0.5, hits="ebHits"))
    (process,) = history.processes
    assert process.modules[0].text == (
        "<@module_edm_type=+Z(EDProducer);@module_label=+Z(frames);@module_type=+Z(DetFrameProducer);"
        "hits=+t(ebHits);minEnergy=+D(0.5)>"
    )
    assert process.modules[0].parameter_set_id == "2e52c792d178111b82c151b242c2e6bb"
    assert process.parameter_set_id == "cd5d40b0385eb1574307fc14b8967c22"
    assert history.history_id == "7e975472d7157306f4ea5e384c98b6b8"
    assert process.products[0].branch_name == "e2eSparseFrames_frames__E2E."
    assert process.products[0].branch_id == 565744884


def test_ids_follow_every_tracked_parameter_the_paths_and_the_release() -> None:
    first = _history(_module(minEnergy=0.5))
    others = [_history(_module(minEnergy=0.25)), _history(_module(minEnergy=0.5), _module()), _history()]
    others += [_history(_module(minEnergy=0.5)) for _ in range(2)]
    others[-1].processes[0].paths = ["p"]
    others[-2].processes[0].release = "e2efw 2"
    assert len({history.history_id for history in [first, *others]}) == 6


def test_facts_descriptions_and_the_choice_of_events_change_no_id() -> None:
    first, second = _history(_module(height=3)), _history(_module(height=3))
    second.processes[0].modules[0].facts["checksum"] = "abc"
    second.processes[0].select_events = []
    assert first.history_id == second.history_id


def test_the_record_survives_as_text_that_also_tells_the_ids() -> None:
    history = _history(_module(minEnergy=0.5, layers=["ECAL"]))
    text = history.to_json()
    assert Provenance.from_json(text) == history
    stored = json.loads(text)
    assert stored["history_id"] == history.history_id
    assert stored["processes"][0]["parameter_set_id"] == history.processes[0].parameter_set_id
    assert stored["processes"][0]["modules"][0]["parameter_set_id"] == history.processes[0].modules[0].parameter_set_id
    assert stored["processes"][0]["products"][0]["branch_id"] == history.processes[0].products[0].branch_id


def test_records_of_earlier_releases_are_understood() -> None:
    module = {"label": "a", "plugin": "A", "kind": "EDProducer", "parameters": {"x": 1}, "facts": {}}
    process = {"name": "OLD", "release": "e2efw 0", "modules": [module], "products": []}
    (read,) = Provenance.from_json(json.dumps({"processes": [process]})).processes
    assert (read.paths, read.modules[0].types) == ([], {})
    assert read.modules[0].parameter_set_id == ModuleRecord("a", "A", "EDProducer", {"x": 1}).parameter_set_id


def test_every_parameter_set_is_found_by_its_id() -> None:
    history = _history(_module(minEnergy=0.5))
    sets = history.parameter_sets()
    (process,) = history.processes
    assert sets[process.parameter_set_id] == process.text
    assert sets[process.modules[0].parameter_set_id] == process.modules[0].text
    assert sets[md5("<@trigger_paths=+z({p,q})>")] == "<@trigger_paths=+z({p,q})>"
    assert md5(process.trigger_paths) in process.text
