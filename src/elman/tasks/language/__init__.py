"""Character-level language modelling."""
