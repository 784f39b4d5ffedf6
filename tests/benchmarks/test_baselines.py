"""Numbers of jets with known shapes, and trees that read them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.baselines import boosted
from benchmarks.baselines.constituents import Particles, particles_of
from benchmarks.baselines.showers import shapes_of
from benchmarks.baselines.substructure import correlations, moments, numbers_of, soft_drop, subjettiness
from dataformats.geometry.picture import PIXEL_ETA_CENTER, PIXEL_PHI_CENTER
from e2efw.cli.main import main
from python_cfg.samples import SIMULATED_TTBAR

pytest.importorskip("fastjet", reason="fastjet is in the extra `sim`")


def prongs(*places: tuple[float, float, float], spread: float = 0.0, n: int = 1) -> Particles:
    """Particles around (pt, eta, phi)."""
    rng = np.random.default_rng(1)
    rows = [
        (pt / n, eta + spread * rng.normal(), phi + spread * rng.normal()) for pt, eta, phi in places for _ in range(n)
    ]
    return Particles(*np.array(rows).T)


def test_two_and_three_prongs_are_found() -> None:
    two = subjettiness(prongs((100, 0.3, 0), (100, -0.3, 0), spread=0.01, n=5))
    three = subjettiness(prongs((100, 0.4, 0), (100, -0.2, 0.3), (100, -0.2, -0.3), spread=0.01, n=5))
    assert two[1] < 0.1 * two[0]
    assert three[1] > 0.2 * three[0]
    assert three[2] < 0.1 * three[1]
    exact = subjettiness(prongs((150, 0.2, 0), (50, -0.2, 0)))
    assert exact.tolist() == pytest.approx([50 * 0.4 / (200 * 0.8), 0, 0])


def test_correlations_are_their_sums_over_pairs_and_triplets() -> None:
    jet = prongs((100, 0.4, 0), (60, -0.2, 0.3), (30, -0.2, -0.3), n=3, spread=0.1)
    z = jet.pt / jet.pt.sum()
    place = np.stack([jet.eta, jet.phi], axis=1)
    n = range(jet.pt.size)
    angle = [[float(np.linalg.norm(place[i] - place[j])) for j in n] for i in n]
    pairs = sum(z[i] * z[j] * angle[i][j] for i in n for j in n if i < j)
    triplets = sum(
        z[i] * z[j] * z[k] * angle[i][j] * angle[j][k] * angle[i][k] for i in n for j in n for k in n if i < j < k
    )
    assert correlations(jet) == pytest.approx((triplets / pairs**2, triplets / pairs**3))


def test_moments_of_two_prongs_are_those_of_the_closed_form() -> None:
    found = moments(prongs((100, 0.3, 0.0), (100, -0.3, 0.0)))
    assert found["mass"] == pytest.approx(200 * np.sinh(0.3))  # 2 pt^2 (cosh 0.6 - 1)
    assert [found[name] for name in ("n", "sum_pt", "first", "width", "major", "minor")] == pytest.approx(
        [2, 200, 0.5, 0.3, 0.3, 0]
    )
    assert found["ptd"] == pytest.approx(np.sqrt(0.5))


def test_soft_drop_takes_wide_soft_particles_away() -> None:
    mass, share, angle = soft_drop(prongs((120, 0.1, 0), (80, -0.1, 0), (5, 0.7, 0.3)))
    assert (share, angle) == pytest.approx((0.4, 0.2))
    assert mass == pytest.approx(np.sqrt(2 * 120 * 80 * (np.cosh(0.2) - 1)))


def test_jets_with_few_particles_have_what_they_can() -> None:
    nothing, one = (numbers_of(Particles(*np.ones((3, n)))) for n in (0, 1))
    assert nothing["n"] == 0
    assert one["mass"] == pytest.approx(0, abs=1e-6)
    assert np.isnan([nothing["tau1"], nothing["mass"], one["tau21"], one["sd_mass"], one["d2"]]).all()


def test_pixels_are_particles_around_the_axis_and_towers_stand_in_their_middle() -> None:
    seed = (142, 2)  # the middle of a tower at phi = -7.5 degrees; columns wrap to the left of it
    picture = np.zeros((3, 25, 25), np.float32)
    picture[0, 12, 12] = 7.0
    picture[1, 12, 2] = 10.0
    picture[2, 15:20, 10:15] = 2.0  # a tower above the seed's
    found = particles_of(picture, seed, (float(PIXEL_ETA_CENTER[142]), float(PIXEL_PHI_CENTER[2])))
    assert [part.tolist() for part in found["tracks"]] == [[7.0], [0.0], [0.0]]
    calo = found["calo"]
    eta = PIXEL_ETA_CENTER[[142, 147]]
    np.testing.assert_allclose(calo.pt, np.array([10.0, 50.0]) / np.cosh(eta), rtol=1e-6)
    np.testing.assert_allclose(calo.eta, eta - eta[0], atol=1e-12)
    np.testing.assert_allclose(calo.phi, [np.radians(-10), 0.0], atol=1e-9)
    assert particles_of(picture, seed, (2.0, 0.0))["calo"].pt.size == 0


def test_trees_learn_the_rows_of_a_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is in the extra `train`")
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "taus.parquet"
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["export", SIMULATED_TTBAR, "--task", "tau", "-o", str(path)])
    table = parquet.read_table(path)  # the sample has no taus: heavy jets are called so
    heavy = arrow.array((table["mass"].to_numpy() > np.median(table["mass"])).astype(np.int8))
    place = table.schema.get_field_index("label")
    changed = table.set_column(place, table.schema.field("label"), heavy)
    parquet.write_table(changed.replace_schema_metadata(parquet.ParquetFile(path).metadata.metadata), path)
    settings = [
        f"data.train=[{path}]",
        "data.truth=tau",
        "data.select={}",
        "data.test=0.5",
        "data.validation=0.0",
        "channels=[ECAL]",
    ]
    more = ["--model", "tau_resnet15", "-o", str(tmp_path / "out.json")]
    monkeypatch.setattr("sys.argv", ["boosted", "top_resnet15", *settings, *more])
    boosted.main()
    assert "trees: all numbers" in capsys.readouterr().out
    found = json.loads((tmp_path / "out.json").read_text())
    trees, network = found["trees: mass and pt"], found["network: tau_resnet15"]
    assert trees["auc"]["value"] > 0.9
    change = network["auc"]["value"] - trees["auc"]["value"]
    assert trees["network_more"]["value"] == pytest.approx(change, abs=1e-9)


def test_shapes_of_showers_are_those_of_their_crystals() -> None:
    windows = np.zeros((3, 32, 32), np.float32)
    windows[0, 15, 15], windows[0, 15, 16], windows[0, 16, 15], windows[0, 15, 28] = 60.0, 20.0, 10.0, 10.0
    windows[1, 0, 31] = 5.0  # a corner
    found = shapes_of(windows)
    first = {name: values[0] for name, values in found.items()}
    assert first["energy"] == pytest.approx(100)
    assert (first["e3x3"], first["e5x5"]) == pytest.approx((0.9, 0.9))
    assert (first["hottest"], first["second"]) == pytest.approx((60 / 90, 20 / 90))
    assert (first["e1x5_eta"], first["e1x5_phi"], first["e2x5"]) == pytest.approx((70 / 90, 80 / 90, 1))
    weights = 4.7 + np.log(np.array([60, 20, 10]) / 90)  # at (row, column) 0 0, 0 1, 1 0
    part = weights / weights.sum()
    assert first["sigma_eta"] == pytest.approx(np.sqrt(part[2] * (1 - part[2])))
    assert first["sigma_phi"] == pytest.approx(np.sqrt(part[1] * (1 - part[1])))
    assert first["sigma_eta_phi"] == pytest.approx(-part[1] * part[2])
    assert first["width_phi"] == pytest.approx(np.sqrt(0.2 + 16.9 - 1.5**2))
    assert first["crystals"] == 4
    assert found["e3x3"].tolist() == pytest.approx([0.9, 1, 0])
    assert all(np.isfinite(values).all() for values in found.values())


def test_photons_of_one_pt_are_told_from_electrons_by_the_shapes_of_their_showers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is in the extra `train`")
    pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
    for kind in ("photon", "electron"):
        job = ["rows=photonRows", "truth=eGammaTruth", f"process={kind}_gun", "gunPtMin=15", "gunPtMax=15"]
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["run", "simulate_rows_cfg.py", *job, "maxEvents=600", f"outputFile={tmp_path / kind}.parquet"])
    files = ",".join(str(tmp_path / f"{kind}.parquet") for kind in ("photon", "electron"))
    settings = [f"data.train=[{files}]", "data.test=0.5", "data.validation=0.0"]
    monkeypatch.setattr("sys.argv", ["boosted", "eg_resnet15", *settings, "-o", str(tmp_path / "out.json")])
    boosted.main()
    found = json.loads((tmp_path / "out.json").read_text())
    assert list(found) == [f"trees: {name}" for name in boosted.SHOWERS.sets]
    assert found["trees: all numbers"]["auc"]["value"] > 0.7
