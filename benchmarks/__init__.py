"""Measurements against peers and physical limits, as ratios. Run by hand: `make bench`.

- `timing`: how everything here is timed
- `frames`: pictures per second against numpy and against the memory floor
- `job`: the whole job against bare ONNX Runtime on the same batches
"""
