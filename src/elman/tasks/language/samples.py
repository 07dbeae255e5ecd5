"""Text samples during training."""

import logging
from typing import cast

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only
from torch import nn

from elman.checks import check_positive, check_seed, check_size
from elman.tasks.language.data import CharacterData
from elman.tasks.language.generation import generate_text

log = logging.getLogger(__name__)


class SampleText(Callback):
    """Logs a text sample after each validation.

    The log shows the plays without their Markdown marks, see `CharacterData.printable`;
    TensorBoard, which renders Markdown, gets the text as it is.

    Args:
        length: the number of characters to generate.
        temperature: see `elman.networks.language_model.generate`.
        seed: of the random number generator. It is the same for every sample, so that samples
            differ only by what the network has learned.

    Raises:
        TypeError, ValueError: `length` is not a positive int, or `temperature` not positive.
    """

    def __init__(self, length: int, temperature: float, seed: int) -> None:
        check_size("callbacks.samples.length", length)
        check_positive("callbacks.samples.temperature", temperature)
        check_seed("callbacks.samples.seed", seed)
        self.length = length
        self.temperature = temperature
        self.seed = seed

    @rank_zero_only
    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Generates from the vocabulary's first character: a line feed if the text has lines."""
        if trainer.sanity_checking:
            return
        data = cast("CharacterData", trainer.datamodule)  # type: ignore[attr-defined]
        network = cast("nn.Module", pl_module.network)
        prompt = data.vocabulary.characters[0]
        text = generate_text(
            network, data.vocabulary, prompt, self.length, self.temperature, self.seed
        )
        log.info("After %s steps:\n%s\n", f"{trainer.global_step:,}", data.printable(text).strip())
        for logger in trainer.loggers:
            if isinstance(logger, TensorBoardLogger):
                logger.experiment.add_text("sample", text, trainer.global_step)
