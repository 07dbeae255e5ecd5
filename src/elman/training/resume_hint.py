"""The command that continues an interrupted training."""

import logging
import shlex
from pathlib import Path

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.training.run_folder import LAST

log = logging.getLogger(__name__)


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
