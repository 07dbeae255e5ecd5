"""Beam search compared with an exhaustive search, on a small random network."""

import itertools

import pytest
import torch
from torch import Tensor

from elman.networks.beam_search import State, beam_search

K, H, LONGEST = 4, 5, 4
BEGIN, END = 0, 3


class Tiny:
    """h ← tanh(h V + E_token), log softmax(h W): depends on all previous tokens."""

    def __init__(self, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.E, self.V, self.W = (
            2 * torch.randn(shape, generator=generator, dtype=torch.float64)
            for shape in ((K, H), (H, H), (H, K))
        )

    def __call__(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        (h,) = state
        h = torch.tanh(h[0] @ self.V + self.E[tokens]).unsqueeze(0)
        return (h[0] @ self.W).log_softmax(-1), (h,)

    def log_p(self, sequence: tuple[int, ...], h: Tensor) -> float:
        total, previous, state = 0.0, BEGIN, (h.view(1, 1, H),)
        for token in sequence:
            log_p, state = self(torch.tensor([previous]), state)
            total, previous = total + log_p[0, token].item(), token
        return total


@pytest.fixture
def h_0() -> Tensor:
    return torch.randn(1, 3, H, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def outputs() -> list[tuple[int, ...]]:
    """All complete outputs, and all that are cut off."""
    return [
        sequence
        for length in range(1, LONGEST + 1)
        for sequence in itertools.product(range(K), repeat=length)
        if END not in sequence[:-1] and (sequence[-1] == END or length == LONGEST)
    ]


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0])
def test_a_wide_beam_finds_all_outputs_in_order(h_0: Tensor, length_penalty: float) -> None:
    step, every = Tiny(), outputs()
    beams = beam_search(step, (h_0,), BEGIN, END, len(every) + 5, LONGEST, length_penalty)
    for example in range(3):
        scores = {
            sequence: step.log_p(sequence, h_0[0, example]) / len(sequence) ** length_penalty
            for sequence in every
        }
        expected = sorted(every, key=scores.__getitem__, reverse=True)
        rows = zip(beams.tokens[example].tolist(), beams.lengths[example].tolist(), strict=True)
        found = [tuple(tokens[:length]) for tokens, length in rows][: len(every)]
        assert found == expected
        torch.testing.assert_close(
            beams.scores[example, : len(every)],
            torch.tensor([scores[sequence] for sequence in expected], dtype=torch.float64),
            rtol=0,
            atol=1e-12,
        )
        assert beams.scores[example, len(every) :].isneginf().all()


@pytest.mark.parametrize("seed", range(5))
def test_width_1_is_greedy_decoding(h_0: Tensor, seed: int) -> None:
    step = Tiny(seed)
    beams = beam_search(step, (h_0,), BEGIN, END, 1, 7)
    for example in range(3):
        state: State = (h_0[:, example : example + 1],)
        token, expected = BEGIN, []
        while len(expected) < 7 and token != END:
            log_p, state = step(torch.tensor([token]), state)
            token = int(log_p.argmax())
            expected.append(token)
        assert beams.lengths[example, 0] == len(expected)
        assert beams.tokens[example, 0, : len(expected)].tolist() == expected
        assert (beams.tokens[example, 0, len(expected) :] == END).all()


def test_examples_are_independent(h_0: Tensor) -> None:
    batch = beam_search(Tiny(), (h_0,), BEGIN, END, 3, 6)
    for example in range(3):
        single = beam_search(Tiny(), (h_0[:, example : example + 1],), BEGIN, END, 3, 6)
        longest = single.tokens.shape[-1]
        assert torch.equal(single.tokens[0], batch.tokens[example, :, :longest])
        assert torch.equal(single.lengths[0], batch.lengths[example])
        torch.testing.assert_close(single.scores[0], batch.scores[example], rtol=0, atol=1e-12)


def test_a_wider_beam_finds_what_greedy_decoding_misses() -> None:
    # After the more probable first token, 1, all tokens are improbable; after 2 the end is certain.
    table = torch.tensor(
        [[0.0, 0.6, 0.4, 0.0], [0.0, 0.4, 0.3, 0.3], [0.0, 0.0, 0.0, 1.0], [0.25] * 4]
    )

    def step(tokens: Tensor, state: State) -> tuple[Tensor, State]:
        return table[tokens].log(), state

    start = (torch.zeros(1, 1, 1),)
    greedy, beam = (beam_search(step, start, BEGIN, END, width, 3, 0.0) for width in (1, 2))
    assert greedy.tokens[0, 0, 0] == 1
    assert beam.tokens[0, 0].tolist() == [2, END, END]
    assert beam.scores[0, 0].exp().item() == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("width", 0, "width must be from 1 to 10000, got 0"),
        ("width", 10**9, "width must be from 1 to 10000, got 1000000000"),
        ("maximum_length", 0, "maximum_length must be greater than zero, got 0"),
        ("length_penalty", float("nan"), "length_penalty must be a number from 0 to 100, got nan"),
    ],
)
def test_bad_values(h_0: Tensor, argument: str, value: float, message: str) -> None:
    values = {"width": 2, "maximum_length": 2, "length_penalty": 1.0, argument: value}
    with pytest.raises(ValueError, match=f"^{message}$"):
        beam_search(Tiny(), (h_0,), BEGIN, END, **values)


def test_a_beam_that_does_not_fit_into_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elman.memory.available_memory", lambda _: 1_000_000_000)
    state = (torch.zeros(1, 8, 5000),)
    with pytest.raises(ValueError, match=r"beam_width=10,000 need about 4\.8 GB .* 1 GB are"):
        beam_search(Tiny(), state, BEGIN, END, 10_000, 2)
