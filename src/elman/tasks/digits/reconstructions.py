"""Pictures of what an autoencoder reconstructs."""

from pathlib import Path
from typing import cast

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.networks.autoencoder import Autoencoder
from elman.tasks.digits.plots import plot_codes, plot_reconstructions
from elman.tasks.digits.principal_components import principal_components
from elman.training.run_folder import CODES, RECONSTRUCTIONS


class PlotReconstructions(Callback):
    """Draws what an autoencoder makes of the test pictures, and where their codes lie.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: str) -> None:
        self.run = Path(run)

    @rank_zero_only
    @torch.no_grad()
    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes both pictures: a picture of each digit beside what was made of it, and codes."""
        if trainer.fast_dev_run:  # type: ignore[attr-defined]
            return
        network = cast("Autoencoder", pl_module.network)
        seen, _ = trainer.datamodule.pictures("train")  # type: ignore[attr-defined]
        pictures, digits = trainer.datamodule.pictures("test")  # type: ignore[attr-defined]
        device = pl_module.device
        codes = network.encode(pictures.to(device)).cpu()
        first = torch.stack([pictures[digits == digit][0] for digit in torch.unique(digits)])
        components = principal_components(seen, network.code_size)
        rows = {
            "picture": first,
            "network": network(first.to(device)).cpu(),
            f"{network.code_size} principal\ncomponents": components.reconstruct(first),
        }
        plot_reconstructions(rows, self.run / RECONSTRUCTIONS)
        plot_codes(codes, digits, self.run / CODES)
