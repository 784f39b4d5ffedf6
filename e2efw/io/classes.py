"""Which class of ours describes the products of a friendly type."""

import importlib
import pkgutil
from functools import cache

import dataformats
from dataformats.collection import Product


@cache
def product_classes() -> dict[str, type[Product]]:
    """The class of every data format by its friendly type; of hits that share one, what they have in common."""
    for module in pkgutil.iter_modules(dataformats.__path__):
        importlib.import_module(f"dataformats.{module.name}")
    found: dict[str, type[Product]] = {}
    waiting = [Product]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        own = vars(cls).get("friendly_type")
        if isinstance(own, str) and own and cls.leaves and cls.__module__.startswith("dataformats."):
            found.setdefault(own, cls)
    return found
