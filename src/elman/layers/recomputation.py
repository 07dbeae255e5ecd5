"""Long sequences in little memory: parts of some time steps, computed again in the backward pass.

Backpropagation needs what every time step computed. If of each part only the state at its
beginning is kept, and the part is unfolded once more when its turn comes, there are T/N states and
the N time steps of one part to keep instead of T: least for N = √T, and then growing with √T
(T. Chen et al. 2016, Training deep nets with sublinear memory cost).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch import Tensor
from torch.utils.checkpoint import checkpoint

Unfold = Callable[[Tensor, Sequence[Tensor], Tensor | None], tuple[list[Tensor], Tensor]]


def unfold_in_parts(
    unfold: Unfold,
    X: Tensor,
    h_0: Sequence[Tensor],
    lengths: Tensor | None,
    steps: int,
    weights: Sequence[Tensor],
) -> Iterator[tuple[list[Tensor], Tensor]]:
    """Unfolds so many time steps after the other.

    Args:
        unfold: makes of X, h_0 and lengths the states of all layers, `(T, B, D·H)` each, and h_n.
        X: `(T, B, I)`, of at least one time step.
        h_0: of each cell, `(B, H)`.
        lengths: `(B)`; None: all of length T.
        steps: N.
        weights: that `unfold` computes with.

    Yields:
        For each part its states and the last of them, from which the next part goes on.

    Raises:
        RuntimeError: in the backward pass, a weight has been changed in place since.
    """
    versions = [weight._version for weight in weights]

    def unfold_as_before(*part: Any) -> tuple[list[Tensor], Tensor]:
        if [weight._version for weight in weights] != versions:
            raise RuntimeError(
                "a weight was changed in place before the backward pass, which needs the numbers "
                "of the forward pass; change it after the backward pass"
            )
        return unfold(*part)

    for begin in range(0, len(X), steps):
        X_part = X[begin : begin + steps]
        lengths_part = None if lengths is None else (lengths - begin).clamp(0, len(X_part))
        states, h_n = checkpoint(unfold_as_before, X_part, h_0, lengths_part, use_reentrant=False)
        h_0 = h_n.unbind()
        yield states, h_n
