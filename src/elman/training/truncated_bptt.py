"""How a network that carries a state through time is trained."""

from typing import Any, cast

from torch import Tensor

from elman.training.supervised import Batch, SupervisedTraining


class TruncatedBPTT(SupervisedTraining):
    """Truncated backpropagation through time over streams that go on from batch to batch.

    The state at the end of a batch is the first of the next batch, and there the gradient ends.
    The arguments are those of `SupervisedTraining`; the network is
    `network(inputs, h_0) → (O, h_n)`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._state: Tensor | None = None  # of the streams that are trained on
        self._position: dict[str, Any] | None = None  # in the streams, where to go on
        self._evaluation_state: Tensor | None = None

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The cost of one chunk of the streams."""
        inputs, y = batch
        if batch_idx == 0:
            self._state = None  # the streams begin anew with each epoch
        O, h_n = self.network(inputs, self._state)
        self._state = h_n.detach()  # the state goes on, the gradient ends
        cost = self.objective.cost(O, y)
        self._log_training(cost, O, y)
        return cost

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:
        inputs, y = batch
        h_0 = None if batch_idx == 0 else self._evaluation_state
        O, self._evaluation_state = self.network(inputs, h_0)
        self._log_evaluation(part, O, y)

    def on_train_start(self) -> None:
        """Goes on where a checkpoint was taken, in the state of that time."""
        if self._state is not None:
            self._state = self._state.to(self.device)  # was loaded before the device was known
        if self._position is not None:
            # Lightning 2.6 does so itself, but not where `estimated_stepping_batches` was asked.
            self.trainer.train_dataloader.load_state_dict(self._position)  # type: ignore[union-attr]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keeps what a resumed training and a rebuilt network need."""
        super().on_save_checkpoint(checkpoint)
        checkpoint["position"] = self.trainer.train_dataloader.state_dict()  # type: ignore[union-attr]
        if self._state is not None:  # every process has its own streams
            states = cast("Tensor", self.all_gather(self._state))
            checkpoint["states"] = states.view(-1, *self._state.shape)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes over chance, and the position and the states of the streams."""
        super().on_load_checkpoint(checkpoint)
        self._position = checkpoint["position"]
        if "states" in checkpoint:
            self._state = checkpoint["states"][self.global_rank]
