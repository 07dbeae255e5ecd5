"""What a resumed training needs to go on with the same bits as if it had not been interrupted."""

from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.fabric.utilities.types import _Stateful
from lightning.pytorch.utilities import CombinedLoader

from elman.data.random_state import random_state, set_random_state


class ExactResume(Callback):
    """Adds to each checkpoint what Lightning leaves out, for each process.

    - The states of the random number generators: of dropout, augmentation, the order of examples.
    - The position of the data loaders in the middle of an epoch.
    - The gradients so far, where a step of the optimizer takes several batches.
    """

    def __init__(self) -> None:
        self._own: dict[str, Any] | None = None  # of this process, until the training starts

    def on_save_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Adds the states of all processes."""
        own: dict[str, Any] = {"random": random_state()}
        if not trainer.is_last_batch:  # else the next epoch begins
            own["loaders"] = [loader.state_dict() for loader in _stateful(trainer)]
        if _is_between_steps(trainer):
            own["gradients"] = [  # on the CPU: another process may not have this GPU
                None if parameter.grad is None else parameter.grad.cpu()
                for parameter in pl_module.parameters()
            ]
        processes = [own]
        if trainer.world_size > 1:
            processes *= trainer.world_size
            torch.distributed.all_gather_object(processes, own)
        checkpoint["processes"] = processes
        # Lightning's own copy is of the first process, and also there at the end of an epoch.
        checkpoint["loops"]["fit_loop"]["state_dict"].pop("combined_loader", None)

    def on_load_checkpoint(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002
        checkpoint: dict[str, Any],
    ) -> None:
        """Takes the state of this process."""
        processes: list[dict[str, Any]] = checkpoint["processes"]
        if len(processes) == trainer.world_size:
            self._own = processes[trainer.global_rank]
        else:
            self._own = _of_any_number(processes)
        # With `max_steps`, Lightning takes a checkpoint before the first batch for one after it.
        if not checkpoint["loops"]["fit_loop"]["epoch_loop.batch_progress"]["total"]["ready"]:
            del checkpoint["loops"]

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Restores it, after all that draws random numbers to set up the training."""
        own, self._own = self._own, None
        if own is None:
            return
        for loader, state in zip(_stateful(trainer), own.get("loaders", ()), strict=False):
            loader.load_state_dict(state)
        for parameter, gradient in zip(
            pl_module.parameters(), own.get("gradients", ()), strict=False
        ):
            parameter.grad = None if gradient is None else gradient.to(parameter.device)
        set_random_state(own["random"])


def _of_any_number(processes: list[dict[str, Any]]) -> dict[str, Any]:
    """The state of each process where their number has changed.

    It is that of the first one, which draws the order of the examples, but the gradients so far
    are the average, as in a step of the optimizer.
    """
    own = dict(processes[0])
    if "gradients" in own:
        own["gradients"] = [
            None if each[0] is None else torch.stack(each).mean(0)
            for each in zip(*(process["gradients"] for process in processes), strict=True)
        ]
    return own


def _stateful(trainer: Trainer) -> list[Any]:
    """The training data loaders that can be continued."""
    loaders = CombinedLoader(trainer.train_dataloader).flattened
    return [loader for loader in loaders if isinstance(loader, _Stateful)]


def _is_between_steps(trainer: Trainer) -> bool:
    batches = trainer.fit_loop.epoch_loop.batch_progress.current.ready
    return batches % trainer.accumulate_grad_batches > 0
