"""Ours beside torch.nn.RNN."""

from elman.extras import require

require(__name__, "tasks", "hydra", "jinja2", "lightning", "matplotlib", "rich")
