"""A training that goes on from a checkpoint: the states of the optimizer, the loops and the data.

Lightning restores them without a check. What a wrong value in them leads to shows at the latest in
the first step of the training.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer
from packaging.version import InvalidVersion, Version

from elman.data.state import check_state, shown
from elman.training.checkpoints.content import check_finite

LIGHTNING = {  # what Lightning restores, and the types that it does not check
    "pytorch-lightning_version": str,
    "epoch": int,
    "global_step": int,
    "loops": dict,
    "callbacks": dict,
    "optimizer_states": list,
    "lr_schedulers": list,
    "processes": list,
}
FAULTS = (KeyError, IndexError, AttributeError, TypeError, RuntimeError)  # of no other input


class _Progress(Callback):
    """How far a training has come: whether it has begun, and whether a step is done."""

    begun = stepped = False

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """All states have been restored."""
        self.begun = True

    def on_train_batch_end(self, *_: Any) -> None:
        """A step with the restored states is done."""
        self.stepped = True


def check_states(checkpoint: Path, stored: Mapping[str, Any]) -> None:
    """Checks the states that a training goes on from, before any of them is used.

    Raises:
        ValueError: a state is missing or has another type, or that of the optimizer is not finite.
    """
    try:
        check_state(stored, **LIGHTNING)
        _check_version(stored["pytorch-lightning_version"])
        loop = stored["loops"]
        for name in ("fit_loop", "epoch_progress", "current"):
            check_state(loop, **{name: dict})
            loop = loop[name]
        check_state(loop, processed=int)  # epochs
        for name, state in stored["callbacks"].items():
            check_state({f"callbacks.{name}": state}, **{f"callbacks.{name}": dict})
            paths = {key: str | None for key in state if str(key).endswith("_path")}
            check_state(state, **paths)
    except ValueError as error:
        raise ValueError(f"resume: {checkpoint}: {error}") from error
    check_finite(f"resume: {checkpoint}: optimizer_states", stored["optimizer_states"])


def _check_version(version: str) -> None:
    try:
        Version(version)
    except InvalidVersion:
        raise ValueError(
            f"its 'pytorch-lightning_version' is {shown(version)}, not a version such as 2.6"
        ) from None


@contextmanager
def resumed(trainer: Trainer, checkpoint: Path | None) -> Iterator[None]:
    """Lets a training go on from a checkpoint; None: it starts anew.

    Raises:
        ValueError: the states in the checkpoint are not those of such a training.
    """
    if checkpoint is None:
        yield
        return
    progress = _Progress()
    trainer.callbacks.append(progress)  # type: ignore[attr-defined]
    try:
        yield
    except Exception as error:
        of_first_step = type(error) in FAULTS and not progress.stepped
        if isinstance(error, OSError) or not (of_first_step or not progress.begun):
            raise
        reason = str(error) if isinstance(error, ValueError | TypeError) else repr(error)
        raise ValueError(f"resume: {checkpoint} cannot be continued: {reason}") from error
    finally:
        trainer.callbacks.remove(progress)  # type: ignore[attr-defined]
