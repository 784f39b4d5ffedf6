"""What a plugin's declarations say: its parameters, what it consumes, what it produces."""

import inspect
import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from e2efw.errors import LogicError, nearest
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDAnalyzer, EDFilter, EDProducer, Module
from e2efw.framework.parameters import Parameter, camel_case, declared
from e2efw.framework.tags import InputTag

_FUNCTIONS: Mapping[type[Module], str] = {EDProducer: "produce", EDFilter: "filter", EDAnalyzer: "analyze"}


@dataclass(frozen=True)
class Consumed:
    """A product that a module's function reads, as an argument or as a field of a bundle.

    Args:
        parameter: the InputTag parameter of the same name.
        product_class: annotated class.
        optional: annotated ``| None``: the module can do without it.
    """

    parameter: str
    product_class: type[Any]
    optional: bool

    @property
    def cfg_name(self) -> str:
        """The parameter's name in a cfg."""
        return camel_case(self.parameter)


@dataclass(frozen=True)
class Schema:
    """All declarations of one plugin class.

    Args:
        parameters: by cfg name.
        consumes: products read, by the name of the argument or the field of a bundle.
        bundles: dataclasses of products, by argument name.
        produces: product classes by instance label.
        states: arguments that get what `begin_job`, `begin_stream`, `begin_run` or `begin_lumi` returned, with ``job``,
            ``stream``, ``run`` or ``lumi``.
        records: arguments that get a record of the EventSetup, with its class.
        ids_argument: argument that gets the EventIDs, "" if none.
        function: name of the function that does the work, "" for sources and outputs.
        several: True if the function returns a NamedTuple of products.
    """

    plugin: type[Module]
    parameters: Mapping[str, Parameter]
    consumes: Mapping[str, Consumed] = field(default_factory=dict)
    bundles: Mapping[str, type[Any]] = field(default_factory=dict)
    produces: Mapping[str, type[Any]] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, type[Any]] = field(default_factory=dict)
    ids_argument: str = ""
    function: str = ""
    several: bool = False

    def arguments(self, products: Mapping[str, Any]) -> dict[str, Any]:
        """What the function gets of these products: the bundles packed, the others as they are.

        Args:
            products: by the names of `consumes`; None for an optional one that nobody has.
        """
        single = dict(products)
        packed = {
            name: bundle(**{one.name: single.pop(one.name) for one in fields(bundle)})
            for name, bundle in self.bundles.items()
        }
        return single | packed


def schema_of(plugin: type[Module]) -> Schema:
    """Read the declarations of a plugin class.

    Raises:
        LogicError: the class breaks the contract of modules; says where.
    """
    function = next((name for base, name in _FUNCTIONS.items() if issubclass(plugin, base)), "")
    parameters = declared(plugin)
    if not function:
        return Schema(plugin, parameters)
    who = f"{plugin.__name__}.{function}"
    if not hasattr(plugin, function):
        raise LogicError(f"{plugin.__name__}: an {plugin.kind} needs a function '{function}'.")
    hints = get_type_hints(getattr(plugin, function))
    returned = hints.pop("return", None)
    tags = {p.name for p in parameters.values() if p.type is InputTag}
    state_types = _state_types(plugin)
    consumes: dict[str, Consumed] = {}
    bundles: dict[str, type[Any]] = {}
    states: dict[str, str] = {}
    records: dict[str, type[Any]] = {}
    ids = ""
    for name in list(inspect.signature(getattr(plugin, function)).parameters)[1:]:
        annotation, optional = _without_none(hints.get(name))
        found: dict[str, Consumed] = {}
        if name in tags and _is_product(annotation):
            found = {name: Consumed(name, annotation, optional)}
        elif annotation is EventIDs:
            ids = name
        elif annotation in state_types:
            states[name] = state_types[annotation]
        elif getattr(annotation, "is_record", False):
            records[name] = annotation
        elif is_dataclass(annotation) and not _is_product(annotation):
            found = _unpacked(f"{who}: argument '{name}'", hints[name], tags)
            bundles[name] = hints[name]
        else:
            raise LogicError(
                f"{who}: argument '{name}' is neither an InputTag parameter with a product class "
                f"({', '.join(sorted(tags)) or 'there are none'}), nor a bundle of such, nor EventIDs, "
                "nor a Record, nor what begin_job, begin_stream, begin_run or begin_lumi returns."
            )
        for twice in sorted(consumes.keys() & found.keys()):
            raise LogicError(f"{who}: argument '{name}' brings '{twice}', which an earlier argument brings already.")
        consumes |= found
    produces, several = _products(plugin, returned) if function == "produce" else ({}, False)
    return Schema(plugin, parameters, consumes, bundles, produces, states, records, ids, function, several)


def _state_types(plugin: type[Module]) -> dict[Any, str]:
    """What the transitions that a plugin defines return, with the name of the transition."""
    begins = {transition: getattr(plugin, f"begin_{transition}") for transition in ("job", "stream", "run", "lumi")}
    types_of = {t: get_type_hints(begin).get("return") for t, begin in begins.items() if begin is not None}
    return {cls: transition for transition, cls in types_of.items() if cls is not None and cls is not types.NoneType}


def _unpacked(who: str, bundle: Any, tags: Collection[str]) -> dict[str, Consumed]:
    """The products of a bundle, by field.

    Args:
        who: the argument, for messages.
        bundle: its annotation.
        tags: InputTag parameters of the plugin.
    """
    declaration = getattr(bundle, "__dataclass_params__", None)
    if declaration is None or not declaration.frozen:
        raise LogicError(f"{who} is {bundle}; a bundle of products is a frozen dataclass, and never None.")
    consumes, hints = {}, get_type_hints(bundle)
    for name in (one.name for one in fields(bundle)):
        annotation, optional = _without_none(hints[name])
        if name not in tags:
            raise LogicError(
                f"{who}: field '{name}' of {bundle.__name__} is no InputTag parameter. "
                f"{nearest(name, tags, 'InputTag parameters')}"
            )
        if not _is_product(annotation):
            raise LogicError(
                f"{who}: field '{name}' of {bundle.__name__} holds {hints[name]}, which is no product class."
            )
        consumes[name] = Consumed(name, annotation, optional)
    return consumes


def _is_product(annotation: Any) -> bool:
    return hasattr(annotation, "take") and hasattr(annotation, "friendly_type")


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The annotation without ``| None``, and whether it had it."""
    if get_origin(annotation) in {Union, types.UnionType}:
        others = [choice for choice in get_args(annotation) if choice is not types.NoneType]
        return (others[0], True) if len(others) == 1 else (None, False)
    return annotation, False


def _products(plugin: type[Module], returned: Any) -> tuple[dict[str, type[Any]], bool]:
    """Product classes by instance label, and whether they come as a NamedTuple."""
    if _is_product(returned):
        return {"": returned}, False
    if hasattr(returned, "_fields"):
        classes = {camel_case(name): hint for name, hint in get_type_hints(returned).items()}
        if all(map(_is_product, classes.values())):
            return classes, True
    raise LogicError(
        f"{plugin.__name__}.produce: must be annotated to return a product or a NamedTuple of products, not {returned}."
    )
