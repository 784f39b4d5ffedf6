"""Names of products and of records: what a module asks for, and what a file or a module has."""

from dataclasses import dataclass
from typing import Self

from e2efw.errors import ConfigurationError


@dataclass(frozen=True, order=True)
class ProductKey:
    """The full name of a product: who made it, which of its products, in which process."""

    label: str
    instance: str
    process: str

    def __str__(self) -> str:
        return f"{self.label}:{self.instance}:{self.process}"


@dataclass(frozen=True)
class InputTag:
    """What a module asks for; an empty process means the newest one that has it."""

    label: str
    instance: str = ""
    process: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``label``, ``label:instance`` or ``label:instance:process``."""
        fields = text.split(":")
        if len(fields) > 3:
            raise ConfigurationError(f"InputTag '{text}': at most label:instance:process.")
        return cls(*(field.strip() for field in fields))

    def matches(self, key: ProductKey, process: str = "") -> bool:
        """True if `key` is one of the products this tag may mean.

        Args:
            key: a product.
            process: this process, which ``@currentProcess`` means and ``@skipCurrentProcess`` does not.
        """
        if (self.label, self.instance) != (key.label, key.instance):
            return False
        if self.process == "@skipCurrentProcess":
            return key.process != process
        return self.process in {"", key.process} or (self.process == "@currentProcess" and key.process == process)

    def __str__(self) -> str:
        fields = [self.label, self.instance, self.process]
        while len(fields) > 1 and not fields[-1]:
            fields.pop()
        return ":".join(fields)


@dataclass(frozen=True)
class ESInputTag:
    """Which record of a class a module reads: the one with this data label, from this module if it is named."""

    module: str = ""
    data: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``module:data``, of which both may be empty, or nothing."""
        fields = text.split(":") if text else ["", ""]
        if len(fields) != 2:
            raise ConfigurationError(f"ESInputTag '{text}': wanted module:data, or :data.")
        return cls(*(field.strip() for field in fields))

    def __str__(self) -> str:
        return f"{self.module}:{self.data}" if self.module or self.data else ""
