"""Autoencoders from recipe to job: what they learn, how they are judged, what AnomalyDetector says with them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import awkward as ak
import numpy as np
import pytest

import e2efw
from e2efw import config as cms
from e2efw.errors import E2EFWError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import SIMULATED_TTBAR
from taggers.anomaly import worst_region
from taggers.bundle import Bundle
from taggers.onnx_backend import OnnxSession
from taggers.reference import reference_windows
from taggers.training.samples import imbalance, open_samples

pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.networks.autoencoder import reconstruction_error  # noqa: E402
from taggers.training.redrawing import learner_of  # noqa: E402
from taggers.training.trainer import train  # noqa: E402

Make: TypeAlias = Callable[..., Any]
REDRAW = (
    "redraw={code: 4, region: 8}", "network={name: autoencoder, widths: [4, 8]}", "loss=mse", "weights.balance=false",
    "epochs=2",
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(recipe: Make, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return train(recipe(*REDRAW), tmp_path_factory.mktemp("runs") / "redrawn")


def test_it_learns_from_the_first_class_and_is_judged_by_both(recipe: Make, trained: Any) -> None:
    asked = recipe(*REDRAW)
    samples = open_samples(asked)
    assert [sorted(set(sample.truth(asked).tolist())) for sample in samples] == [[0], [0, 1], [0, 1]]
    assert imbalance(asked, samples.train) is None
    assert 0 <= trained.metrics["error"]["auc"]["value"] <= 1
    assert set(trained.bundle.card.metrics["error"]) >= {"auc", "threshold"}
    assert (trained.folder.pictures / "error" / "roc.png").is_file()


def test_its_bundle_says_the_errors_as_torch_does(recipe: Make, trained: Any) -> None:
    asked = recipe(*REDRAW)
    card = trained.bundle.card
    assert [(one.name, one.unit) for one in card.outputs] == [("error", "1"), ("worst", "1")]
    samples = open_samples(asked)
    learner = learner_of(asked, samples.train.source.window, samples.train, 1)
    learner.load_state_dict(torch.load(trained.folder.best, weights_only=True)["state_dict"])
    pixels, _ = reference_windows(card.input, 5)
    said = OnnxSession.open(Bundle.load(trained.folder.bundle), threads=1, max_batch=2).run(pixels, {})
    card.input.transform.apply(pixels, card.input.channels)
    with torch.no_grad():
        expected = learner.eval().says({"pictures": torch.from_numpy(pixels)}).numpy()
        drawn = learner({"pictures": torch.from_numpy(pixels)}).numpy()
    np.testing.assert_allclose(said["error"], expected[:, 0], rtol=1e-4)
    np.testing.assert_allclose(said["worst"], expected[:, 1], rtol=1e-4)
    squares = np.square(drawn - pixels).mean(axis=1)
    np.testing.assert_allclose(expected[:, 0], squares.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(expected[:, 1], worst_region(squares, 8), rtol=1e-5)


def test_the_detector_runs_it_in_a_job(trained: Any, tmp_path: Path) -> None:
    process = cms.Process("ANY")
    process.maxEvents.input = 3
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    channels = ["ECAL", "HCAL", "TracksPt"]
    process.jetFrames = cms.EDProducer("JetFrameProducer", channels=channels, minJetPt=30.0, height=25, width=25)
    model = str(trained.folder.bundle)
    process.anomalies = cms.EDProducer("AnomalyDetector", model=model, jets=cms.InputTag("ak8PFJetsCHS"))
    process.p = cms.Path(process.jetFrames + process.anomalies)
    process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(tmp_path / "out.root")))
    process.e = cms.EndPath(process.output)
    Job(configure(process, Path())).run()
    with e2efw.open(tmp_path / "out.root") as events:
        found = events["anomalies"].product()
    looked_at = found.status == 0
    assert ak.any(looked_at)
    assert ak.all(np.isfinite(found.error) == looked_at)
    assert ak.all(np.isfinite(found.worst) == looked_at)
    assert ak.all(found.error[looked_at] > 0)


def test_without_a_label_all_are_learned_and_the_size_of_the_error_is_told(recipe: Make, tmp_path: Path) -> None:
    done = train(recipe(*REDRAW, "label=null", "loss=huber", "epochs=1"), tmp_path / "run")
    assert done
    error = done.metrics["error"]
    assert 0 < error["below"]["0.50"] < error["below"]["0.99"]
    assert done.bundle.card.metrics["error"]["mean"] == error["mean"]


def test_pixels_beyond_the_last_whole_region_do_not_count() -> None:
    drawn, frames = torch.zeros(1, 2, 5, 7), torch.zeros(1, 2, 5, 7)
    frames[0, 0, 4, 6] = 10.0
    frames[0, 1, 1, 2] = 2.0
    whole, worst = reconstruction_error(drawn, frames, 2)[0].tolist()
    assert whole == pytest.approx(104 / 70)
    assert worst == pytest.approx(4 / 8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["redraw=null", "loss=bce"], "network 'autoencoder', without edges, and the key 'redraw' need each other"),
        (["network=cnn"], "need each other"),
        (["network.edges=[sobel]"], "need each other"),
        (["loss=bce"], "loss 'bce' is for a label, the recipe has pictures to redraw"),
        (["loss=gaussian_nll"], "takes several numbers per pixel; take mse, mae or huber"),
        (["redraw.region=26"], "redraw.region is 26 pixels, the windows have 25 x 25"),
        (["redraw.code=0"], r"code \(0\) and region \(8\) are at least 1"),
        (["weights.balance=true"], "redraw learns from one class"),
        (["label.classes=[a,b,c]"], "a label has two classes"),
    ],
)
def test_what_cannot_redraw_is_refused(recipe: Make, tmp_path: Path, settings: list[str], message: str) -> None:
    with pytest.raises(E2EFWError, match=message):
        train(recipe(*REDRAW, *settings), tmp_path / "run")
