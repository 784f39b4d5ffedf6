"""Event generation: real physics from Pythia 8 so far without a detector, and toys with one.

- `pythia_source`: the plugin that delivers Pythia's events; `processes` is the table of what it can make, `pythia` runs
  it, `event_starts` shoots guns, `flat_masses` makes top quarks of any mass, `pileup` lays other collisions over an
  event, `pythia_record` turns Pythia's records into `GenParticles`
- `toy_source`: the plugin that delivers toy events, good enough to run every job on and honest about what they are not;
  `toy_events` has their kinematics, `toy_detector` their crude response
- `vertices`: the plugin that finds primary vertices; `vertex_association` says which of them a track comes from
- `hcal_clusters`: the plugin that clusters towers, `hcal_towers` knows what they are
- `particle_flow`: the plugin that makes particles of tracks and clusters: `flow_links` says what points to what,
  `flow_balance` who left which energy, `flow_candidates` writes it down; `hadron_response` calibrates hadrons
- `jets`: the plugins that make jets, `jet_clustering` their way through FastJet; `met` adds up what is missing
- `random_numbers`: numbers that belong to an event
"""
