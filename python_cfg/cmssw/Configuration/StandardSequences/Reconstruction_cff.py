"""Events are reconstructed when they are read: there is nothing to load."""
