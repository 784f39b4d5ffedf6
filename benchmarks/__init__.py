"""Measurements against peers and physical limits, as ratios. Run by hand: `make bench`, `make bench-simulation`.

- `timing`: how everything here is timed
- `frames`: pictures per second against `histograms` (numpy and histogram libraries), `numba_twin`, `nested_vectors`
  (C++) and the memory floor, on one thread and on two
- `job`: the whole job against bare ONNX Runtime on the same batches
- `simulation`: simulated events per second against Pythia alone, time per module, and memory over many events
"""
