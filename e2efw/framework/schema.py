"""What a plugin's declarations say: its parameters, what it consumes, what it produces."""

import inspect
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from e2efw.errors import LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDAnalyzer, EDFilter, EDProducer, Module
from e2efw.framework.parameters import Parameter, camel_case, declared
from e2efw.framework.tags import InputTag

_FUNCTIONS: Mapping[type[Module], str] = {EDProducer: "produce", EDFilter: "filter", EDAnalyzer: "analyze"}


@dataclass(frozen=True)
class Consumed:
    """An argument of a module's function that is a product.

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
        consumes: products read, by argument name.
        produces: product classes by instance label.
        state_argument: argument that gets what `begin_job` returned, "" if none.
        ids_argument: argument that gets the EventIDs, "" if none.
        function: name of the function that does the work, "" for sources and outputs.
        several: True if the function returns a NamedTuple of products.
    """

    plugin: type[Module]
    parameters: Mapping[str, Parameter]
    consumes: Mapping[str, Consumed]
    produces: Mapping[str, type[Any]]
    state_argument: str
    ids_argument: str
    function: str
    several: bool


def schema_of(plugin: type[Module]) -> Schema:
    """Read the declarations of a plugin class.

    Raises:
        LogicError: the class breaks the contract of modules; says where.
    """
    function = next((name for base, name in _FUNCTIONS.items() if issubclass(plugin, base)), "")
    parameters = declared(plugin)
    if not function:
        return Schema(plugin, parameters, {}, {}, "", "", "", several=False)
    if not hasattr(plugin, function):
        raise LogicError(f"{plugin.__name__}: an {plugin.kind} needs a function '{function}'.")
    hints = get_type_hints(getattr(plugin, function))
    returned = hints.pop("return", None)
    tags = {p.name for p in parameters.values() if p.type is InputTag}
    state_type = get_type_hints(plugin.begin_job).get("return") if plugin.begin_job else None
    consumes: dict[str, Consumed] = {}
    special = {"state": "", "ids": ""}
    for name in list(inspect.signature(getattr(plugin, function)).parameters)[1:]:
        annotation, optional = _without_none(hints.get(name))
        if name in tags and hasattr(annotation, "take"):
            consumes[name] = Consumed(name, annotation, optional)
        elif annotation is EventIDs:
            special["ids"] = name
        elif annotation is not None and annotation is state_type:
            special["state"] = name
        else:
            raise LogicError(
                f"{plugin.__name__}.{function}: argument '{name}' is neither an InputTag parameter "
                "with a product class "
                f"({', '.join(sorted(tags)) or 'there are none'}), nor EventIDs, nor what begin_job returns."
            )
    produces, several = _products(plugin, returned) if function == "produce" else ({}, False)
    return Schema(plugin, parameters, consumes, produces, special["state"], special["ids"], function, several)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The annotation without ``| None``, and whether it had it."""
    if get_origin(annotation) in {Union, types.UnionType}:
        others = [choice for choice in get_args(annotation) if choice is not types.NoneType]
        return (others[0], True) if len(others) == 1 else (None, False)
    return annotation, False


def _products(plugin: type[Module], returned: Any) -> tuple[dict[str, type[Any]], bool]:
    """Product classes by instance label, and whether they come as a NamedTuple."""
    if hasattr(returned, "take"):
        return {"": returned}, False
    if hasattr(returned, "_fields"):
        classes = {camel_case(name): hint for name, hint in get_type_hints(returned).items()}
        if all(hasattr(cls, "take") for cls in classes.values()):
            return classes, True
    raise LogicError(
        f"{plugin.__name__}.produce: must be annotated to return a product or a NamedTuple of products, not {returned}."
    )
