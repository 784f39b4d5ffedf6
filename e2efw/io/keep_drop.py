"""The keep and drop rules of CMSSW: which products an output writes."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from e2efw.errors import ConfigurationError, nearest
from e2efw.io.branches import BranchName

_LOG = logging.getLogger("e2efw.io")
_RULE = re.compile(r"(keep|drop) (\*|[A-Za-z0-9*?]+_[A-Za-z0-9*?]+_[A-Za-z0-9*?]*_[A-Za-z0-9*?]+)")
_GRAMMAR = (
    "A rule is 'keep' or 'drop', one blank, then '*' or type_label_instance_process of letters, digits, '*' and '?'; "
    "only the instance may be empty"
)

T = TypeVar("T")


def complaint(rules: Iterable[str]) -> str | None:
    """What is wrong with the first rule that breaks the grammar, None if all are legal; a check for parameters."""
    for rule in rules:
        if not _RULE.fullmatch(rule):
            return f"rule '{rule}' {_reason(rule)}. {_GRAMMAR}"
    return None


def kept(rules: Sequence[str], names: Mapping[T, BranchName], *, parameter: str, owner: str) -> list[T]:
    """The products that the rules keep: for each the last rule that matches counts; no rules keep all.

    A rule that matches nothing is legal but logged, with the nearest product.

    Args:
        rules: such as ``drop EcalRecHitsSorted_*_*_RECO``; types are the friendly ones.
        names: the products to choose from.
        parameter: cfg name of the parameter that holds the rules, for messages.
        owner: who has the parameter.

    Raises:
        ConfigurationError: a rule breaks the grammar.
    """
    wrong = complaint(rules)
    if wrong is not None:
        raise ConfigurationError(f"{owner}: parameter '{parameter}': {wrong}.")
    keep = dict.fromkeys(names, not rules)
    for rule in rules:
        verb, pattern = rule.split(" ")
        matching = [item for item, name in names.items() if _matches(pattern, str(name))]
        if not matching and pattern != "*":
            products = nearest(pattern, (str(name) for name in names.values()), "Products")
            _LOG.warning("%s: rule '%s' of '%s' matches no product. %s", owner, rule, parameter, products)
        keep |= dict.fromkeys(matching, verb == "keep")
    return [item for item, chosen in keep.items() if chosen]


def _reason(rule: str) -> str:
    """What is wrong with a rule, in the order in which it is read."""
    if len(rule) < 6:
        return "is too short"
    verb, blank, pattern = rule[:4], rule[4], rule[5:]
    if verb not in {"keep", "drop"}:
        return "starts with neither 'keep' nor 'drop'"
    if blank != " " or pattern.startswith(" "):
        return f"needs exactly one blank after '{verb}'"
    strange = re.sub(r"[A-Za-z0-9*?_]", "", pattern)
    if strange:
        return f"has an illegal character '{strange[0]}'"
    fields = pattern.split("_")
    return "has an empty field" if len(fields) == 4 else f"has {len(fields)} fields instead of 4"


def _matches(pattern: str, name: str) -> bool:
    """Field by field: '*' is any run of characters, '?' exactly one, and neither crosses an underscore."""
    if pattern == "*":
        return True
    fields = zip(pattern.split("_"), name.split("_"), strict=True)
    return all(re.fullmatch(field.replace("*", ".*").replace("?", "."), text) for field, text in fields)
