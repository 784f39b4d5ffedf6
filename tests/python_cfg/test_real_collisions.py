"""The job on real collisions makes pictures of all of them, and keeps what it read."""

from pathlib import Path

import awkward as ak
import pytest
import uproot

from e2efw.cli.main import main


def test_pictures_of_real_collisions_hold_their_energy(real_files: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "out.root"
    inputs = ",".join(str(path.with_suffix(".ig")) for path in real_files)
    with pytest.raises(SystemExit, match="0"):
        main(["run", "real_collisions_cfg.py", f"inputFiles={inputs}", f"outputFile={output}"])
    with uproot.open(output) as file:
        events = file["Events"]
        assert events.num_entries == 25 * len(real_files)
        energy = events["EcalRecHitsSorted_reducedEcalRecHitsEB__RECO.obj.obj.energy_"].array()
        value = events["e2eSparseFrames_detFrames__E2E.obj.value_"].array()
    assert ak.all(ak.num(energy) > 0)
    assert ak.all(ak.num(value) > 0)


def test_a_job_without_files_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "real_collisions_cfg.py"])
    assert ended.value.code == 8009
    assert "'fileNames': must name at least one file" in " ".join(capsys.readouterr().err.split())
