"""The sheet of test pictures that a training ends with."""

from pathlib import Path

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.checks import check_size
from elman.tasks.captioning.plots import plot_captions
from elman.training.run_folder import SHEET


class CaptionSheet(Callback):
    """Draws pictures of the test with the captions written under them.

    Args:
        run: the run's folder.
        pictures: how many.
        seed: of the choice which.

    Raises:
        TypeError, ValueError: `pictures` is not a positive int.
    """

    def __init__(self, run: str, pictures: int = 30, seed: int = 0) -> None:
        check_size("callbacks.sheet.pictures", pictures)
        self.run = Path(run)
        self.pictures = pictures
        self.seed = seed

    @rank_zero_only
    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Draws some of the pictures, chosen by chance."""
        data = trainer.datamodule  # type: ignore[attr-defined]
        told: list[str] = pl_module.told  # type: ignore[assignment]
        pictures = torch.cat([pictures for (pictures, _), _ in data.test_dataloader()])
        generator = torch.Generator().manual_seed(self.seed)
        chosen = torch.randperm(len(told), generator=generator)[: self.pictures].sort().values
        truth = data.captions["test"]
        plot_captions(
            pictures[chosen],
            [told[n] for n in chosen.tolist()],
            [truth[n] for n in chosen.tolist()],
            self.run / SHEET,
        )
