import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor

import elman
from elman.comparison.memory import peak_bytes
from elman.layers import recomputation
from elman.layers.recomputation import segment_lengths, unfold_in_segments


def results(rnn: elman.RNN, X: Tensor, h_0: Tensor, lengths: Tensor | None) -> list[Tensor]:
    """The states, and the gradients of a cost of all of them."""
    output, h_n = rnn(X, h_0, lengths)
    cost = (output * torch.linspace(-1, 1, output.numel()).view_as(output)).sum() + (h_n**2).sum()
    return [output, h_n, *torch.autograd.grad(cost, [X, h_0, *rnn.parameters()])]


@given(
    T=st.integers(1, 13),
    recompute=st.one_of(st.just(True), st.integers(1, 15)),
    num_layers=st.integers(1, 2),
    cell=st.sampled_from([elman.RNNCell, elman.LayerNormRNNCell]),
    with_lengths=st.booleans(),
    seed=st.integers(0, 99),
)
# Several segments, the last one shorter, and sequences that end in any of them.
@example(T=13, recompute=3, num_layers=2, cell=elman.RNNCell, with_lengths=True, seed=0)
@example(T=13, recompute=True, num_layers=2, cell=elman.RNNCell, with_lengths=True, seed=0)
@example(T=13, recompute=3, num_layers=1, cell=elman.LayerNormRNNCell, with_lengths=False, seed=0)
def test_the_same_states_and_gradients(
    T: int, recompute: bool | int, num_layers: int, cell: Any, with_lengths: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    plain, recomputed = (
        elman.RNN(3, 5, num_layers, dtype=torch.float64, cell=cell, recompute=segments)
        for segments in (None, recompute)
    )
    recomputed.load_state_dict(plain.state_dict())
    X = torch.randn(T, 4, 3, dtype=torch.float64, requires_grad=True)
    h_0 = torch.randn(num_layers, 4, 5, dtype=torch.float64, requires_grad=True)
    lengths = torch.randint(T + 1, (4,)) if with_lengths else None
    found, expected = (results(rnn, X, h_0, lengths) for rnn in (recomputed, plain))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_dropout_is_the_same_in_the_recomputation(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(3, 5, 2, dropout=0.5, recompute=4)
    X, h_0 = torch.randn(10, 4, 3, requires_grad=True), torch.zeros(2, 4, 5, requires_grad=True)
    torch.manual_seed(1)
    found = results(rnn, X, h_0, None)

    def without_checkpoint(function: Callable[..., Any], *arguments: Any, **_: bool) -> Any:
        return function(*arguments)

    monkeypatch.setattr(recomputation, "checkpoint", without_checkpoint)
    torch.manual_seed(1)
    torch.testing.assert_close(found, results(rnn, X, h_0, None))


def test_second_derivatives() -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(2, 3, dtype=torch.float64, recompute=2)
    X = torch.randn(5, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda X: rnn(X)[0], X)


@given(T=st.integers(1, 60), recompute=st.one_of(st.just(True), st.integers(1, 15)))
def test_the_last_segment_alone_is_not_computed_again(T: int, recompute: bool | int) -> None:
    computed: list[int] = []

    def unfold(X: Tensor, h_0: Sequence[Tensor], _: Tensor | None) -> tuple[list[Tensor], Tensor]:
        computed.extend(X.flatten().tolist())
        states = X * h_0[0]
        return [states], states[-1:]

    X, one = torch.arange(T).view(T, 1, 1), torch.ones(1, 1, requires_grad=True)
    *_, (_, h_n) = unfold_in_segments(unfold, X, [one], None, recompute, [])
    assert computed == list(range(T))
    h_n.sum().backward()
    assert sorted(computed[T:]) == list(range(T - segment_lengths(T, recompute)[-1]))


@given(T=st.integers(1, 10**6))
def test_the_fewest_states_are_stored(T: int) -> None:
    lengths = segment_lengths(T, True)
    assert sum(lengths) == T
    # In segment n, its own states and the first ones of the n segments before it are stored.
    N = max(n + length for n, length in enumerate(lengths))
    # With N − 1 states, segments of N − 1, N − 2, …, 1 time steps are the longest.
    assert sum(range(1, N)) < T <= sum(range(1, N + 1))


def test_segments_of_a_given_length() -> None:
    assert segment_lengths(7, 3) == [3, 3, 1]
    assert segment_lengths(6, 3) == [3, 3]
    assert segment_lengths(2, 3) == [2]


def test_memory_grows_with_the_root_of_the_length() -> None:
    """A sequence of 100,000 time steps needs 10 times the memory of one of 1,000."""
    peaks = [peak_of_a_training_step(True, T, B=1, H=64) for T in (1_000, 100_000)]
    assert peaks[1] < 11 * peaks[0]
    assert peaks[1] < 100_000 * 64 * 4 / 10  # a tenth of the size of all states


def test_segments_that_become_shorter_need_less_memory() -> None:
    """√(2T) states instead of 2√T."""
    T, B, H = 2_500, 16, 256
    of_equal_length, shorter = (
        peak_of_a_training_step(recompute, T, B, H) for recompute in (math.isqrt(T), True)
    )
    # For each segment but the last, torch keeps the state of its random number generator.
    random = (70 - 49) * len(torch.get_rng_state())
    assert of_equal_length - shorter == pytest.approx((100 - 71) * 4 * B * H - random, rel=0.1)


def peak_of_a_training_step(recompute: bool | int, T: int, B: int, H: int) -> int:
    """In bytes."""
    rnn = elman.RNN(1, H, recompute=recompute)
    X = torch.randn(T, B, 1)
    return peak_bytes(lambda: rnn.final_state(X).sum().backward(), X.device)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"recompute": 0}, ValueError, "recompute must be greater than zero, got 0"),
        ({"recompute": False}, TypeError, "recompute must be an int, got False"),
        ({"recompute": 1.5}, TypeError, "recompute must be an int, got 1.5"),
        (
            {"recompute": 4, "bidirectional": True},
            ValueError,
            "recompute must be None with bidirectional=True",
        ),
        (
            {
                "recompute": 4,
                "cell": lambda *a, **k: elman.VariationalRNNCell(*a, dropout=0.1, **k),
            },
            ValueError,
            "recompute must be None for VariationalRNNCell, which overrides how it unfolds",
        ),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        elman.RNN(3, 4, **arguments)


def test_a_weight_changed_before_the_backward_pass_raises() -> None:
    rnn = elman.RNN(3, 4, recompute=2)
    output, _ = rnn(torch.randn(5, 2, 3))
    with torch.no_grad():
        rnn.V.zero_()
    with pytest.raises(RuntimeError, match="a weight was changed in place before the backward"):
        output.sum().backward()
