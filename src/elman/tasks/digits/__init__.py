"""Handwritten digits: classified, and reconstructed by autoencoders."""
