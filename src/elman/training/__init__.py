"""How a network is trained: the LightningModule, objectives, callbacks, checkpoints."""

from elman.extras import require

require(__name__, "train", "hydra", "lightning", "matplotlib", "torchmetrics")
