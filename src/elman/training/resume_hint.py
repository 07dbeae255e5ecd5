"""The command that continues an interrupted training."""

import logging
import shlex
from pathlib import Path

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from elman.training.run_folder import LAST

log = logging.getLogger(__name__)


class ResumeHint(Callback):
    """Logs the command that continues an interrupted training.

    Args:
        run: the folder of the run.
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
        """Logs the command, if there is a checkpoint."""
        if isinstance(exception, KeyboardInterrupt) and (Path(self.run) / LAST).is_file():
            log.info(
                "Interrupted. To continue: python scripts/train.py resume=%s", shlex.quote(self.run)
            )
