"""What the simulation measures like: masses, energies, jets, tracks, occupancies, against formulas and real CMS."""
