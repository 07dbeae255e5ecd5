"""Truncated backpropagation through time."""

from typing import Any, cast

import torch
from torch import Tensor

from elman.checks import check_size
from elman.training.supervised import Batch, SupervisedTraining


class TruncatedBPTT(SupervisedTraining):
    """Truncated backpropagation through time over streams that continue from batch to batch.

    A batch is one chunk of k₁ time steps of each stream. The last hidden state of a chunk is the
    first one of the next chunk. A step of the optimizer follows each chunk, and the gradient of its
    cost flows back over at most k₂ time steps, BPTT(k₂; k₁) of Williams & Peng 1990:

    - k₂ = k₁: to the beginning of the chunk.
    - k₂ < k₁: the chunk is cut into pieces of k₂ time steps, and no gradient flows from a piece to
      the previous one. With k₂ = 1, the previous state is a constant input, the context of Elman
      1990.
    - k₂ > k₁: to the inputs of the chunks before. Their states are computed again, with the
      present weights, from the state k₂ steps before the end of this chunk.

    Args:
        *args: of `SupervisedTraining`; the network is `network(inputs, h_0) → (O, h_n)`, with
            inputs and O `(T, B, …)`.
        look_back: k₂; None: k₁, the chunk.
        **kwargs: of `SupervisedTraining`.

    Raises:
        TypeError, ValueError: `look_back` is not a positive int.
    """

    def __init__(self, *args: Any, look_back: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look_back = None if look_back is None else check_size("training.look_back", look_back)
        self._state: Tensor | None = None  # before `_earlier` and the next chunk
        self._earlier: Tensor | None = None  # inputs before the next chunk, if k₂ > k₁
        self._evaluation_state: Tensor | None = None

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The cost of one chunk of the streams."""
        inputs, y = batch
        if batch_idx == 0:
            self._state = self._earlier = None  # the streams start again in each epoch
        O = self._unfold(inputs)
        cost = self.objective.cost(O, y)
        self._log_training(cost, O, y)
        return cost

    def _unfold(self, chunk: Tensor) -> Tensor:
        """O of a chunk, `(k₁, B, …)`."""
        k_1 = len(chunk)
        k_2 = self.look_back or k_1
        if k_2 > k_1:
            return self._unfold_from_earlier(chunk, k_2 - k_1)
        O = []
        for piece in torch.split(chunk, k_2):
            O_piece, h_n = self.network(piece, self._state)
            self._state = h_n.detach()  # h_0 ← h_n: the state continues, the gradient stops
            O.append(O_piece)
        return O[0] if len(O) == 1 else torch.cat(O)

    def _unfold_from_earlier(self, chunk: Tensor, steps: int) -> Tensor:
        """O of a chunk; gradients flow back over a number of `steps` before it."""
        inputs = chunk if self._earlier is None else torch.cat([self._earlier, chunk])
        # The next chunk looks back over these steps; the steps before them end in its first state.
        before, self._earlier = inputs[:-steps], inputs[-steps:]
        O: Tensor
        if len(before) == 0:  # at the beginning of the streams
            O, _ = self.network(inputs, self._state)
        else:
            O_before, h = self.network(before, self._state)
            O, _ = self.network(self._earlier, h)
            O = torch.cat([O_before, O])
            self._state = h.detach()  # no gradient flows further back
        return O[-len(chunk) :]

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
        """Continues in the state of the checkpoint."""
        for name in ("_state", "_earlier"):  # loaded before the device was known
            if (loaded := getattr(self, name)) is not None:
                setattr(self, name, loaded.to(self.device))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Adds the hidden states and the earlier inputs of the streams."""
        super().on_save_checkpoint(checkpoint)
        for key, own in (("states", self._state), ("earlier", self._earlier)):
            if own is not None:  # each process has its own streams
                checkpoint[key] = cast("Tensor", self.all_gather(own)).view(-1, *own.shape)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Restores the hidden states and the earlier inputs of the streams."""
        if "states" in checkpoint:
            self._state = checkpoint["states"][self.global_rank]
        if "earlier" in checkpoint:
            self._earlier = checkpoint["earlier"][self.global_rank]
