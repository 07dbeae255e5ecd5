"""Where a decoder looks: additive attention."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.equations import softmax
from elman.layers.initialization import uniform


class AdditiveAttention(nn.Module):
    """Weighs the encoder's states h_s by how well each fits the decoder's h_t.

        e_ts = v · tanh(W_a h_t + U_a h_s)      α_t = softmax(e_t)      context_t = Σ_s α_ts h_s

    The score is that of Bahdanau, Cho & Bengio 2015, who ask with h_{t−1} and let context_t into
    the recurrence. Here h_t asks, after the recurrence, in the order of Luong, Pham & Manning 2015:
    then no state waits for a context, and the whole output is computed at once.

    Args:
        hidden_size: of the decoder's h_t, H.
        memory_size: of the encoder's h_s, M.
        attention_size: units A that compare the two.
        device: where the weights are made.
        dtype: of the weights.

    Attributes:
        W_a: `(A, H)`, uniform between ±1/√H at first.
        U_a: `(A, M)`, uniform between ±1/√M at first.
        v: `(A)`, uniform between ±1/√A at first.

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
        """Draws new initial weights."""
        for weight in (self.W_a, self.U_a, self.v):
            uniform(weight)

    def keys(self, h_s: Tensor) -> Tensor:
        """`U_a h_s`, which is the same for every t: `(S, B, M)` → `(S, B, A)`."""
        return h_s @ self.U_a.T

    def forward(
        self, h_t: Tensor, h_s: Tensor, keys: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Reads from the encoder's states.

        Args:
            h_t: states of the decoder, `(T, B, H)`.
            h_s: states of the encoder, `(S, B, M)`.
            keys: `keys(h_s)`, `(S, B, A)`.
            mask: true at the steps s that exist, at least one of each sequence, `(S, B)`.

        Returns:
            context: `(T, B, M)`.
            α: each positive or, where the mask is false, zero; sums to 1 over s, `(T, B, S)`.
        """
        # e_ts = v · tanh(W_a h_t + U_a h_s)
        query = (h_t @ self.W_a.T).unsqueeze(2)  # (T, B, 1, A)
        e = torch.tanh(query + keys.transpose(0, 1)) @ self.v  # (T, B, S, A) → (T, B, S)
        # α_t = softmax(e_t), over the steps that exist
        α = softmax(e.masked_fill(~mask.T, -torch.inf))  # (T, B, S)
        # context_t = Σ_s α_ts h_s
        context = torch.einsum("tbs,sbm->tbm", α, h_s)  # (T, B, M)
        return context, α

    if TYPE_CHECKING:  # torch has a call return Any

        def __call__(
            self, h_t: Tensor, h_s: Tensor, keys: Tensor, mask: Tensor
        ) -> tuple[Tensor, Tensor]:
            """Calls `forward`, and what is hooked on it."""

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        A, H = self.W_a.shape
        return f"{H}, {self.U_a.shape[1]}, {A}"
