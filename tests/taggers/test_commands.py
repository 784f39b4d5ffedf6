"""`e2efw model` as typed."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from e2efw.errors import FileInPathError
from taggers.bundle import Bundle, write_bundle
from taggers.calorimetric_baseline import CARD
from taggers.commands import model
from taggers.operations import Clip, Scale
from taggers.transforms import Transform


def test_build_baseline_writes_the_bundle_and_prints_its_checksum(tmp_path: Path, baseline: Bundle) -> None:
    result = CliRunner().invoke(model, ["build-baseline", "-o", str(tmp_path / "built")], catch_exceptions=False)
    assert result.exit_code == 0
    assert baseline.sha256 in result.output
    assert Bundle.load(tmp_path / "built").model == baseline.model


def test_show_finds_packaged_bundles_and_folders(bundle_folder: Path, baseline: Bundle) -> None:
    by_name, by_folder = (
        CliRunner().invoke(model, ["show", which], catch_exceptions=False).output
        for which in ("calorimetric_baseline", str(bundle_folder))
    )
    assert by_name == by_folder
    for text in ("reads    ECAL, HCAL [GeV] in windows of 125 x 125 pixels", "says     pt [GeV]", baseline.sha256):
        assert text in by_name


def test_show_says_what_is_done_to_the_pixels_first_and_by_whom(tmp_path: Path, baseline: Bundle) -> None:
    transform = Transform({"ECAL": (Scale(0.02), Clip(-1, 1)), "HCAL": ()}, "a test", "graph")
    card = replace(CARD, input=replace(CARD.input, transform=transform))
    write_bundle(tmp_path / "model", card, baseline.model)
    output = CliRunner().invoke(model, ["show", str(tmp_path / "model")], catch_exceptions=False).output
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert lines[3:6] == [
        "first in the network's first nodes (a test):",
        "ECAL: scale factor 0.02, clip low -1, high 1",
        "HCAL: as it is",
    ]


def test_show_says_how_a_network_was_trained_and_how_good_it_is() -> None:
    output = CliRunner().invoke(model, ["show", "top_resnet15"], catch_exceptions=False).output
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert any(line.startswith("training resnet depth=15, ") for line in lines)
    assert any(re.fullmatch(r"train: \d+ qcd, \d+ top", line) for line in lines)
    assert any(re.fullmatch(r"metric top auc 0\.\d+ \+- 0\.\d+", line) for line in lines)


def test_show_says_what_could_not_be_measured(tmp_path: Path, baseline: Bundle) -> None:
    metrics = {"rejection": {"value": None, "error": None}, "auc": {"value": 0.75, "error": None}}
    write_bundle(tmp_path / "model", replace(CARD, metrics=metrics), baseline.model)
    output = CliRunner().invoke(model, ["show", str(tmp_path / "model")], catch_exceptions=False).output
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert [line for line in lines if line.startswith("metric")] == ["metric rejection unknown", "metric auc 0.75"]


def test_a_bundle_that_is_nowhere_is_named_with_those_that_come_with_the_project() -> None:
    result = CliRunner().invoke(model, ["show", "calorimetric_baselin"])
    assert isinstance(result.exception, FileInPathError)
    assert "calorimetric_baseline" in result.exception.__notes__[0]


def test_help_waits_for_no_library() -> None:
    code = "import sys, taggers.commands; print({'numpy', 'onnx', 'onnxruntime', 'yaml'} & set(sys.modules) or 'light')"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "light"
