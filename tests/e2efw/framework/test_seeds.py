"""RandomNumberGeneratorService sets the seeds of modules."""

from pathlib import Path
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.errors import ConfigurationError
from e2efw.framework.configured import configure
from e2efw.framework.modules import EDAnalyzer, Source, param


class SeedsSource(Source):
    """Has a seed."""

    seed: int = param(1, doc="seed")


class SeedsUser(EDAnalyzer):
    """Has a seed."""

    seed: int = param(1, doc="seed")

    def analyze(self) -> None:
        """Does nothing."""


class SeedsNobody(EDAnalyzer):
    """Has none."""

    def analyze(self) -> None:
        """Does nothing."""


def process_with(**seeds: Any) -> cms.Process:
    process = cms.Process("P")
    process.source = cms.Source("SeedsSource")
    process.user = cms.EDAnalyzer("SeedsUser", seed=cms.int32(5))
    process.nobody = cms.EDAnalyzer("SeedsNobody")
    process.p = cms.Path(process.user + process.nobody)
    process.add_(cms.Service("RandomNumberGeneratorService", **seeds))
    return process


def seed(number: int) -> Any:
    return cms.PSet(initialSeed=cms.untracked.uint32(number), engineName=cms.untracked.string("HepJamesRandom"))


def test_seeds_of_the_service_come_before_those_of_modules() -> None:
    configured = configure(process_with(user=seed(7), theSource=seed(8)), Path())
    assert configured.running["user"].module == SeedsUser(seed=7)
    assert configured.source == SeedsSource(seed=8)


def test_modules_without_a_seed_of_the_service_keep_theirs() -> None:
    assert configure(process_with(), Path()).running["user"].module == SeedsUser(seed=5)


def test_labels_that_do_not_exist_are_told(caplog: pytest.LogCaptureFixture) -> None:
    configure(process_with(mix=seed(3)), Path())
    assert "names modules that there are not: 'mix'" in caplog.text


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        ({"nobody": seed(1)}, r"'nobody' is a SeedsNobody, which uses no random numbers \(\S*test_seeds.py"),
        ({"user": cms.PSet(initialSed=cms.uint32(1))}, "no parameter 'initialSed' .* Did you mean 'initialSeed'"),
        ({"user": cms.PSet()}, "user: initialSeed must be set"),
        ({"user": cms.uint32(1)}, "'user' should be a PSet with initialSeed"),
    ],
)
def test_what_makes_no_sense_is_refused(seeds: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        configure(process_with(**seeds), Path())
