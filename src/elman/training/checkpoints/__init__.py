"""Checkpoints: written whole, checked when they are read, and resumed to the bit."""
