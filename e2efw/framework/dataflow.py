"""Who reads what from whom: every InputTag resolved to one product before the first event."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from e2efw.errors import ConfigurationError, E2EFWError, ProductNotFoundError, nearest
from e2efw.framework.aliases import Alias
from e2efw.framework.blocks import ProductInfo, SourceContent
from e2efw.framework.modules import Module
from e2efw.framework.schema import Consumed, Schema
from e2efw.framework.tags import InputTag, ProductKey


@dataclass(frozen=True)
class Configured:
    """A module with the values its cfg gave it.

    Args:
        origins: where each parameter was set, by cfg name; "" stands for the module itself. Text such as
            ``(my_cfg.py:14)``.
    """

    label: str
    module: Module
    schema: Schema
    origins: Mapping[str, str]

    @property
    def name(self) -> str:
        """For messages: type and label."""
        return f"{type(self.module).__name__} '{self.label}'"

    def origin(self, cfg_name: str) -> str:
        """Where a parameter was set, or the module if it has its default."""
        return self.origins.get(cfg_name, self.origins[""])

    def products(self, process: str) -> dict[ProductKey, ProductInfo]:
        """What it makes, with what is known before the first event."""
        described = self.module.describe()
        return {
            ProductKey(self.label, instance, process): ProductInfo(
                cls.friendly_type, described.get(instance, {}), cls.persistent, self.name, cls
            )
            for instance, cls in self.schema.produces.items()
        }


@dataclass(frozen=True)
class Dataflow:
    """The products of a job.

    Args:
        content: all products, of the input and of this process; those of the input have a class if a module reads them.
        inputs: for each module label and name of what it consumes, the product behind it; None for an optional one
            that nobody has.
        unresolved: unscheduled modules that cannot run, and why; an error only if somebody needs them.
        aliases: for each product of an EDAlias, the product that it is; `inputs` name that one.
    """

    content: Mapping[ProductKey, ProductInfo]
    inputs: Mapping[str, Mapping[str, ProductKey | None]]
    unresolved: Mapping[str, E2EFWError] = field(default_factory=dict)
    aliases: Mapping[ProductKey, ProductKey] = field(default_factory=dict)

    def needs(self, process: str) -> dict[str, set[str]]:
        """For each module label, the labels of this process's modules whose products it reads."""
        return {
            label: {key.label for key in keys.values() if key and key.process == process}
            for label, keys in self.inputs.items()
        }


def resolve(
    modules: Mapping[str, Configured],
    content: SourceContent,
    process: str,
    idle: Mapping[str, str] = MappingProxyType({}),
    unscheduled: Collection[str] = (),
    aliases: Sequence[Alias] = (),
) -> Dataflow:
    """Find the product behind every InputTag.

    Args:
        modules: the modules that run, by label.
        content: what the input holds, newest process last, and what the framework itself makes.
        process: name of this process.
        idle: for modules that never run a sentence why, by label.
        unscheduled: labels of modules that run only if somebody needs them.
        aliases: second labels of modules.

    Raises:
        ProductNotFoundError: nobody has the product; names the nearest.
        ConfigurationError: the product is of another class than the module reads, or an alias fits nothing.
    """
    content = dict(content)
    for configured in modules.values():
        content |= configured.products(process)
    second: dict[ProductKey, ProductKey] = {}
    for alias in aliases:
        second |= alias.products(content, process)
        for label in (label for label in alias.modules if label in idle):
            idle = {**idle, alias.label: f"EDAlias '{alias.label}' names products of '{label}'. {idle[label]}"}
    content |= {name: replace(content[key], origin=f"EDAlias '{name.label}'") for name, key in second.items()}
    search = _Search(content, process, idle, second)
    inputs: dict[str, dict[str, ProductKey | None]] = {}
    unresolved: dict[str, E2EFWError] = {}
    for label, configured in modules.items():
        try:
            inputs[label] = {name: search.find(configured, each) for name, each in configured.schema.consumes.items()}
        except E2EFWError as error:
            if label not in unscheduled:
                raise
            unresolved[label] = error
            inputs[label] = {}
            continue
        for name, key in inputs[label].items():
            if key is not None and content[key].product_class is None:
                wanted = configured.schema.consumes[name].product_class
                content[key] = replace(content[key], product_class=_class_in_file(wanted, content[key].friendly_type))
    return Dataflow(content, inputs, unresolved, second)


@dataclass(frozen=True)
class _Search:
    """Where products are looked for."""

    content: Mapping[ProductKey, ProductInfo]
    process: str
    idle: Mapping[str, str]
    aliases: Mapping[ProductKey, ProductKey]

    def find(self, configured: Configured, consumed: Consumed) -> ProductKey | None:
        """The product behind an InputTag; None for an optional one that nobody has, or that would not be looked at."""
        if consumed.optional and consumed.parameter in configured.module.unused_products():
            return None
        tag: InputTag = getattr(configured.module, consumed.parameter)
        matching = [key for key in self.content if tag.matches(key, self.process)]
        if matching:
            key = matching[-1]  # content is ordered by process: the newest
            _check_class(configured, consumed, key, self.content[key])
            return self.aliases.get(key, key)
        if consumed.optional and consumed.parameter not in configured.module.needed_products():
            return None
        wanted = consumed.product_class
        same_type = [key for key, info in self.content.items() if info.friendly_type == wanted.friendly_type]
        known = [str(InputTag(key.label, key.instance)) for key in same_type or self.content]
        of_type = (
            f"Products of type {wanted.friendly_type}"
            if same_type
            else f"There is no product of type {wanted.friendly_type}; all products"
        )
        forgotten = f"{self.idle[tag.label]} " if tag.label in self.idle else ""
        raise ProductNotFoundError(
            f"{configured.name}: no product '{tag}' for '{consumed.cfg_name}' {configured.origin(consumed.cfg_name)}. "
            f"{forgotten}{nearest(str(tag), set(known), of_type)}"
        )


def _check_class(configured: Configured, consumed: Consumed, key: ProductKey, info: ProductInfo) -> None:
    wanted, known = consumed.product_class, info.product_class
    stored = _class_in_file(wanted, info.friendly_type) if known is None else known
    fits = stored is not None and issubclass(stored, wanted)
    if not fits:
        kind = f" ({wanted.friendly_type})" if wanted.friendly_type else ""
        raise ConfigurationError(
            f"{configured.name}: '{consumed.parameter}' reads {wanted.__name__}{kind}, "
            f"but {key} of {info.origin} "
            f"is a {known.__name__ if known else info.friendly_type} {configured.origin(consumed.cfg_name)}."
        )


def _class_in_file(wanted: type[Any], friendly_type: str) -> type[Any] | None:
    """The class by which a stored product is read, None if a module cannot read it as what it wants.

    What several classes have in common, a base without a friendly type, stands for the one of those imported so far
    that declares the type of the product.
    """
    if wanted.friendly_type:
        return wanted if wanted.friendly_type == friendly_type else None
    waiting, found = [wanted], set()
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if vars(cls).get("friendly_type") == friendly_type:
            found.add(cls)
    return found.pop() if len(found) == 1 else None
