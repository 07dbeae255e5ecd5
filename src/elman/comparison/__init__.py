"""Compares elman.RNN with torch.nn.RNN in accuracy, speed, memory, training and features."""

from elman.extras import require

require(__name__, "tasks", "hydra", "jinja2", "lightning", "matplotlib", "rich")
