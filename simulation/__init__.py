"""Simulated events: Pythia 8, a parametrised CMS, reconstruction and truth labels; `docs/simulation.md` is the physics.

- `pythia_source`: the plugin that delivers Pythia's events; `processes` is the table of what it can make, `pythia` runs
  it, `event_starts` shoots guns, `flat_masses` makes top quarks of any mass, `pileup` lays other collisions over an
  event, `pythia_record` turns Pythia's records into `GenParticles`
- `detector_sim`: the plugin that sends particles through the detector; `entering` says which ones, `kernels` how
- `ecal_readout`, `hcal_readout`, `tracker_readout`: the plugins that make RecHits of what particles left; `readout` is
  what calorimeters share. `track_finding`: the plugin that makes tracks
- `vertices`: the plugin that finds primary vertices; `vertex_association` says which of them a track comes from
- `ecal_clusters`, `hcal_clusters`: the plugins that cluster crystals and towers; `ecal_hits` and `hcal_towers` put
  their hits in a row, `clustering` is what both share
- `particle_flow`: the plugin that makes particles of tracks and clusters: `flow_links` says what points to what,
  `flow_balance` who left which energy, `flow_candidates` writes it down; `hadron_response` calibrates hadrons
- `superclusters`: the plugin that gathers the clusters of a photon or electron; `egamma`: the plugins that make these,
  with `shower_shapes` and `track_matches`; `places` are directions of things from a vertex
- `jets`: the plugins that make jets, `jet_clustering` their way through FastJet; `met` adds up what is missing
- `truth`: the plugins that label reconstructed objects, one per task; `truth.tasks` is their table
- `random_numbers`: numbers that belong to an event
- `compiled`: kernels are ready before the first event
"""
