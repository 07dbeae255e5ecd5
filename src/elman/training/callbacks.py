"""What happens beside the training."""

import logging
import shlex
from pathlib import Path
from typing import Any, cast

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from elman.checks import check_size, check_temperature
from elman.networks.autoencoder import Autoencoder
from elman.networks.language_model import LanguageModel
from elman.tasks.digits.plots import plot_codes, plot_reconstructions
from elman.tasks.digits.principal_components import principal_components
from elman.tasks.language.generate import write
from elman.training.run_folder import CODES, LAST, PATH, RECONSTRUCTIONS

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


class RecordPath(Callback):
    """Keeps the path of the weights down the cost: before each epoch, and at the end.

    Writes `path.pt` into the run's folder when the training ends: "steps" `(K)`, after how many
    steps each point was passed, and "weights" `(K, n)`, all weights there, in the order of
    `network.parameters()`. The checkpoints hold the path so far, so that a resumed training goes
    on with it.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.points: dict[int, Tensor] = {}  # by the number of steps before

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keeps the weights that the epoch begins with."""
        self._record(trainer, pl_module)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keeps the last weights, and writes the path; not while debugging with a few batches."""
        self._record(trainer, pl_module)
        if trainer.is_global_zero and not trainer.fast_dev_run:  # type: ignore[attr-defined]
            torch.save(self.state_dict(), Path(self.run) / PATH)

    def _record(self, trainer: Trainer, pl_module: LightningModule) -> None:
        network = cast("torch.nn.Module", pl_module.network)
        weights = parameters_to_vector(network.parameters())
        self.points[trainer.global_step] = weights.detach().cpu()

    def state_dict(self) -> dict[str, Any]:
        """The path so far."""
        if not self.points:
            return {}
        return {
            "steps": torch.tensor(list(self.points)),  # (K)
            "weights": torch.stack(list(self.points.values())),  # (K, n)
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over the path of the training that is resumed."""
        steps = state_dict["steps"].tolist()
        self.points = dict(zip(steps, state_dict["weights"], strict=True))
