"""Event generation. For now a toy, good enough to run every job on and honest about what it is not.

- `toy_events`: kinematics: pairs of top quarks, their decays, a crude fragmentation
- `toy_detector`: a crude response: energy in cells, tracks
- `toy_source`: the plugin that delivers these events
"""
