"""Polyphonic music: at each time step the network predicts which notes sound next."""

from elman.extras import require

require(__name__, "train", "lightning")
