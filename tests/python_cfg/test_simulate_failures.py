"""What cannot be simulated is said in one line before the first event, with the CMSSW exit code, and leaves no file."""

from pathlib import Path

import pytest

from e2efw.cli.main import main

pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
pytest.importorskip("fastjet", reason="fastjet is in the extra `sim`")

CONFIGURATION, NO_EVENTS, COMMAND_LINE = 8009, 8501, 7000


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (
            ["process=ttba"],
            CONFIGURATION,
            "no process 'ttba'. Did you mean 'ttbar'? Known: a_gammagamma_gun, a_tautau_gun, dyee",
        ),
        (["topMass=50"], CONFIGURATION, "parameter 'topMass': must be between 85.2 and 6500 GeV, got 50: a top quark"),
        (["topMassMax=160"], CONFIGURATION, "parameter 'topMassMax': 160 GeV is not above topMass, 172.5 GeV"),
        (
            ["process=h_aa_4tau", "aMass=2"],
            CONFIGURATION,
            "parameter 'aMass': must be between 3.554 and 62.5 GeV, got 2",
        ),
        (["process=qcd", "ptHatMin=7000"], CONFIGURATION, "parameter 'ptHatMin': 7000 GeV is out of reach for protons"),
        (["ptHatMin=100", "ptHatMax=50"], CONFIGURATION, "parameter 'ptHatMax': 50 GeV is not above ptHatMin, 100 GeV"),
        (["process=qcd", "ptHatMin=6499"], NO_EVENTS, "Pythia gave up on an event 10 times; is there phase space?"),
        (["process=pi0_gun", "ptHatMin=10"], CONFIGURATION, "'ptHatMin': does not apply to the process 'pi0_gun'"),
        (
            ["gunPtMin=200"],
            CONFIGURATION,
            "'gunPtMin': does not apply to the process 'ttbar', only to a_gammagamma_gun",
        ),
        (["process=pi0_gun", "gunPtMin=200"], CONFIGURATION, "'gunPtMin': 200 is above gunPtMax, 100"),
        (["pileup=100"], CONFIGURATION, "parameter 'pileup': must be between 0 and 80, got 100"),
        (["energy=100"], CONFIGURATION, "parameter 'energy': 100 GeV are not enough for two top quarks"),
        (["maxEvents=-1"], CONFIGURATION, "PythiaSource never ends: set process.maxEvents.input"),
        (["seed=0"], CONFIGURATION, "parameter 'seed': must be larger than 0"),
        (["topMas=170"], COMMAND_LINE, "'topMas=170' is no argument of this cfg. Did you mean 'topMass'?"),
        (["topMass=heavy"], COMMAND_LINE, "argument 'topMass': 'heavy' is no float"),
    ],
)
def test_what_cannot_be_simulated_is_said_at_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit) as ended:
        main(["run", "simulate_cfg.py", *arguments])
    assert ended.value.code == code
    printed = capfd.readouterr()
    message, *rest = printed.err.splitlines()
    assert line in message
    assert len(rest) <= 2
    assert rest[-1] == f"  exit code {code}"
    assert "simulate_cfg.py" in printed.err or "python_cfg/pythia.py:" in printed.err or code == COMMAND_LINE
    assert printed.out == ""
    assert list(tmp_path.iterdir()) == []
