"""Truncated backpropagation through time."""

from typing import Any, cast

from torch import Tensor

from elman.training.supervised import Batch, SupervisedTraining


class TruncatedBPTT(SupervisedTraining):
    """Truncated backpropagation through time over streams that continue from batch to batch.

    The last hidden state of a batch is the first one of the next batch, but no gradient flows from
    the next batch back to this one. The arguments are those of `SupervisedTraining`; the network is
    `network(inputs, h_0) → (O, h_n)`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._state: Tensor | None = None  # h_n of the training streams
        self._position: dict[str, Any] | None = None  # in the training streams, to resume from
        self._evaluation_state: Tensor | None = None

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The cost of one chunk of the streams."""
        inputs, y = batch
        if batch_idx == 0:
            self._state = None  # the streams start again in each epoch
        O, h_n = self.network(inputs, self._state)
        self._state = h_n.detach()  # the state continues, the gradient stops
        cost = self.objective.cost(O, y)
        self._log_training(cost, O, y)
        return cost

    def _evaluate(self, split: str, batch: Batch, batch_idx: int) -> None:
        inputs, y = batch
        h_0 = None if batch_idx == 0 else self._evaluation_state
        O, self._evaluation_state = self.network(inputs, h_0)
        self._log_evaluation(split, O, y)

    def step_costs(self, output: Any, batch: Batch) -> Tensor:
        """The parts of the cost of a chunk, from the network's `(O, h_n)`."""
        O, _ = output
        return super().step_costs(O, batch)

    def on_train_start(self) -> None:
        """Continues at the position and in the state of the checkpoint."""
        if self._state is not None:
            self._state = self._state.to(self.device)  # loaded before the device was known
        if self._position is not None:
            # Lightning 2.6 does so itself, but not where `estimated_stepping_batches` was asked.
            self.trainer.train_dataloader.load_state_dict(self._position)  # type: ignore[union-attr]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Adds the position and the hidden states of the streams."""
        super().on_save_checkpoint(checkpoint)
        checkpoint["position"] = self.trainer.train_dataloader.state_dict()  # type: ignore[union-attr]
        if self._state is not None:  # each process has its own streams
            states = cast("Tensor", self.all_gather(self._state))
            checkpoint["states"] = states.view(-1, *self._state.shape)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Restores the position and the hidden states of the streams."""
        super().on_load_checkpoint(checkpoint)
        self._position = checkpoint["position"]
        if "states" in checkpoint:
            self._state = checkpoint["states"][self.global_rank]
