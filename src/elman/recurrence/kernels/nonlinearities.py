"""The numbers by which the compiled loops know f."""

TANH, RELU, SIGMOID = range(3)
