"""RandomNumberGeneratorService: the seeds of modules in one place of the cfg.

Random numbers here belong to events: a module mixes its parameter ``seed`` with run, lumi and event number. So this
service has nothing to hand out; it sets that parameter, which the provenance of the output records.
"""

import logging
from typing import Any, Final, Self

from e2efw.config.parameter import Parameter
from e2efw.config.scalars import uint32
from e2efw.errors import ConfigurationError, nearest
from e2efw.framework.modules import Service
from e2efw.framework.observer import Observer
from e2efw.framework.parameters import declared
from e2efw.framework.plugins import find_plugin

NAME: Final = "RandomNumberGeneratorService"
_PARAMETER: Final = "seed"
_KNOWN: Final = ("engineName", "initialSeed")
_SOURCES: Final = {"theSource": "source"}
"""CMSSW's name for the source."""
_LOG: Final = logging.getLogger("e2efw.framework")


class RandomNumberGeneratorService(Service):
    """Seeds of modules: one PSet per label, with initialSeed; engineName is accepted and means nothing here."""

    @classmethod
    def from_cfg(cls, service: Any) -> Self:
        """Nothing is left to do: `apply_seeds` has read it."""
        del service
        return cls()

    def open(self) -> Observer:
        """Nothing to watch."""
        return Observer()


def apply_seeds(process: Any) -> None:
    """Give modules the seeds that the service of a process names, in place.

    Raises:
        ConfigurationError: a module that takes no seed, or a PSet of another shape; with file and line.
    """
    service = process.services.get(NAME)
    modules = {**process.modules_(), **({} if process.source is None else {"source": process.source})}
    unknown = []
    for written, pset in ({} if service is None else service.parameters_()).items():
        label = _SOURCES.get(written, written)
        seed = _seed(written, pset)
        if label in modules:
            _set(label, modules[label], seed)
        else:
            unknown.append(f"'{written}' ({pset.origin_()})")
    if unknown:
        _LOG.warning("%s names modules that there are not: %s", NAME, ", ".join(unknown))


def _seed(label: str, pset: Any) -> Parameter:
    if not hasattr(pset, "parameters_"):
        raise ConfigurationError(
            f"{NAME}: '{label}' should be a PSet with initialSeed, not {pset!r} ({pset.origin_()})."
        )
    given = pset.parameters_()
    for name, parameter in given.items():
        if name not in _KNOWN:
            raise ConfigurationError(
                f"{NAME}: {label}: no parameter '{name}' ({parameter.origin_()}). {nearest(name, _KNOWN)}"
            )
    if "initialSeed" not in given:
        raise ConfigurationError(f"{NAME}: {label}: initialSeed must be set ({pset.origin_()}).")
    seed: Parameter = given["initialSeed"]
    return seed


def _set(label: str, module: Any, seed: Parameter) -> None:
    plugin = find_plugin(module.type_())
    if _PARAMETER not in {parameter.name for parameter in declared(plugin).values()}:
        raise ConfigurationError(
            f"{NAME}: '{label}' is a {plugin.__name__}, which uses no random numbers ({seed.origin_()})."
        )
    if module.hasParameter(_PARAMETER):
        module.getParameter(_PARAMETER).setValue(int(seed.value()))
    else:
        setattr(module, _PARAMETER, uint32(int(seed.value())))
    module.getParameter(_PARAMETER)._locate(seed.origin_())  # noqa: SLF001 (so that messages name this line)
