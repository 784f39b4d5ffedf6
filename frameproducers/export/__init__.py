"""Tables of windows with labels, for training: `e2efw export`."""
