"""The texts that `new-plugin` begins with; ``$name`` and the like are filled in."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class ModuleTemplate(NamedTuple):
    """A plugin of one kind.

    Args:
        text: of its module.
        words: what its cfi, cfg and test say of it.
    """

    text: str
    words: Mapping[str, str]


_PRODUCER: Final = '''"""$name: makes one number per event."""

import awkward as ak

from dataformats.rechits import HBHERecHits
from dataformats.results import EventFloat
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative


class $name(EDProducer):
    """Sum of HB and HE energy per event."""

    hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="HB and HE hits")
    min_energy: float = param(
        0.0, unit="GeV", doc="hits at or below this energy are ignored", check=not_negative
    )

    def produce(self, hits: HBHERecHits) -> EventFloat:
        """Per event, in GeV."""
        return EventFloat(value=ak.to_numpy(ak.sum(hits.energy[hits.energy > self.min_energy], axis=1)))
'''

_FILTER: Final = '''"""$name: keeps some events."""

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets
from e2efw.framework.modules import EDFilter, InputTag, param
from e2efw.framework.parameters import not_negative


class $name(EDFilter):
    """Keeps events with a jet of high transverse momentum."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets")
    min_pt: float = param(400.0, unit="GeV", doc="least transverse momentum of the jet", check=not_negative)

    def filter(self, jets: Jets) -> NDArray[np.bool_]:
        """(events,) True to keep."""
        return np.asarray(ak.any(jets.pt > self.min_pt, axis=1))
'''

_ANALYZER: Final = '''"""$name: fills a histogram."""

from typing import Any, NamedTuple

import awkward as ak
import hist

from dataformats.candidates import Jets
from e2efw.framework.modules import BookingContext, EDAnalyzer, InputTag, param


class Booked(NamedTuple):
    """The histograms."""

    pt: Any


class $name(EDAnalyzer):
    """Transverse momentum of jets."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets")
    max_pt: float = param(1000.0, unit="GeV", doc="end of the axis")

    def begin_job(self, job: BookingContext) -> Booked:
        """Book histograms; TFileService of the cfg writes them."""
        return Booked(job.histograms.book("pt", hist.axis.Regular(50, 0, self.max_pt, name="pt", label="pt [GeV]")))

    def analyze(self, jets: Jets, booked: Booked) -> None:
        """Fill."""
        booked.pt.fill(ak.to_numpy(ak.flatten(jets.pt)))
'''

_TAGGER: Final = '''"""$name: a network looks at the windows around jets."""

from dataformats.candidates import Jets
from dataformats.frames import Seeds, Windows
from dataformats.results import JetRegressions, about
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from taggers.network import Network, NetworkParameters, refuse_other_objects


class $name(EDProducer, NetworkParameters):
    """Mass and transverse momentum of every jet; NaN where a jet has no window."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets that the windows belong to")
    model: str = param("calorimetric_baseline", doc="model bundle: one by name, or a folder")

    def begin_job(self, job: JobContext) -> Network:
        """Open the network and compare it with what the frames will be."""
        network = self.open_network(job, "jets")
        network.check_numbers("mass", "pt")
        return network

    def produce(self, jets: Jets, seeds: Seeds, frames: Windows, network: Network) -> JetRegressions:
        """In step with the jets."""
        refuse_other_objects(network.label, jets, seeds)
        said = network.about_objects(seeds, frames)
        status = seeds.flat("status")
        return JetRegressions(
            jets.offsets, about=about(network.objects), status=status, mass=said["mass"], pt=said["pt"]
        )
'''

CFI: Final = '''"""Defaults of $label."""

from e2efw import config as cms

$label = cms.$kind("$name", $parameters)
'''

CFG: Final = '''"""Runs $name on the packaged sample: e2efw run ${label}_cfg.py maxEvents=10."""

import $module  # makes the plugin known
from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="$label.root", maxEvents=-1)

process = cms.Process("$process")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))
process.load("${label}_cfi")
$before
process.p = cms.Path($path)
$output
'''

TEST: Final = '''"""$name: alone, and in a job."""

from pathlib import Path

import e2efw
from $module import $imported
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import SIMULATED_TTBAR

FOLDER = Path(__file__).parent


$alone

def test_a_job_runs(tmp_path: Path) -> None:
    output = tmp_path / "out.root"
    process = load_process(FOLDER / "${label}_cfg.py", [f"outputFile={output}", "maxEvents=4"])
    report = Job(configure(process, FOLDER)).run()
    assert report.modules["$label"].events == 4
    assert output.exists()
'''

_POOL_OUTPUT: Final = (
    'process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))\n'
    "process.e = cms.EndPath(process.output)"
)
_HISTOGRAMS: Final = 'process.add_(cms.Service("TFileService", fileName=cms.string(options.outputFile)))'


def _words(kind: str, parameters: str, alone: str, **others: str) -> dict[str, str]:
    """What cfi, cfg and test say of a plugin.

    Args:
        alone: body of the test without a job.
        others: what differs from a producer that stands alone on its path.
    """
    usual = {"before": "", "path": "process.$label", "output": _POOL_OUTPUT, "imported": "$name"}
    return {"kind": kind, "parameters": parameters, "alone": alone, **usual, **others}


MODULES: Final[Mapping[str, ModuleTemplate]] = {
    "producer": ModuleTemplate(
        _PRODUCER,
        _words(
            "EDProducer",
            "minEnergy=cms.double(0.5)",
            """def test_energies_add_up() -> None:
    with e2efw.open(SIMULATED_TTBAR) as events:
        hits = events["reducedHcalRecHits:hbhereco"].product()
    every, high = $name().produce(hits), $name(min_energy=1.0).produce(hits)
    assert (every.value >= high.value).all()
    assert (high.value > 0).all()
""",
        ),
    ),
    "filter": ModuleTemplate(
        _FILTER,
        _words(
            "EDFilter",
            "minPt=cms.double(400.0)",
            """def test_a_higher_threshold_keeps_less() -> None:
    with e2efw.open(SIMULATED_TTBAR) as events:
        jets = events["ak8PFJetsCHS"].product()
    assert $name(min_pt=0.0).filter(jets).all()
    assert not $name(min_pt=1e6).filter(jets).any()
""",
        ),
    ),
    "analyzer": ModuleTemplate(
        _ANALYZER,
        _words(
            "EDAnalyzer",
            "maxPt=cms.double(1000.0)",
            """def test_every_jet_is_filled() -> None:
    import hist

    pt = hist.Hist(hist.axis.Regular(10, 0, 1000, name="pt"))
    with e2efw.open(SIMULATED_TTBAR) as events:
        jets = events["ak8PFJetsCHS"].product()
    $name().analyze(jets, Booked(pt))
    assert pt.sum(flow=True) == jets.offsets[-1]
""",
            output=_HISTOGRAMS,
            imported="Booked, $name",
        ),
    ),
    "tagger": ModuleTemplate(
        _TAGGER,
        _words(
            "EDProducer",
            'frames=cms.InputTag("jetFrames", "frames")',
            """def test_parameters_have_defaults() -> None:
    assert str($name().frames) == "jetFrames:frames"
""",
            before='process.load("python_cfg.jetFrames_cfi")',
            path="process.jetFrames + process.$label",
        ),
    ),
}
