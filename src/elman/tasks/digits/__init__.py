"""Handwritten digits: classification, and reconstruction by autoencoders."""
