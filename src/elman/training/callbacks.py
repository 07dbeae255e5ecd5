"""What happens beside the training."""

import logging
import shlex
from pathlib import Path
from typing import cast

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only

from elman.checks import check_size, check_temperature
from elman.inspection.principal_components import principal_components
from elman.inspection.reconstructions import plot_codes, plot_reconstructions
from elman.networks.autoencoder import Autoencoder
from elman.networks.language_model import LanguageModel
from elman.run_folder import CODES, LAST, RECONSTRUCTIONS
from elman.training.generation import write

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


class ResumeHint(Callback):
    """Tells how to go on when a training is interrupted.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: str) -> None:
        self.run = run

    @rank_zero_only
    def on_exception(
        self,
        trainer: Trainer,  # noqa: ARG002
        pl_module: LightningModule,  # noqa: ARG002
        exception: BaseException,
    ) -> None:
        """Logs the command, if a checkpoint has been written."""
        if isinstance(exception, KeyboardInterrupt) and (Path(self.run) / LAST).is_file():
            log.info(
                "Interrupted. To go on: python scripts/train.py resume=%s", shlex.quote(self.run)
            )


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
