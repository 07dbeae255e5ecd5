"""How a network is trained: the LightningModule, objectives, callbacks, checkpoints."""
