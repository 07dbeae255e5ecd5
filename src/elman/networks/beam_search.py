"""The likeliest sequences of a network that tells the next token: beam search."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from elman.checks import check_size

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State], tuple[Tensor, State]]


class Beams(NamedTuple):
    """The hypotheses that a search has found for each of B examples, the best first.

    Attributes:
        tokens: without the first, `begin`; after its own `end` a hypothesis goes on with `end`,
            `(B, width, L)`.
        lengths: tokens of each, its `end` counted, `(B, width)`.
        scores: see `beam_search`; −∞ where there are fewer hypotheses than `width`, `(B, width)`.
    """

    tokens: Tensor
    lengths: Tensor
    scores: Tensor


@torch.no_grad()
def beam_search(
    step: Step,
    state: State,
    begin: int,
    end: int,
    width: int,
    maximum_length: int,
    length_penalty: float = 1.0,
) -> Beams:
    """Keeps at each time step the `width` likeliest beginnings of an output, of each example.

        log p(y_1 … y_t) = log p(y_1 … y_{t−1}) + log p(y_t | y_1 … y_{t−1})

    A hypothesis that has ended keeps its place and its probability. At the end they are ordered by
    `log p(y) / |y|^α`, which for α = 0 prefers the likeliest and so the short, and for α = 1 the
    likeliest per token. `width=1` is greedy decoding: the likeliest token at each time step.

    Args:
        step: reads a token of each hypothesis, `(N)`, in a state; returns log-probabilities of
            the next token, `(N, K)`, and the state after it.
        state: of the B examples before the first token: tensors with the examples in dimension 1,
            as in h `(num_layers, B, H)` or in whatever else a step looks at, `(T, B, …)`. For a
            step N = B·width, the hypotheses of an example beside each other.
        begin: the token that every output begins with.
        end: the token that it ends with.
        width: hypotheses of each example.
        maximum_length: tokens of an output; one that has not ended then is cut off.
        length_penalty: α.

    Returns:
        The hypotheses of each example.

    Raises:
        TypeError, ValueError: `width` or `maximum_length` is not a positive int.
    """
    check_size("width", width)
    check_size("maximum_length", maximum_length)
    B, device = state[0].shape[1], state[0].device
    first_rows = torch.arange(B, device=device).unsqueeze(1) * width  # (B, 1)
    state = tuple(part.repeat_interleave(width, dim=1) for part in state)
    tokens = torch.full((B, width, 1), begin, device=device)
    lengths = torch.zeros(B, width, dtype=torch.long, device=device)
    ended = torch.zeros(B, width, dtype=torch.bool, device=device)
    # All hypotheses of an example are the same at first: one of them is enough.
    log_p = torch.full((B, width), -torch.inf, device=device)
    log_p[:, 0] = 0

    for _ in range(maximum_length):
        next_log_p, state = step(tokens[..., -1].flatten(), state)  # (B·width, K)
        K = next_log_p.shape[-1]
        # After `end` comes `end`, for certain.
        certain = torch.full_like(next_log_p[0], -torch.inf)
        certain[end] = 0
        next_log_p = next_log_p.view(B, width, K).where(~ended.unsqueeze(-1), certain)
        # log p(y_1 … y_t) = log p(y_1 … y_{t−1}) + log p(y_t | y_1 … y_{t−1})
        log_p, best = (log_p.unsqueeze(-1) + next_log_p).flatten(1).topk(width)  # (B, width)
        before, token = best // K, best % K

        state = tuple(part.index_select(1, (first_rows + before).flatten()) for part in state)
        tokens = torch.cat([_choose(tokens, before), token.unsqueeze(-1)], dim=-1)
        ended = ended.gather(1, before)
        lengths = lengths.gather(1, before) + ~ended
        ended = ended | (token == end)
        if (ended | log_p.isneginf()).all():
            break

    # log p(y) / |y|^α
    scores = log_p / lengths.to(log_p.dtype) ** length_penalty
    scores, order = scores.sort(descending=True, stable=True)
    return Beams(_choose(tokens, order)[..., 1:], lengths.gather(1, order), scores)


def _choose(tokens: Tensor, which: Tensor) -> Tensor:
    """Of each example the hypotheses `which`: `(B, width, L)`, `(B, width)` → `(B, width, L)`."""
    return tokens.gather(1, which.unsqueeze(-1).expand_as(tokens))
