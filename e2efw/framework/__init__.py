"""The framework proper: what a module is, what a block of events is, and who runs when.

- `tags`: InputTag and ProductKey, the names of products; ESInputTag, that of a record
- `parameters`: declaration of parameters, and their values out of a cfg
- `modules`: EDProducer, EDFilter, EDAnalyzer, Source, OutputModule: the contract of plugins
- `eventsetup`: records with intervals of validity, ESSource and ESProducer; `es_configuration`: those of a cfg
- `schema`: what a plugin's declarations say: parameters, consumes, produces
- `plugins`: finding a plugin class by name; `building`: a plugin with the values of a cfg
- `configured`: a whole process whose names, types and values are legal; `options`, `seeds`
- `blocks`: blocks of events and the products they hold
- `dataflow`: who reads what from whom; `aliases`: products under a second name
- `conditional`: where modules of a ConditionalTask stand
- `schedule`: the order of modules, checked before the first event
- `plan`: what every stream does with every block, modules on demand and the life of products
- `worker`: a module ready to run; `transitions`: what surrounds its events
- `streams`: running the plan over one block; `path_progress`, `counts`
- `failures`: what an error of one event costs
- `select_events`: which events an output writes; `prescaler`
- `limits`: when a job stops early, signals
- `garbage`: when Python's collector rests
- `opened`: a job after all checks; `job`: from configuration to closed output files; `report`
- `provenance`: what made each product
- `observer`: who is told what a job does
"""
