"""A callback that draws test images with their predicted captions."""

from pathlib import Path

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.checks import check_seed, check_size
from elman.tasks.captioning.plots import plot_captions
from elman.training.runs.folder import SHEET


class CaptionSheet(Callback):
    """Draws random test images with their predicted captions at the end of a test.

    Args:
        run: the run's folder.
        images: number of images.
        seed: of the random choice.

    Raises:
        TypeError, ValueError: `images` is not a positive int.
    """

    def __init__(self, run: str, images: int = 30, seed: int = 0) -> None:
        check_size("callbacks.sheet.images", images)
        check_seed("callbacks.sheet.seed", seed)
        self.run = Path(run)
        self.images = images
        self.seed = seed

    @rank_zero_only
    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Draws the sheet."""
        data = trainer.datamodule  # type: ignore[attr-defined]
        predictions: list[str] = pl_module.predictions  # type: ignore[assignment]
        references = data.captions["test"]
        generator = torch.Generator().manual_seed(self.seed)
        order = torch.randperm(len(predictions), generator=generator)
        chosen = order[: self.images].sort().values.tolist()
        plot_captions(
            torch.stack([data.splits["test"][n][0] for n in chosen]),
            [predictions[n] for n in chosen],
            [references[n] for n in chosen],
            self.run / SHEET,
        )
