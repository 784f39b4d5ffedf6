"""The gallery: every layer and every kind of window, of simulated events, as pictures in docs/gallery."""
