"""Beam search: the most probable sequences of a network that predicts the next token."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from elman.checks import check_beam_width, check_length_penalty, check_size
from elman.memory import check_memory

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State], tuple[Tensor, State]]


class Beams(NamedTuple):
    """The hypotheses that a search has found for each of B examples, sorted from best to worst.

    Attributes:
        tokens: `(B, width, L)`, without the first, `begin`; padded with `end` after the first
            `end`.
        lengths: number of tokens of each hypothesis, including `end`, `(B, width)`.
        scores: see `beam_search`; `(B, width)`; −∞ if there are fewer hypotheses than `width`.
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
    """Keeps the `width` most probable prefixes of each example's output at every time step.

        log p(y_1 … y_t) = log p(y_1 … y_{t−1}) + log p(y_t | y_1 … y_{t−1})

    A finished hypothesis stays in the beam with its probability. Finally the hypotheses are sorted
    by their scores `log p(y) / |y|^α`. With α = 0 the score is the log-probability, which favours
    short outputs; with α = 1 it is the mean over the tokens. `width=1` is greedy decoding.

    Args:
        step: takes a token of each hypothesis, `(N)`, and the state; returns log-probabilities of
            the next token, `(N, K)`, and the next state.
        state: the initial state of the B examples: tensors with the examples in dimension 1, such
            as h `(num_layers, B, H)` or other inputs of `step`, `(T, B, …)`. In `step` this
            dimension is N = B·width, with the hypotheses of an example next to each other.
        begin: the first token of every output.
        end: the token that finishes an output.
        width: number of hypotheses per example.
        maximum_length: maximum number of tokens of an output; longer outputs are cut off.
        length_penalty: α.

    Returns:
        The hypotheses of each example.

    Raises:
        TypeError, ValueError: `width` or `maximum_length` is not a positive int.
    """
    check_beam_width("width", width)
    check_size("maximum_length", maximum_length)
    check_length_penalty("length_penalty", length_penalty)
    B, device = state[0].shape[1], state[0].device
    check_memory(  # a state is copied twice
        3 * width * sum(x.nbytes for x in state),
        f"the states of a beam search with beam_width={width:,}",
        "give a smaller beam_width or batch_size",
        device,
    )
    first_rows = torch.arange(B, device=device).unsqueeze(1) * width  # (B, 1)
    state = tuple(x.repeat_interleave(width, dim=1) for x in state)
    tokens = torch.full((B, width, 1), begin, device=device)
    lengths = torch.zeros(B, width, dtype=torch.long, device=device)
    finished = torch.zeros(B, width, dtype=torch.bool, device=device)
    # Initially all hypotheses of an example are equal: keep only one of them.
    log_p = torch.full((B, width), -torch.inf, device=device)
    log_p[:, 0] = 0

    for _ in range(maximum_length):
        next_log_p, state = step(tokens[..., -1].flatten(), state)  # (B·width, K)
        K = next_log_p.shape[-1]
        # A finished hypothesis continues with `end`, with probability 1.
        only_end = torch.full_like(next_log_p[0], -torch.inf)
        only_end[end] = 0
        next_log_p = next_log_p.view(B, width, K).where(~finished.unsqueeze(-1), only_end)
        # log p(y_1 … y_t) = log p(y_1 … y_{t−1}) + log p(y_t | y_1 … y_{t−1})
        log_p, best = (log_p.unsqueeze(-1) + next_log_p).flatten(1).topk(width)  # (B, width)
        parent, token = best // K, best % K

        state = tuple(x.index_select(1, (first_rows + parent).flatten()) for x in state)
        tokens = torch.cat([_choose(tokens, parent), token.unsqueeze(-1)], dim=-1)
        finished = finished.gather(1, parent)
        lengths = lengths.gather(1, parent) + ~finished
        finished = finished | (token == end)
        if (finished | log_p.isneginf()).all():
            break

    # log p(y) / |y|^α
    scores = log_p / lengths.to(log_p.dtype) ** length_penalty
    scores, order = scores.sort(descending=True, stable=True)
    return Beams(_choose(tokens, order)[..., 1:], lengths.gather(1, order), scores)


def _choose(tokens: Tensor, indices: Tensor) -> Tensor:
    """The hypotheses at `indices`: `(B, width, L)`, `(B, width)` → `(B, width, L)`."""
    return tokens.gather(1, indices.unsqueeze(-1).expand_as(tokens))
