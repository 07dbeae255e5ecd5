"""Text that a language model writes while it trains."""

import logging
from typing import cast

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only

from elman.checks import check_size, check_temperature
from elman.networks.language_model import LanguageModel
from elman.tasks.language.sampling import write

log = logging.getLogger(__name__)


class SampleText(Callback):
    """Logs what the network writes after each validation.

    Args:
        length: characters to write.
        temperature: see `LanguageModel.generate`.
        seed: of chance; the same each time, so that samples differ by what was learned.

    Raises:
        TypeError, ValueError: `length` is not a positive int, or `temperature` not positive.
    """

    def __init__(self, length: int, temperature: float, seed: int) -> None:
        check_size("callbacks.samples.length", length)
        check_temperature(temperature)
        self.length = length
        self.temperature = temperature
        self.seed = seed

    @rank_zero_only
    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes on from the vocabulary's first character, a new line where the text has lines."""
        if trainer.sanity_checking:
            return
        vocabulary = trainer.datamodule.vocabulary  # type: ignore[attr-defined]
        prompt = vocabulary.characters[0]
        network = cast("LanguageModel", pl_module.network)
        text = write(network, vocabulary, prompt, self.length, self.temperature, self.seed)
        log.info("After %s steps:\n%s\n", f"{trainer.global_step:,}", text.strip())
        for logger in trainer.loggers:
            if isinstance(logger, TensorBoardLogger):
                logger.experiment.add_text("sample", text, trainer.global_step)
