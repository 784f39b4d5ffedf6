"""The contract of plugins: declarations are the schema."""

import dataclasses
from typing import Any, Literal, NamedTuple

import awkward as ak
import numpy as np
import pytest

from dataformats.candidates import Jets, Photons
from dataformats.results import EventFloat
from e2efw.errors import ConfigurationError, LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import declared, positive
from e2efw.framework.plugins import find_plugin
from e2efw.framework.schema import Consumed, schema_of


class Opened:
    """What begin_job opens."""


class TwoProducts(NamedTuple):
    total_pt: EventFloat
    leading: EventFloat


class ModulesExample(EDProducer):
    """Uses every part of the contract."""

    jets: InputTag = param("ak4:x", doc="jets")
    photons: InputTag = param("photons", doc="photons")
    min_pt: float = param(1.5, unit="GeV", doc="threshold", check=positive)
    names: tuple[str, ...] = param(("a", "b"), doc="names")
    mode: Literal["fast", "exact"] = param("fast", doc="how")

    def begin_job(self, job: JobContext) -> Opened:
        return Opened()

    def produce(self, jets: Jets, photons: Jets | None, opened: Opened) -> TwoProducts:
        raise NotImplementedError


def test_declarations_are_the_schema() -> None:
    schema = schema_of(ModulesExample)
    assert list(schema.parameters) == ["jets", "photons", "minPt", "names", "mode"]
    assert [p.cms_type for p in schema.parameters.values()] == ["InputTag", "InputTag", "double", "vstring", "string"]
    assert schema.consumes["jets"].product_class is Jets
    assert not schema.consumes["jets"].optional
    assert schema.consumes["photons"].optional
    assert list(schema.produces) == ["totalPt", "leading"]
    assert schema.states == {"opened": "job"}


def test_values_are_brought_into_the_declared_types() -> None:
    module = ModulesExample(jets="ak8", min_pt=2, names=["c"])
    assert module.jets == InputTag("ak8")
    assert isinstance(module.min_pt, float)
    assert module.names == ("c",)


def test_a_module_is_frozen() -> None:
    with pytest.raises(AttributeError, match="cannot assign to field 'min_pt'"):
        ModulesExample().min_pt = 3.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"min_pt": -1.0}, "parameter 'minPt': must be larger than 0"),
        ({"mode": "slow"}, "parameter 'mode': 'slow' is not one of fast, exact"),
    ],
)
def test_an_illegal_value_says_what_is_legal(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        ModulesExample(**values)


def test_a_plugin_is_found_by_name_and_a_wrong_name_gets_the_nearest() -> None:
    assert find_plugin("ModulesExample") is ModulesExample
    with pytest.raises(ConfigurationError, match=r"no plugin 'ModuleExample'. Did you mean 'ModulesExample'\?"):
        find_plugin("ModuleExample")


def test_an_argument_that_is_nothing_is_refused() -> None:
    class ModulesStrange(EDProducer):
        """Asks for something unknown."""

        def produce(self, weather: EventFloat) -> EventFloat:
            return weather

    with pytest.raises(
        LogicError, match=r"ModulesStrange.produce: argument 'weather' is neither an InputTag parameter"
    ):
        schema_of(ModulesStrange)


def test_a_producer_must_say_what_it_makes() -> None:
    class ModulesSilent(EDProducer):
        """Does not say."""

        def produce(self):  # type: ignore[no-untyped-def]
            return np.ones(1)

    with pytest.raises(LogicError, match="must be annotated to return a product"):
        schema_of(ModulesSilent)


def test_a_parameter_of_a_type_no_cfg_can_set_is_refused() -> None:
    class ModulesOdd(EDProducer):
        """Has a parameter that is a set."""

        odd: set[int] = param(None, doc="a set")

    with pytest.raises(LogicError, match=r"ModulesOdd.odd: parameters are bool, int, float, str"):
        declared(ModulesOdd)


@dataclasses.dataclass(frozen=True)
class Seen:
    """Two products, read together."""

    jets: Jets
    photons: Photons | None = None


class ModulesBundle(EDProducer):
    """Reads a bundle between single products."""

    jets: InputTag = param("ak4", doc="jets")
    photons: InputTag = param("photons", doc="photons")
    weights: InputTag = param("weights", doc="weights")

    def produce(self, weights: EventFloat, seen: Seen, ids: EventIDs) -> EventFloat:
        return EventFloat(value=weights.value * ak.num(seen.jets.pt))


def test_the_fields_of_a_bundle_are_consumed_like_arguments() -> None:
    schema = schema_of(ModulesBundle)
    assert list(schema.consumes) == ["weights", "jets", "photons"]
    assert schema.consumes["jets"] == Consumed("jets", Jets, optional=False)
    assert schema.consumes["photons"] == Consumed("photons", Photons, optional=True)
    assert schema.bundles == {"seen": Seen}
    assert schema.ids_argument == "ids"


def test_a_bundle_is_packed_from_its_products_and_single_ones_stay() -> None:
    jets, weights = Jets.empty(1), EventFloat(value=np.ones(1))
    packed = schema_of(ModulesBundle).arguments({"weights": weights, "jets": jets, "photons": None})
    assert packed == {"weights": weights, "seen": Seen(jets)}


@dataclasses.dataclass
class ThawedSeen:
    jets: Jets


@dataclasses.dataclass(frozen=True)
class MisspeltSeen:
    jet: Jets


@dataclasses.dataclass(frozen=True)
class CountedSeen:
    jets: int


@pytest.mark.parametrize(
    ("bundle", "message"),
    [
        (ThawedSeen, r"argument 'seen' is .*ThawedSeen.*; a bundle of products is a frozen dataclass, and never None"),
        (Seen | None, r"argument 'seen' is .*Seen \| None; a bundle of products is a frozen dataclass, and never None"),
        (
            MisspeltSeen,
            r"argument 'seen': field 'jet' of MisspeltSeen is no InputTag parameter\. Did you mean 'jets'\?",
        ),
        (CountedSeen, r"argument 'seen': field 'jets' of CountedSeen holds <class 'int'>, which is no product class"),
    ],
)
def test_a_wrong_bundle_is_refused_with_the_plugin_and_the_field(bundle: Any, message: str) -> None:
    class ModulesWrongBundle(EDProducer):
        """Reads a bundle that is none."""

        jets: InputTag = param("ak4", doc="jets")

        def produce(self, seen: bundle) -> EventFloat:
            raise NotImplementedError

    with pytest.raises(LogicError, match=f"ModulesWrongBundle.produce: {message}"):
        schema_of(ModulesWrongBundle)


def test_a_product_that_comes_twice_is_refused() -> None:
    class ModulesTwice(EDProducer):
        """Reads jets as a product and in a bundle."""

        jets: InputTag = param("ak4", doc="jets")
        photons: InputTag = param("photons", doc="photons")

        def produce(self, jets: Jets, seen: Seen) -> EventFloat:
            raise NotImplementedError

    with pytest.raises(LogicError, match=r"argument 'seen' brings 'jets', which an earlier argument brings already"):
        schema_of(ModulesTwice)
