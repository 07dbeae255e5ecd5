"""The gradient of randomly truncated backpropagation, with all or with random gates."""

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.func import functional_call

from elman import RNN, RandomlyTruncatedRNNCell, RNNCell, reference

T, I, H = 6, 3, 4


def truncated(p: float, **options: Any) -> RNN:
    torch.manual_seed(0)
    cell = partial(RandomlyTruncatedRNNCell, p=p)
    return RNN(I, H, cell=cell, dtype=torch.float64, **options)


def inputs(B: int = 1) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(T, B, I, generator=generator, dtype=torch.float64)
    return X, torch.randn(T, B, H, generator=generator, dtype=torch.float64)


def gradients(rnn: RNN, X: Tensor, dh: Tensor) -> Tensor:
    """∂C/∂U, ∂C/∂V and ∂C/∂b of C = Σ_t dh_t · h_t, as one vector."""
    found = torch.autograd.grad((dh * rnn(X)[0]).sum(), list(rnn.parameters()))
    return torch.cat([gradient.flatten() for gradient in found])


def all_gates(p: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[float, list[float]]]:
    """Each mask ξ_2 … ξ_T with its probability, set as what the cell draws."""
    for mask in product([0, 1], repeat=T - 1):
        gates = torch.tensor(mask, dtype=torch.float64)[:, None, None] / p
        monkeypatch.setattr(RandomlyTruncatedRNNCell, "_gates", lambda *_: gates)  # noqa: B023
        yield p ** sum(mask) * (1 - p) ** (T - 1 - sum(mask)), [x / p for x in mask]


@pytest.mark.parametrize("p", [0.9, 0.5, 0.1])
def test_the_mean_over_all_masks_is_the_full_gradient(
    p: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rnn, (X, dh) = truncated(p), inputs()
    full = gradients(rnn.eval(), X, dh)
    rnn.train()
    mean = sum(weight * gradients(rnn, X, dh) for weight, _ in all_gates(p, monkeypatch))
    torch.testing.assert_close(mean, full, rtol=1e-10, atol=1e-10)


def test_the_variance_grows_as_p_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    X, dh = inputs()
    variances = []
    for p in (1.0, 0.9, 0.7, 0.5, 0.3, 0.1):
        rnn = truncated(p)
        full = gradients(rnn.eval(), X, dh)
        rnn.train()
        variances.append(
            sum(
                weight * (gradients(rnn, X, dh) - full).square().sum().item()
                for weight, _ in all_gates(p, monkeypatch)
            )
        )
    print("variance of the gradient for p = 1, 0.9, 0.7, 0.5, 0.3, 0.1:", variances)
    assert variances[0] == pytest.approx(0, abs=1e-20)
    assert variances == sorted(variances)
    assert variances[-1] > 10 * variances[1]


def test_each_mask_gives_the_gradient_of_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    rnn, (X, dh) = truncated(0.4), inputs()
    U, V, b = (x.detach().numpy() for x in (rnn.U, rnn.V, rnn.b))
    for _, gates in all_gates(0.4, monkeypatch):
        g = np.array([*gates, 1.0])[:, None, None]  # g_t is ξ_{t+1} / p
        expected = reference.bptt(dh.numpy(), X.numpy(), np.zeros((1, H)), U, V, b, gates=g)
        found = np.concatenate([x.ravel() for x in (expected.U, expected.V, expected.b)])
        np.testing.assert_allclose(gradients(rnn, X, dh).numpy(), found, rtol=1e-12, atol=1e-12)


def test_the_states_are_those_of_the_plain_layer() -> None:
    options: dict[str, Any] = {"num_layers": 2, "bidirectional": True}
    rnn, plain = truncated(0.3, **options), RNN(I, H, dtype=torch.float64, **options)
    plain.load_state_dict(rnn.state_dict())
    X, lengths = inputs(3)[0], torch.tensor([6, 1, 3])
    for mode in (True, False):
        found, expected = rnn.train(mode)(X, lengths=lengths), plain(X, lengths=lengths)
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_each_sequence_and_step_draws_its_own_gate() -> None:
    torch.manual_seed(0)
    rnn = RNN(I, H, cell=partial(RandomlyTruncatedRNNCell, p=0.25), dtype=torch.float64)
    X = torch.randn(9, 400, I, dtype=torch.float64, requires_grad=True)
    rnn(X)[0][-1].sum().backward()
    reached = (X.grad.abs().sum(-1) > 0).double()  # (T, B): the gradient flowed back to here
    for steps in range(3):
        assert reached[-1 - steps].mean().item() == pytest.approx(0.25**steps, abs=0.05)


def test_a_single_step_truncates_too() -> None:
    cell = RandomlyTruncatedRNNCell(I, H, p=0.5)
    plain = RNNCell(I, H)
    plain.load_state_dict(cell.state_dict())
    X, h = torch.randn(500, I), torch.randn(500, H, requires_grad=True)
    torch.testing.assert_close(cell(X, h), plain(X, h))
    [found] = torch.autograd.grad(cell(X, h).sum(), h)
    [full] = torch.autograd.grad(plain(X, h).sum(), h)
    passed = found.ne(0).any(-1)
    assert 0.4 < passed.float().mean() < 0.6
    torch.testing.assert_close(found[passed], 2 * full[passed])


def test_second_derivatives_with_every_gate_open() -> None:
    rnn = truncated(1.0, num_layers=2, bidirectional=True)
    names = [name for name, _ in rnn.named_parameters()]

    def compute(X: Tensor, *weights: Tensor) -> Any:
        return functional_call(
            rnn, dict(zip(names, weights, strict=True)), (X, None, torch.tensor([3, 1]))
        )

    arguments = (torch.randn(3, 2, I).double().requires_grad_(), *rnn.parameters())
    assert torch.autograd.gradcheck(compute, arguments, fast_mode=True)
    assert torch.autograd.gradgradcheck(compute, arguments, fast_mode=True)


@pytest.mark.parametrize("p", [0, 1.5, "x"])
def test_bad_probabilities(p: Any) -> None:
    with pytest.raises(ValueError, match="p must be a number"):
        RandomlyTruncatedRNNCell(I, H, p=p)


def test_torch_and_the_fast_engines_do_not_have_it() -> None:
    with pytest.raises(ValueError, match="has no RandomlyTruncatedRNNCell, which overrides unfold"):
        truncated(0.5).to_torch()
    rnn = truncated(0.5, engine="bptt")
    with pytest.raises(ValueError, match="auto or unrolled for RandomlyTruncatedRNNCell"):
        rnn(inputs()[0])
    assert rnn.eval()(inputs()[0])[0].isfinite().all()
