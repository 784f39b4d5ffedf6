"""The framework proper: what a module is, what a block of events is, and who runs when.

- `tags`: InputTag and ProductKey, the names of products
- `parameters`: declaration of parameters, and their values out of a cfg
- `modules`: EDProducer, EDFilter, EDAnalyzer, Source, OutputModule: the contract of plugins
- `schema`: what a plugin's declarations say: parameters, consumes, produces
- `plugins`: finding a plugin class by name
- `blocks`: blocks of events and the products they hold
- `schedule`: the order of modules, checked before the first event
- `streams`: running the schedule over one block
- `job`: a process from configuration to closed output files
- `provenance`: what made each product
"""
