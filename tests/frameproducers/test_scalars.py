"""Numbers beside the pictures are those of the event."""

from pathlib import Path

import numpy as np
import pytest
import uproot

from dataformats.candidates import MissingMomentum
from dataformats.tracks import Vertices
from e2efw import config as cms
from e2efw.errors import ProductNotFoundError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from frameproducers.scalars import EventScalarProducer
from python_cfg.samples import SIMULATED_TTBAR

MET = MissingMomentum.from_lists(
    pt=[[30.0], [], [5.0]],
    eta=[[0.0], [], [0.0]],
    phi=[[0.5], [], [-2.0]],
    mass=[[0.0], [], [0.0]],
    sum_et=[[400.0], [], [90.0]],
)
VERTICES = Vertices.from_lists(
    x=[[0.1, 0.2, 0.3], [0.4], []],
    y=[[0.0, 0.0, 0.0], [0.0], []],
    z=[[1.0, 2.0, 3.0], [4.0], []],
    chi2=[[3.0, 5.0, 1.0], [0.0], []],
    ndof=[[40.0, 3.9, 4.0], [0.0], []],
)


def test_scalars_are_those_of_the_event_and_nan_where_there_is_none() -> None:
    scalars, good = EventScalarProducer().produce(MET, VERTICES)
    assert scalars.values("met_pt") == pytest.approx([30.0, np.nan, 5.0], nan_ok=True)
    assert scalars.values("met_sum_et") == pytest.approx([400.0, np.nan, 90.0], nan_ok=True)
    assert scalars.values("met_px") == pytest.approx([30 * np.cos(0.5), np.nan, 5 * np.cos(-2.0)], nan_ok=True)
    assert scalars.values("met_py") == pytest.approx([30 * np.sin(0.5), np.nan, 5 * np.sin(-2.0)], nan_ok=True)
    assert scalars.values("met_pz") == pytest.approx([0.0, np.nan, 0.0], nan_ok=True)
    assert scalars.values("n_vertices").tolist() == [2, 0, 0]
    assert good.z.tolist() == [[1.0, 3.0], [], []]


def test_the_number_of_degrees_of_freedom_is_a_parameter() -> None:
    scalars, _ = EventScalarProducer(min_ndof=3.0).produce(MET, VERTICES)
    assert scalars.values("n_vertices").tolist() == [3, 0, 0]


def test_vertices_without_a_fit_are_refused() -> None:
    bare = Vertices(VERTICES.offsets, **{name: VERTICES.flat(name) for name in "xyz"})
    with pytest.raises(ProductNotFoundError, match="no column 'ndof', which tells the good ones; they have: x, y, z"):
        EventScalarProducer().produce(MET, bare)


def test_scalars_of_a_file_are_written_beside_the_pictures(tmp_path: Path) -> None:
    process = cms.Process("FRAMES")
    process.maxEvents.input = 5
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.load("python_cfg.eventScalars_cfi")
    process.output = cms.OutputModule(
        "PoolOutputModule",
        fileName=cms.untracked.string(str(tmp_path / "scalars.root")),
        outputCommands=cms.untracked.vstring("drop *", "keep *_*_*_FRAMES"),
    )
    process.path = cms.Path(process.eventScalars)
    process.write = cms.EndPath(process.output)
    Job(configure(process, Path())).run()
    with uproot.open(tmp_path / "scalars.root") as file:
        stem = "e2eEventScalars_eventScalars_scalars_FRAMES.obj."
        met, number = (file["Events"][stem + name].array(library="np") for name in ("metPt_", "nVertices_"))
        z = file["Events"]["recoVertexs_eventScalars_vertices_FRAMES.obj.position_.fCoordinates.fZ"].array()
    assert met.shape == number.shape == (5,)
    assert (met > 0).all()
    assert [len(event) for event in z] == number.tolist()
