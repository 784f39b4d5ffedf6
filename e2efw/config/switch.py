"""``cms.SwitchProducer``: one label, several producers, of which the host's accelerators choose; gone from CMSSW 16."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Self

from e2efw.config import dumping
from e2efw.config.alias import EDAlias
from e2efw.config.modules import EDProducer
from e2efw.config.nodes import describe
from e2efw.config.origin import here
from e2efw.errors import nearest

_LOG = logging.getLogger("e2efw.config")

Choice = Callable[[list[str]], tuple[bool, int]]
"""From the labels of the selected accelerators to whether a case is possible, and its priority."""


class SwitchProducer(EDProducer):
    """Cases of one module, an EDProducer or EDAlias each; the possible one of highest priority runs.

    Args:
        choices: for each case a `Choice`. A subclass gives it and takes the cases as keywords.
        cases: the modules by case.

    Raises:
        ValueError: a case that is not in ``choices``.
        TypeError: a module that is no EDProducer and no EDAlias, or another SwitchProducer.
    """

    _cases: dict[str, Any]

    def __init__(self, choices: Mapping[str, Choice], /, **cases: Any) -> None:
        object.__setattr__(self, "_cases", {})
        super().__init__("SwitchProducer")
        self._choices = dict(choices)
        for case, module in cases.items():
            self._set_case(case, module)
        _LOG.warning("cms.SwitchProducer is gone from CMSSW; write one module, or a Modifier (%s)", self.origin_())

    def _set_case(self, case: str, module: Any) -> None:
        if case not in self._choices:
            raise ValueError(f"{self._who()}: no case {case!r} ({here()}). {nearest(case, self._choices, 'Cases')}")
        if isinstance(module, SwitchProducer) or not isinstance(module, (EDProducer, EDAlias)):
            raise TypeError(
                f"{self._who()}: case {case!r} must be a cms.EDProducer or cms.EDAlias, not {describe(module)} "
                f"({here()})."
            )
        self._cases[case] = module
        self._label_cases()

    def cases_(self) -> dict[str, Any]:
        """The modules by case."""
        return dict(self._cases)

    def chosen_(self, accelerators: list[str]) -> str:
        """The case that runs.

        Raises:
            RuntimeError: none is possible.
        """
        answers = {case: self._choices[case](accelerators) for case in self._cases}
        possible = {case: priority for case, (enabled, priority) in answers.items() if enabled}
        if not possible:
            raise RuntimeError(
                f"{self._who()}: no case is possible with accelerators {', '.join(accelerators)}; "
                f"it has {', '.join(self._cases)} ({self.origin_()})."
            )
        return max(possible, key=lambda case: possible[case])

    def setLabel(self, label: str | None) -> None:
        """Name it, and its cases ``label@case``."""
        super().setLabel(label)
        self._label_cases()

    def _label_cases(self) -> None:
        for case, module in self._cases.items():
            module._label = None if self._label is None else f"{self._label}@{case}"

    def parameterNames_(self) -> list[str]:
        """Names of the cases."""
        return list(self._cases)

    def _cloned(self, blocks: tuple[Any, ...], changes: Mapping[str, Any]) -> Self:
        new = super()._cloned(blocks, {})
        new._merge(changes)
        new._label_cases()
        return new

    def _merge(self, changes: Mapping[str, Any]) -> None:
        for case, change in changes.items():
            if change is None and case in self._cases:
                del self._cases[case]
            elif isinstance(change, Mapping):
                self.__getattr__(case)._merge(change)
            else:
                self._set_case(case, change)

    def _taken_content(self, other: "SwitchProducer") -> None:
        self._cases = other._cases
        self._label_cases()

    def isModified(self) -> bool:
        """Whether any case was changed."""
        return any(module.isModified() for module in self._cases.values())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # ours, and asked for before it exists: pickle and copy do
            raise AttributeError(name)
        if name not in self._cases:
            raise AttributeError(f"{self._who()}: no case {name!r} ({here()}). {nearest(name, self._cases, 'Cases')}")
        return self._cases[name]

    def _change(self, name: str, value: Any) -> None:
        self._set_case(name, value)

    def __delattr__(self, name: str) -> None:
        self.__getattr__(name)
        del self._cases[name]

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this switch again; its class must be imported."""
        inner = indent + dumping.STEP
        named = [(case, self._cases[case].dumpPython(inner)) for case in sorted(self._cases)]
        return f"{type(self).__name__}({dumping.arguments([], named, indent)})"
