"""Additive attention of a decoder over the states of an encoder."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.equations import softmax
from elman.layers.initialization import uniform


class AdditiveAttention(nn.Module):
    """A weighted mean of the encoder's states h_s, with weights that depend on the decoder's h_t.

        e_ts = v · tanh(W_a h_t + U_a h_s)      α_t = softmax(e_t)      context_t = Σ_s α_ts h_s

    The score is that of Bahdanau, Cho & Bengio 2015. Their query is h_{t−1}, and context_t is an
    input of the recurrence. Here the query is h_t, after the recurrence, as in Luong, Pham &
    Manning 2015. So no state depends on a context, and all time steps are computed at once.

    Args:
        hidden_size: size H of the decoder's h_t.
        memory_size: size M of the encoder's h_s.
        attention_size: units A of the score.
        device: device of the weights.
        dtype: dtype of the weights.

    Attributes:
        W_a: `(A, H)`, uniform between ±1/√H initially.
        U_a: `(A, M)`, uniform between ±1/√M initially.
        v: `(A)`, uniform between ±1/√A initially.

    Raises:
        TypeError, ValueError: a size is not a positive int.
    """

    def __init__(
        self,
        hidden_size: int,
        memory_size: int,
        attention_size: int,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_size("hidden_size", hidden_size)
        check_size("memory_size", memory_size)
        check_size("attention_size", attention_size)
        self.W_a = nn.Parameter(
            torch.empty(attention_size, hidden_size, device=device, dtype=dtype)
        )
        self.U_a = nn.Parameter(
            torch.empty(attention_size, memory_size, device=device, dtype=dtype)
        )
        self.v = nn.Parameter(torch.empty(attention_size, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new random initial weights."""
        for weight in (self.W_a, self.U_a, self.v):
            uniform(weight)

    def keys(self, h_s: Tensor) -> Tensor:
        """`U_a h_s`, the same for every t: `(S, B, M)` → `(S, B, A)`."""
        return h_s @ self.U_a.T

    def forward(
        self, h_t: Tensor, h_s: Tensor, keys: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Computes the context and the attention weights.

        Args:
            h_t: states of the decoder, `(T, B, H)`.
            h_s: states of the encoder, `(S, B, M)`.
            keys: `keys(h_s)`, `(S, B, A)`.
            mask: true at the steps s that are not padding, at least one per sequence, `(S, B)`.

        Returns:
            context: `(T, B, M)`.
            α: attention weights, zero where the mask is false; sums to 1 over s, `(T, B, S)`.
        """
        # e_ts = v · tanh(W_a h_t + U_a h_s)
        query = (h_t @ self.W_a.T).unsqueeze(2)  # (T, B, 1, A)
        e = torch.tanh(query + keys.transpose(0, 1)) @ self.v  # (T, B, S, A) → (T, B, S)
        # α_t = softmax(e_t), over the steps that are not padding
        α = softmax(e.masked_fill(~mask.T, -torch.inf))  # (T, B, S)
        # context_t = Σ_s α_ts h_s
        context = torch.einsum("tbs,sbm->tbm", α, h_s)  # (T, B, M)
        return context, α

    if TYPE_CHECKING:  # the call of a torch module returns Any

        def __call__(
            self, h_t: Tensor, h_s: Tensor, keys: Tensor, mask: Tensor
        ) -> tuple[Tensor, Tensor]:
            """Calls `forward` and its hooks."""

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        A, H = self.W_a.shape
        return f"{H}, {self.U_a.shape[1]}, {A}"
