"""The EventSetup of a cfg: modules that deliver records, preferences, and what provenance keeps of all of them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from e2efw.config.conversion import neutral
from e2efw.framework.building import plugin_of, values_of
from e2efw.framework.eventsetup import ESProducer, ESSource
from e2efw.framework.plugins import known_plugins
from e2efw.framework.provenance import ModuleRecord

_LOG = logging.getLogger("e2efw.framework")
_GLOBAL_TAG = "GlobalTag"


@dataclass(frozen=True)
class ESConfiguration:
    """What a cfg says of the EventSetup.

    Args:
        modules: ESSources and ESProducers by label.
        preferred: labels of ES modules that the cfg prefers, by name and label of the record: ``Gains:hcal``,
            ``Gains:*`` for any label, ``*`` for all records.
        records: all ES modules of the cfg, for provenance, those of CMSSW that nothing here knows included.
    """

    modules: Mapping[str, ESSource | ESProducer] = field(default_factory=dict)
    preferred: Mapping[str, Sequence[str]] = field(default_factory=dict)
    records: Sequence[ModuleRecord] = ()


def es_configuration(process: Any) -> ESConfiguration:
    """Build the ES modules that are not disabled by their task; says once which have no effect.

    Raises:
        ConfigurationError: a parameter that a plugin does not have, or an illegal value.
    """
    disabled = {id(item) for item in process.disabled_()}
    given = {
        label: module
        for label, module in {**process.es_sources, **process.es_producers}.items()
        if id(module) not in disabled
    }
    found: dict[str, ESSource | ESProducer] = {}
    unknown = []
    for label, module in given.items():
        if module.type_() in known_plugins():
            plugin = plugin_of(label, module)
            found[label] = plugin(**values_of(label, module, plugin)[0])
        elif label != _GLOBAL_TAG:  # of which the conversion tells
            unknown.append(f"{label} ({module.type_()}, {module.origin_()})")
    if unknown:
        _LOG.warning(
            "EventSetup modules without a plugin here have no effect: geometry and field are formulas. Here: %s",
            ", ".join(sorted(unknown)),
        )
    return ESConfiguration(found, _preferred(process), [_record(label, module) for label, module in given.items()])


def _preferred(process: Any) -> dict[str, list[str]]:
    """What ``process.prefer`` named: with a record, ``type/label`` or ``type`` says which one of it."""
    preferred: dict[str, list[str]] = {}
    for prefer in process.es_prefers.values():
        records = prefer.parameters_()
        names = [
            f"{record}:{label}"
            for record, given in records.items()
            for label in ([text.partition("/")[2] for text in given.value()] or ["*"])
        ]
        for name in names if records else ["*"]:
            preferred.setdefault(name, []).append(prefer.targetLabel_() or prefer.type_())
    return preferred


def _record(label: str, module: Any) -> ModuleRecord:
    """Its tracked parameters as the cfg wrote them."""
    described = neutral(module)
    types = {name: kind for name, (kind, tracked, _) in described.items() if tracked}
    return ModuleRecord(label, module.type_(), type(module).__name__, _tracked(described), {}, types)


def _tracked(described: Mapping[str, tuple[str, bool, Any]]) -> dict[str, Any]:
    return {name: _plain(kind, value) for name, (kind, tracked, value) in described.items() if tracked}


def _plain(kind: str, value: Any) -> Any:
    """As JSON data."""
    if kind == "PSet":
        return _tracked(value)
    return [_tracked(pset) for pset in value] if kind == "VPSet" else value
