"""From a cfg to modules: every wrong name, type and value is found before the first event and says where it was set."""

from pathlib import Path

import pytest

from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.errors import ConfigurationError, ProductNotFoundError, UnimplementedFeatureError
from e2efw.framework.blocks import EventIDs, ProductInfo
from e2efw.framework.configured import JobConfiguration, configure
from e2efw.framework.dataflow import resolve
from e2efw.framework.modules import EDProducer, InputTag, OpenSource, Source, param
from e2efw.framework.tags import ProductKey


class ConfiguredSource(Source):
    """A source that is never opened."""

    def open(self) -> OpenSource:
        raise NotImplementedError


class ConfiguredNumber(EDProducer):
    """Makes a number out of nothing."""

    scale: float = param(1.0, doc="factor")
    names: tuple[str, ...] = param((), doc="names")
    needed: int = param(doc="a number that must be set")

    def produce(self, ids: EventIDs) -> EventFloat:
        raise NotImplementedError


class ConfiguredReader(EDProducer):
    """Reads a number."""

    number: InputTag = param("number", doc="what to read")

    def produce(self, number: EventFloat) -> EventFloat:
        raise NotImplementedError


def process_with(**modules: cms.EDProducer) -> cms.Process:
    process = cms.Process("P")
    process.source = cms.Source("ConfiguredSource")
    for label, module in modules.items():
        setattr(process, label, module)
    process.p = cms.Path(sum(list(modules.values())[1:], start=next(iter(modules.values()))))
    return process


def configured(**modules: cms.EDProducer) -> JobConfiguration:
    return configure(process_with(**modules), Path())


def test_values_reach_the_module_in_their_declared_types() -> None:
    number = configured(number=cms.EDProducer("ConfiguredNumber", scale=2, names=["a"], needed=cms.int32(3)))
    module = number.running["number"].module
    assert isinstance(module, ConfiguredNumber)
    assert (module.scale, module.names, module.needed) == (2.0, ("a",), 3)


def test_a_misspelt_parameter_names_the_nearest_and_the_line() -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"ConfiguredNumber 'number': no parameter 'scael' \(.*test_configured.py:\d+\). Did you mean 'scale'\?",
    ):
        configured(number=cms.EDProducer("ConfiguredNumber", scael=cms.double(2.0), needed=cms.int32(1)))


def test_a_typed_parameter_must_have_the_declared_type() -> None:
    with pytest.raises(ConfigurationError, match=r"parameter 'scale' is a double, not a int32 \(.*test_configured.py"):
        configured(number=cms.EDProducer("ConfiguredNumber", scale=cms.int32(2), needed=cms.int32(1)))


def test_a_plain_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="parameter 'scale' is a double, not a string"):
        configured(number=cms.EDProducer("ConfiguredNumber", scale="large", needed=cms.int32(1)))


def test_a_required_parameter_must_be_set() -> None:
    with pytest.raises(ConfigurationError, match=r"'needed' must be set \(.*\). It is: a number that must be set"):
        configured(number=cms.EDProducer("ConfiguredNumber"))


def test_an_unknown_plugin_names_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"'number' \(.*\): no plugin 'ConfiguredNumbr'. Did you mean"):
        configured(number=cms.EDProducer("ConfiguredNumbr"))


def test_a_plugin_under_the_wrong_kind_says_which_to_write() -> None:
    process = cms.Process("P")
    process.source = cms.Source("ConfiguredSource")
    process.number = cms.EDFilter("ConfiguredNumber")
    process.p = cms.Path(process.number)
    with pytest.raises(ConfigurationError, match=r"is an EDProducer, write cms.EDProducer, not cms.EDFilter"):
        configure(process, Path())


def test_a_process_without_source_says_how_to_write_one() -> None:
    with pytest.raises(ConfigurationError, match=r"has no source: process.source = cms.Source"):
        configure(cms.Process("P"), Path())


def test_a_service_that_does_not_exist_names_the_line() -> None:
    process = process_with(number=cms.EDProducer("ConfiguredNumber", needed=cms.int32(1)))
    process.add_(cms.Service("NoSuchService"))
    with pytest.raises(ConfigurationError, match=r"'NoSuchService' \(\S*test_configured.py:\d+\): no plugin"):
        configure(process, Path())


def test_a_module_is_no_service() -> None:
    process = process_with(number=cms.EDProducer("ConfiguredNumber", needed=cms.int32(1)))
    process.add_(cms.Service("ConfiguredNumber"))
    with pytest.raises(ConfigurationError, match=r"is an EDProducer, write cms.EDProducer, not cms.Service"):
        configure(process, Path())


def test_modules_on_no_path_are_not_built() -> None:
    process = process_with(number=cms.EDProducer("ConfiguredNumber", needed=cms.int32(1)))
    process.unused = cms.EDProducer("NoSuchPlugin")
    assert list(configure(process, Path()).running) == ["number"]


def test_a_missing_product_names_the_nearest_of_its_type() -> None:
    configuration = configured(
        numbers=cms.EDProducer("ConfiguredNumber", needed=cms.int32(1)), reader=cms.EDProducer("ConfiguredReader")
    )
    with pytest.raises(
        ProductNotFoundError,
        match=r"ConfiguredReader 'reader': no product 'number' for 'number' \(.*\). Did you mean 'numbers'\?",
    ):
        resolve(configuration.running, {}, "P")


def test_a_module_forgotten_on_every_path_is_named() -> None:
    process = process_with(reader=cms.EDProducer("ConfiguredReader"))
    process.number = cms.EDProducer("ConfiguredNumber", needed=cms.int32(1))
    configuration = configure(process, Path())
    with pytest.raises(ProductNotFoundError, match=r"no product 'number' .* The module 'number' is on no path"):
        resolve(configuration.running, {}, "P", configuration.idle)


def test_a_product_of_another_type_is_refused() -> None:
    configuration = configured(reader=cms.EDProducer("ConfiguredReader"))
    content = {ProductKey("number", "", "RECO"): ProductInfo("recoTracks", origin="a.root")}
    with pytest.raises(
        ConfigurationError, match=r"reads EventFloat \(float\), but number::RECO of a.root is a recoTracks"
    ):
        resolve(configuration.running, content, "P")


def test_an_empty_process_means_the_newest() -> None:
    configuration = configured(reader=cms.EDProducer("ConfiguredReader"))
    content = {ProductKey("number", "", name): ProductInfo("float") for name in ("OLD", "NEW")}
    assert resolve(configuration.running, content, "P").inputs["reader"]["number"] == ProductKey("number", "", "NEW")


def test_an_unknown_option_and_one_that_would_be_ignored_are_refused() -> None:
    process = process_with(number=cms.EDProducer("ConfiguredNumber", needed=cms.int32(1)))
    process.options.fileMode = "NOMERGE"
    with pytest.raises(UnimplementedFeatureError, match=r"process.options.fileMode cannot be changed here yet"):
        configure(process, Path())
    process.options = cms.untracked.PSet(numberOfThread=cms.untracked.uint32(2))
    with pytest.raises(ConfigurationError, match=r"no option 'numberOfThread' .*Did you mean 'numberOfThreads'\?"):
        configure(process, Path())
