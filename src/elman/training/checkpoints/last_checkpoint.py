"""The checkpoint that an interrupted training is resumed from."""

import time
from pathlib import Path
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint
from lightning.pytorch.trainer.states import TrainerFn

from elman.checks import check_positive
from elman.training.checkpoints.file import sync_folder
from elman.training.runs.folder import LAST, PREVIOUS


def write_last(trainer: Trainer, run: Path) -> None:
    """Writes `last.ckpt`, with all metrics so far in the files of the loggers.

    Args:
        trainer: of the training.
        run: its folder, in which the checkpoint before becomes `previous.ckpt`.
    """
    if trainer.fast_dev_run:  # type: ignore[attr-defined]
        return
    for logger in trainer.loggers:
        logger.save()
    last = run / LAST
    new = last.with_name("new.ckpt")
    trainer.save_checkpoint(new)
    if trainer.is_global_zero:
        # At each moment one of the two is there.
        if last.exists():
            last.replace(run / PREVIOUS)
        new.replace(last)
        sync_folder(last.parent)


class LastCheckpoint(Checkpoint):
    """Writes `last.ckpt` and keeps the one before as `previous.ckpt`.

    It is written before the first step, every few minutes after a step, after each validation, and
    at the end. Lightning's ModelCheckpoint writes after a number of minutes or at validations, not
    both, and not before the first step.

    Args:
        run: the folder of the run.
        every_minutes: the longest time between two checkpoints, but for a longer validation; None:
            no checkpoints between validations.

    Raises:
        ValueError: the time is not a positive number.
    """

    def __init__(self, run: str, every_minutes: float | None = 5) -> None:
        if every_minutes is not None:
            check_positive("checkpoint.every_minutes", every_minutes)
        self.run = Path(run)
        self.every_minutes = every_minutes
        self._saved_at = 0.0  # time, s
        self._saved_step = -1
        self._not_logged: tuple[int, dict[str, float]] | None = None  # step and its metrics

    def save(self, trainer: Trainer) -> None:
        """Writes the checkpoint, and notes when."""
        write_last(trainer, self.run)
        self._saved_at, self._saved_step = time.monotonic(), trainer.global_step

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Logs what the checkpoint of a resumed training was written before."""
        if self._not_logged is not None:
            step, metrics = self._not_logged
            for logger in trainer.loggers:
                logger.log_metrics(metrics, step)
            self._not_logged = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Writes the first checkpoint."""
        self._saved_at, self._saved_step = time.monotonic(), trainer.global_step
        # Where the weights are divided, torch would take a step to have a state of the optimizer.
        if trainer.global_step == 0 and pl_module.device_mesh is None:
            self.save(trainer)

    def on_train_batch_end(self, trainer: Trainer, *_: Any, **__: Any) -> None:
        """Writes a checkpoint if it is time, but before a validation waits for its end."""
        if not self._is_due(trainer):
            return
        loop, fetcher = trainer.fit_loop.epoch_loop, trainer.fit_loop._data_fetcher
        assert fetcher is not None  # noqa: S101 - it has read this batch
        if not trainer.is_last_batch and not loop._should_check_val_fx(fetcher):
            connector = trainer._logger_connector
            logs = connector.should_update_logs and not loop._should_accumulate()
            if logs:  # Lightning will do so after this method
                metrics = {name: float(value) for name, value in connector.metrics["log"].items()}
                metrics["epoch"] = trainer.current_epoch
                self._not_logged = loop._batches_that_stepped, metrics
            self.save(trainer)
            self._not_logged = None

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Writes a checkpoint, unless the end of the epoch follows."""
        fits = trainer.state.fn == TrainerFn.FITTING and not trainer.sanity_checking
        if fits and not trainer.is_last_batch:
            self.save(trainer)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Writes a checkpoint, when other callbacks have seen the metrics of the epoch."""
        if trainer.is_last_batch:
            self.save(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Writes a checkpoint of the last step, if there is none."""
        if self._saved_step != trainer.global_step:
            self.save(trainer)

    def state_dict(self) -> dict[str, Any]:
        """The metrics of a step that are not in the files of the loggers yet."""
        return {"not_logged": self._not_logged}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes them from a checkpoint."""
        self._not_logged = state_dict["not_logged"]

    def _is_due(self, trainer: Trainer) -> bool:
        stops = trainer.should_stop or 0 <= trainer.max_steps <= trainer.global_step
        due = stops or (
            self.every_minutes is not None
            and time.monotonic() - self._saved_at >= 60 * self.every_minutes
        )
        # The clocks of several processes differ.
        return trainer.strategy.reduce_boolean_decision(due, all=False)
