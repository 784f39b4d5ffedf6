"""What networks on pictures are to beat: boosted trees on few numbers of the same jets.

- `constituents`: pixels of a window as massless particles around the axis of the jet
- `substructure`: numbers of such particles: N-subjettiness, energy correlations, soft drop, moments
- `boosted`: trees on them, for the samples of a recipe; `python -m benchmarks.baselines.boosted top_resnet15 ...`
"""
