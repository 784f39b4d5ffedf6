"""The commands beside `run`."""

from pathlib import Path

import pytest

from e2efw.cli.main import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_dump_config_is_itself_a_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dump-config", "ttbar_regression_cfg.py", "maxEvents=3", "--set", "jetFrames.minJetPt=50") == 0
    dumped = capsys.readouterr().out
    assert "minJetPt = cms.double(50.0)" in dumped
    (tmp_path / "dumped_cfg.py").write_text(dumped)
    assert run("dump-config", str(tmp_path / "dumped_cfg.py")) == 0
    assert capsys.readouterr().out == dumped


def test_plugin_help_shows_what_a_plugin_reads_makes_and_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plugin-help", "JetFrameProducer") == 0
    printed = capsys.readouterr().out
    for fact in ("reads Jets (jets)", "makes Windows with instance label frames", "minJetPt", "[GeV]", "400.0"):
        assert fact in printed


def test_plugin_help_lists_all_plugins(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plugin-help") == 0
    printed = capsys.readouterr().out
    for name in ("DetFrameProducer", "PoolOutputModule", "PoolSource", "TTbarRegressor"):
        assert name in printed


def test_plugin_help_of_an_unknown_plugin_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plugin-help", "JetFramesProducer") == 8009
    assert "Did you mean 'JetFrameProducer'?" in capsys.readouterr().err


def test_a_wrong_command_is_a_usage_error() -> None:
    assert run("rum") == 7000


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("e2efw 0.")


def test_plugin_help_prints_the_tables_of_a_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plugin-help", "DetFrameProducer") == 0
    printed = capsys.readouterr().out
    for words in ("HBHE_EB", "34 x 72", "TEC9", "_noVertex", "Variants"):
        assert words in printed
