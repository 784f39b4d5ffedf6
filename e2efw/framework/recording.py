"""The provenance record of this process, from its configuration."""

from collections.abc import Collection, Mapping
from typing import Any

from e2efw import __version__
from e2efw.framework.aliases import Alias
from e2efw.framework.configured import JobConfiguration
from e2efw.framework.dataflow import Configured, Dataflow
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord
from e2efw.framework.schedule import RESULTS
from e2efw.framework.tags import ESInputTag, InputTag, ProductKey


def process_record(
    configuration: JobConfiguration, flow: Dataflow, facts: Mapping[str, dict[str, Any]]
) -> ProcessRecord:
    """Modules with their tracked parameters, products with their parents, and the names of the paths.

    Args:
        facts: what each module recorded about itself, by label.
    """
    modules = [_module_record(configured, facts[label]) for label, configured in configuration.running.items()]
    products = [
        ProductRecord(
            key,
            info.friendly_type,
            [parent for parent in flow.inputs[label].values() if parent is not None],
            info.description,
        )
        for label, configured in configuration.running.items()
        for key, info in configured.products(configuration.process_name).items()
    ]
    paths = [path.name for path in configuration.paths if path.kind == "Path"]
    end_paths = [path.name for path in configuration.paths if path.kind != "Path"]
    key = ProductKey(RESULTS, "", configuration.process_name)
    if key in flow.content:
        products.append(ProductRecord(key, flow.content[key].friendly_type, [], flow.content[key].description))
    name, release = configuration.process_name, f"e2efw {__version__}"
    hardware = list(configuration.options.accelerators)
    return ProcessRecord(name, release, modules, products, paths, end_paths, hardware=hardware)


def settle(record: ProcessRecord, needed: Collection[str], configuration: JobConfiguration, flow: Dataflow) -> None:
    """Leave out modules that never run, and add an entry for each alias of those that do, and for all ES modules.

    Args:
        needed: labels of the modules that run.
    """
    kept = {*needed, RESULTS}
    record.modules[:] = [module for module in record.modules if module.label in kept]
    record.products[:] = [product for product in record.products if product.key.label in kept]
    record.modules += configuration.eventsetup.records
    types = {product.key: product for product in record.products}
    for alias in configuration.aliases:
        names = {name: key for name, key in flow.aliases.items() if name.label == alias.label and key in types}
        if names:
            record.modules.append(_alias_record(alias))
        record.products += [
            ProductRecord(name, types[key].friendly_type, [key], types[key].description) for name, key in names.items()
        ]


def _alias_record(alias: Alias) -> ModuleRecord:
    rules = {label: [rule.parameters() for rule in alias.rules if rule.module == label] for label in alias.modules}
    return ModuleRecord(alias.label, "EDAlias", "EDAlias", dict(rules), {}, dict.fromkeys(rules, "VPSet"))


def _module_record(configured: Configured, facts: dict[str, Any]) -> ModuleRecord:
    tracked = [parameter for parameter in configured.schema.parameters.values() if parameter.tracked]
    values = {p.cfg_name: _plain(getattr(configured.module, p.name)) for p in tracked}
    plugin = type(configured.module)
    types = {p.cfg_name: p.cms_type for p in tracked}
    return ModuleRecord(configured.label, plugin.__name__, plugin.kind, values, facts, types)


def _plain(value: Any) -> Any:
    """As JSON data."""
    if isinstance(value, InputTag | ESInputTag):
        return str(value)
    return [_plain(x) for x in value] if isinstance(value, tuple) else value
