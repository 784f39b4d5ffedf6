"""Training: reading tables of windows, as numpy arrays or into torch.

Everything works without torch but `dataset`.
"""
