"""EDAlias: products of modules of this process under a second label, without a copy.

The rules are CMSSW's: an alias names products that modules make in this process, never another alias; a product has one
name per alias, and a name means one product. CMSSW takes a module that does not exist for one without products; here
that is an error, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.blocks import ProductInfo, Wanted
from e2efw.framework.tags import ProductKey

_ALL: Final = "*"
_DEFAULTS: Final = {"type": "", "fromProductInstance": _ALL, "toProductInstance": _ALL}

Content = Mapping[ProductKey, ProductInfo]


@dataclass(frozen=True)
class Rule:
    """Products of one module, and their instance label in the alias; ``*`` means every type, any instance, the same.

    Args:
        who: the alias and the module, for messages.
        origin: where the cfg says so.
    """

    who: str
    module: str
    friendly_type: str
    source: str
    target: str
    origin: str

    def products(self, content: Content, process: str) -> Iterator[ProductKey]:
        """The products it means.

        Raises:
            ConfigurationError: the module makes products, but none of this type or instance.
        """
        made = {key: info for key, info in content.items() if (key.label, key.process) == (self.module, process)}
        of_type = [key for key, info in made.items() if self.friendly_type in {_ALL, info.friendly_type}]
        found = [key for key in of_type if self.source in {_ALL, key.instance}]
        if not of_type:
            types = nearest(self.friendly_type, {info.friendly_type for info in made.values()}, "Types")
            raise ConfigurationError(
                f"{self.who} makes no product of type '{self.friendly_type}' {self.origin}. {types}"
            )
        if not found:
            instances = nearest(self.source, {key.instance or "''" for key in of_type}, "Instances")
            raise ConfigurationError(
                f"{self.who} makes no product of instance '{self.source}' {self.origin}. {instances}"
            )
        yield from found

    def parameters(self) -> dict[str, str]:
        """As the cfg has them."""
        return dict(zip(_DEFAULTS, (self.friendly_type, self.source, self.target), strict=True))


@dataclass(frozen=True)
class Alias:
    """One EDAlias.

    Args:
        origin: where the cfg made it.
    """

    label: str
    rules: tuple[Rule, ...]
    origin: str

    @property
    def modules(self) -> list[str]:
        """Labels of the modules whose products it names."""
        return list(dict.fromkeys(rule.module for rule in self.rules))

    def products(self, content: Content, process: str) -> dict[ProductKey, ProductKey]:
        """For each of its products, the product that it stands for.

        Args:
            content: what the modules of this process make, without those that never run.

        Raises:
            ConfigurationError: a rule fits nothing that its module makes, or names clash.
        """
        found: dict[ProductKey, ProductKey] = {}
        running = {key.label for key in content if key.process == process}
        for rule in self.rules:
            for key in rule.products(content, process) if rule.module in running else ():
                name = ProductKey(self.label, key.instance if rule.target == _ALL else rule.target, process)
                self._check(name, key, found, rule)
                found[name] = key
        return found

    def _check(self, name: ProductKey, key: ProductKey, found: Mapping[ProductKey, ProductKey], rule: Rule) -> None:
        """One name, one product."""
        other = found.get(name, key)
        if other != key:
            raise ConfigurationError(f"EDAlias '{self.label}': {name} would be both {other} and {key} {rule.origin}.")
        names = [earlier for earlier, product in found.items() if product == key and earlier != name]
        if names:
            raise ConfigurationError(
                f"EDAlias '{self.label}': {key} would be both {names[0]} and {name} {rule.origin}."
            )


def first_names(owner: str, wanted: Wanted, aliases: Mapping[ProductKey, ProductKey]) -> Wanted:
    """What an output writes, under the names that the modules gave it.

    Args:
        owner: label of the output.
        wanted: what it writes, under its names in the file.
        aliases: for each product of an EDAlias, the product that it is.

    Raises:
        ConfigurationError: it writes a product under two names.
    """
    names: dict[ProductKey, ProductKey] = {}
    for name in wanted:
        other = names.setdefault(aliases.get(name, name), name)
        if other != name:
            rules = " or ".join(f"'drop *_{each.label}_{each.instance}_{each.process}'" for each in (other, name))
            raise ConfigurationError(
                f"'{owner}' writes one product under two names, {other} and {name}: an EDAlias makes no copy. "
                f"Add {rules} to its outputCommands."
            )
    return {key: wanted[name] for key, name in names.items()}


def aliases_of(process: Any) -> list[Alias]:
    """The aliases of a process, with every rule checked as far as that goes without plugins.

    Raises:
        ConfigurationError: no such module, an alias of an alias, or a rule of another form; with file and line.
    """
    return [_alias(label, alias, process) for label, alias in process.aliases.items()]


def _alias(label: str, alias: Any, process: Any) -> Alias:
    rules: list[Rule] = []
    for module, psets in alias.parameters_().items():
        who, origin = f"EDAlias '{label}': '{module}'", f"({psets.origin_()})"
        if module in process.aliases:
            others = ", ".join(process.aliases[module].parameterNames_())
            raise ConfigurationError(
                f"{who} is an EDAlias itself {origin}; name the module whose products it has: {others}."
            )
        if module not in process.modules_():
            raise ConfigurationError(f"{who} is no module {origin}. {nearest(module, process.modules_())}")
        rules += [_rule(who, module, pset, origin) for pset in psets]
    return Alias(label, tuple(rules), f"({alias.origin_()})")


def _rule(who: str, module: str, pset: Any, origin: str) -> Rule:
    values = dict(_DEFAULTS)
    for name, parameter in pset.parameters_().items():
        if name not in values:
            raise ConfigurationError(f"{who}: no parameter '{name}' ({parameter.origin_()}). {nearest(name, values)}")
        if type(parameter).__name__ != "string":
            written = type(parameter).__name__
            raise ConfigurationError(f"{who}: '{name}' is a string, not a {written} ({parameter.origin_()}).")
        values[name] = parameter.value()
    if not values["type"]:
        raise ConfigurationError(f"{who}: 'type' must be set, the friendly type of the products or '*' {origin}.")
    source, target = values["fromProductInstance"], values["toProductInstance"]
    return Rule(who, module, values["type"], source, target, origin)
