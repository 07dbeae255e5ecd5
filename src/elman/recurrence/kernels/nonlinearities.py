"""Codes of f for the compiled loops."""

TANH, RELU, SIGMOID = range(3)
