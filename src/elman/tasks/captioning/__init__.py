"""Captions for pictures."""
