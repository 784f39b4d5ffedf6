"""Archives for torch: what could run code on being read is refused before torch sees it. No torch is needed here."""

import io
import json
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from e2efw.errors import ConfigurationError
from taggers.bundle import TORCH_FILE, Bundle, write_bundle
from taggers.torch_archive import refuse_unsafe_archive
from tests.taggers.support import small_card, small_graph

WEIGHTS = "archive/data/weights/model_weights_config.json"
GOOD = {
    "archive/models/model.json": b"{}",
    "archive/data/weights/weight_0": b"\0\0\0\0",
    WEIGHTS: json.dumps({"config": {"w": {"path_name": "weight_0", "use_pickle": False}}}).encode(),
    "archive/data/constants/model_constants_config.json": b'{"config": {}}',
    "archive/data/sample_inputs/model.pt": b"",
    "archive/archive_format": b"pt2",
    "archive/.data/version": b"3",
}


def archive(members: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def weights(**payload: object) -> dict[str, bytes]:
    return {WEIGHTS: json.dumps({"config": {"w": payload}}).encode()}


def test_an_archive_of_raw_weights_is_fine() -> None:
    refuse_unsafe_archive("m", archive(GOOD))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps({"weight": 1}), "m: this is a pickle, which could run any code. Save it anew: torch.export.save"),
        (b"nothing", "this is no archive of torch.export.save: File is not a zip file"),
        (archive({"x/data.pkl": b"", "x/data/0": b""}), "this was written by torch.save: a pickle"),
        (archive({"x/data.pkl": b"", "x/constants.pkl": b"", "x/code/a.py": b""}), "this is TorchScript"),
        (archive({"x/data/weights/weight_0": b""}), "no network is in it"),
        (archive(GOOD | weights(path_name="weight_0", use_pickle=True)), "'w' is pickled"),
        (archive(GOOD | weights(path_name="weight_0")), "'w' is pickled"),
        (archive(GOOD | weights(path_name="opaque_obj_0", use_pickle=False)), "'w' is pickled"),
        (archive(GOOD | {WEIGHTS: b"{"}), "'archive/data/weights/model_weights_config.json' is not understood"),
        (archive(GOOD | {WEIGHTS: b"[]"}), "is not understood"),
        (archive(GOOD | {"archive/data/aotinductor/model/m.so": b""}), "m.so' is nothing that a network needs"),
        (archive(GOOD | {"archive/data/weights/model.pt": b""}), "model.pt' is nothing that a network needs"),
        (archive(GOOD | {"archive/data/constants/custom_obj_0": b""}), "custom_obj_0' is nothing that a network needs"),
    ],
)
def test_what_could_run_code_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message.replace("(", r"\(").replace("[", r"\[")):
        refuse_unsafe_archive("m", content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_for_two_files_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in [*GOOD.items(), ("archive/models/model.json", b"other")]:
            file.writestr(name, content)
    with pytest.raises(ConfigurationError, match=r"'archive/models/model\.json' is nothing that a network needs"):
        refuse_unsafe_archive("m", made.getvalue())


def test_a_bundle_has_the_checksum_of_its_torch_model(tmp_path: Path) -> None:
    card, graph = small_card({"top": ""}), small_graph(["top"])
    assert write_bundle(tmp_path, card, graph, archive(GOOD)).torch_model == archive(GOOD)
    (tmp_path / TORCH_FILE).write_bytes(archive(GOOD) + b" ")
    with pytest.raises(ConfigurationError, match=r"model\.pt2 is not the model its card speaks of"):
        Bundle.load(tmp_path)
    (tmp_path / TORCH_FILE).unlink()
    with pytest.raises(ConfigurationError, match=r"no file 'model\.pt2', of which the card has the checksum"):
        Bundle.load(tmp_path)
    assert not write_bundle(tmp_path, card, graph).torch_model
    (tmp_path / TORCH_FILE).write_bytes(archive(GOOD))
    with pytest.raises(ConfigurationError, match=r"the card does not speak of model\.pt2"):
        Bundle.load(tmp_path)


def test_a_pickle_in_a_bundle_is_refused_although_its_checksum_is_right(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"model\.pt2: this is a pickle, which could run any code"):
        write_bundle(tmp_path, small_card({"top": ""}), small_graph(["top"]), pickle.dumps(print))
