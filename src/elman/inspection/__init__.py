"""Tools to look at what a network learns."""
