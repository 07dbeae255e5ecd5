"""Handwritten digits: classification, and reconstruction by autoencoders."""

from elman.extras import require

require(__name__, "tasks", "sklearn")
