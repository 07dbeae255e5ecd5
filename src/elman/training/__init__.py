"""Training: the LightningModules, objectives, callbacks, checkpoints and sweeps."""

from elman.extras import require

require(__name__, "train", "hydra", "lightning", "matplotlib", "rich", "torchmetrics")
