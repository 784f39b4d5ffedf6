"""Truth labels: what the simulation knows about each reconstructed object, one record per object and task.

- `tasks`: the table of tasks: what label and targets mean.
- `genealogy`: copies, daughters and ancestors in the generator's record.
- `matching`: which particle belongs to which object.
- `records`: verdicts and matches to `TruthLabels`.
- `top`, `quark_gluon`, `leptons`, `egamma`, `pair_mass`: the producers, each with its task's selection.
- `top_pair`: mass and leading pt of the generated top pair, one number per event.
"""
