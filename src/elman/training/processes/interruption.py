"""A training that a signal ends: it finishes its step, writes a checkpoint, says how to go on."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, cast

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.fabric.utilities.rank_zero import _get_rank
from lightning.pytorch.loops.evaluation_loop import RestartStage
from torch.distributed import ReduceOp, all_reduce

from elman.data.random_state import random_state, set_random_state
from elman.training.checkpoints.last_checkpoint import write_last
from elman.training.divergence.error import DivergenceError
from elman.training.processes.signals import EndSignals
from elman.training.runs.go_on import command_to_go_on

log = logging.getLogger(__name__)


class Interruption(Callback):
    """Ends a training at the first signal, at a place from which it can be resumed.

    In training, that is after the step of the optimizer, or between two batches of a validation,
    which a resumed training then repeats. Before and after the training there is nothing to save.
    The exit code is 128 + the number of the signal. A second signal ends the program at once.

    With several processes, all end at the same step, whichever of them got the signal.

    Args:
        run: the folder of the run.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self.trainer: Trainer | None = None  # once it has been built
        self.signals = EndSignals(self._at_first_signal)
        self._waits = False  # for a place at which the training may end
        self._trained = False
        self._random: dict[str, Any] = {}  # at the start of the validation
        self._shared_batches: float = 0  # of an evaluation: those that every process has
        self._validation_due = False  # after the step of the checkpoint, and not done yet

    @contextmanager
    def takes_signals(self) -> Iterator[None]:
        """Ends the program in this block if it gets a signal."""
        with self.signals.taken():
            try:
                yield
            except (RuntimeError, ChildProcessError, DivergenceError) as error:
                if self.signals.received is None:
                    raise
                if isinstance(error, DivergenceError):  # found when it was to be saved
                    log.warning("%s", error.fact)
                # Else the signal has also ended another process, which this one needs.
                log.debug("The training could not go on", exc_info=True)
                self._end("")

    def end_of_training(self) -> None:
        """Says that the weights are final; a single process ends here if it got a signal."""
        self._trained = True
        self._waits = self._processes() > 1
        if self.signals.received is not None and not self._waits:
            self._end(self._progress())

    def on_train_start(self, trainer: Trainer, *_: Any, **__: Any) -> None:
        """From here on, a signal lets the step end. A validation that is still due runs first."""
        self.signals.take()  # Lightning has taken SIGTERM for itself
        self._waits = True
        if self._validation_due:
            # Lightning takes a validation up in the middle if its own counters say so, and skips
            # it otherwise. The metrics so far are lost, so it starts with its first batch.
            validation = trainer.fit_loop.epoch_loop.val_loop
            validation.batch_progress.reset()
            validation._restart_stage = RestartStage.RESTARTED_MID_EVALUATION
            self._validation_due = False

    def on_train_batch_end(self, trainer: Trainer, *_: Any, **__: Any) -> None:
        """Ends the training after a step of the optimizer, if there was a signal."""
        if not self._agreed(trainer):
            return
        loop = trainer.fit_loop.epoch_loop
        # Lightning would skip the validation, or the end of the epoch, that follows.
        validates = loop._should_check_val_fx(trainer.fit_loop._data_fetcher)  # type: ignore[arg-type]
        if not (loop._should_accumulate() or validates or trainer.is_last_batch):
            trainer._logger_connector.update_train_step_metrics()  # Lightning would do so next
            self._stop(trainer)

    def on_validation_start(self, trainer: Trainer, *_: Any, **__: Any) -> None:
        """Ends the training before a validation, if there was a signal."""
        if self._waits and not trainer.sanity_checking:
            self._random = random_state()
            self._shared_batches = _fewest(trainer, trainer.num_val_batches)
            self._stop_validation(trainer)

    def on_validation_batch_start(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002
        batch: Any,  # noqa: ARG002
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Ends the training within a validation, if there was a signal."""
        if dataloader_idx == 0 and batch_idx < self._shared_batches:
            self._stop_validation(trainer)

    def on_test_start(self, trainer: Trainer, *_: Any, **__: Any) -> None:
        """Ends before the test, if there was a signal."""
        self.signals.take()
        self._shared_batches = _fewest(trainer, trainer.num_test_batches)
        self._stop_test(trainer)

    def on_test_batch_start(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002
        batch: Any,  # noqa: ARG002
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Several processes end the test together, if there was a signal."""
        if dataloader_idx == 0 and batch_idx < self._shared_batches:
            self._stop_test(trainer)

    def on_test_end(self, *_: Any, **__: Any) -> None:
        """From here on, each process ends for itself."""
        self._waits = False

    def state_dict(self) -> dict[str, Any]:
        """Whether a validation was due."""
        return {"validation_due": self._validation_due}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over whether a validation is due."""
        self._validation_due = state_dict["validation_due"]

    def _at_first_signal(self) -> None:
        if not self._waits:
            self._end(self._progress())

    def _agreed(self, trainer: Trainer) -> bool:
        """Whether any process got a signal; all processes must ask at the same place."""
        # Only what all processes know counts: a signal may come while they are asking.
        number = int(_over_processes(trainer, self.signals.received or 0, ReduceOp.MAX))
        if number:
            self.signals.note(number)
        return number > 0

    def _stop_validation(self, trainer: Trainer) -> None:
        if self._agreed(trainer):
            set_random_state(self._random)
            self._validation_due = True
            self._stop(trainer)

    def _stop(self, trainer: Trainer) -> None:
        write_last(trainer, self.run)
        self._end(f" after step {trainer.global_step}")

    def _stop_test(self, trainer: Trainer) -> None:
        if self._agreed(trainer):
            self._end(self._progress())

    def _progress(self) -> str:
        return " before the test" if self._trained else " before the first step, nothing to save"

    def _end(self, progress: str) -> NoReturn:
        number = cast("signal.Signals", self.signals.received)
        if self.trainer.is_global_zero if self.trainer else not _get_rank():
            message = f"Stopped by {number.name}{progress}."
            if command := command_to_go_on(self.run):
                message = f"{message} To continue: {command}"
            log.warning(message)
        sys.exit(128 + number)

    def _processes(self) -> int:
        return 1 if self.trainer is None else self.trainer.world_size


def _fewest(trainer: Trainer, batches: list[int | float]) -> int | float:
    """The smallest number of batches that a process has in its first data loader."""
    return _over_processes(trainer, batches[0] if batches else 0, ReduceOp.MIN)


def _over_processes(trainer: Trainer, value: float, reduction: ReduceOp.RedOpType) -> float:
    if trainer.world_size == 1:
        return value
    number = torch.tensor(float(value), device=trainer.strategy.root_device)
    all_reduce(number, reduction)
    return float(number)
