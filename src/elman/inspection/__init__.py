"""Tools to look at what a network learns."""

from elman.extras import require

require(__name__, "train", "hydra", "lightning", "matplotlib", "rich")
