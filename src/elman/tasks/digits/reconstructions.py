"""Plots of an autoencoder's reconstructions and codes."""

from pathlib import Path
from typing import cast

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.networks.autoencoder import Autoencoder
from elman.tasks.digits.plots import plot_codes, plot_reconstructions
from elman.tasks.digits.training import ReconstructionTraining
from elman.training.runs.folder import CODES, RECONSTRUCTIONS


class PlotReconstructions(Callback):
    """Plots reconstructions of test images, and the codes of all test images.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: str) -> None:
        self.run = Path(run)

    @rank_zero_only
    @torch.no_grad()
    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes `reconstructions.png`, with one image of each digit, and `codes.png`."""
        if trainer.fast_dev_run:  # type: ignore[attr-defined]
            return
        training = cast("ReconstructionTraining", pl_module)
        network = cast("Autoencoder", training.network)
        images, digits = trainer.datamodule.images("test")  # type: ignore[attr-defined]
        codes = network.encode(images.to(training.device)).cpu()
        examples = torch.stack([images[digits == digit][0] for digit in torch.unique(digits)])
        rows = {
            "image": examples,
            "network": network(examples.to(training.device)).cpu(),
            f"{network.code_size} principal\ncomponents": training.pca_reconstruction(examples),
        }
        plot_reconstructions(rows, self.run / RECONSTRUCTIONS)
        plot_codes(codes, digits, self.run / CODES)
