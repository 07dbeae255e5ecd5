"""Ω and its derivative, compared with the paper's equations in NumPy, step by step."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from lightning import Trainer
from omegaconf import DictConfig
from torch import Tensor, nn

from elman.layers import RNN, LayerNormRNNCell, RNNCell
from elman.networks import SequenceClassifier
from elman.reference import finite_differences
from elman.reference.nonlinearities import DERIVATIVES, Array
from elman.training.class_objectives import CrossEntropy
from elman.training.omega import Omega, omega_and_gradient
from elman.training.supervised import SupervisedTraining
from elman.training.train import train

I, H, K = 3, 4, 5


def omega_in_numpy(dC_dh: Array, a: Array, V: Array, f: str) -> float:
    """Equation 9 with the Jacobian matrix of each step, averaged over the steps."""
    omega_t = []
    for t in range(len(a) - 1):
        for n in range(a.shape[1]):
            jacobian = np.diag(DERIVATIVES[f](a[t + 1, n])) @ V.T  # ∂h_{t+1}/∂h_t
            norm = np.linalg.norm(dC_dh[t + 1, n])
            if norm > 0:
                omega_t.append((np.linalg.norm(dC_dh[t + 1, n] @ jacobian) / norm - 1) ** 2)
    return float(np.mean(omega_t)) if omega_t else 0.0


@given(
    T=st.integers(1, 6),
    B=st.integers(1, 3),
    f=st.sampled_from(["tanh", "relu", "sigmoid"]),
    scale=st.sampled_from([1.0, 1e-100, 1e100]),
    seed=st.integers(0, 1000),
)
def test_omega_and_its_immediate_derivative(
    T: int, B: int, f: str, scale: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    dC_dh_own, a = random.normal(size=(T, B, H)), random.normal(size=(T, B, H))
    V = random.normal(size=(H, H))
    dC_dh_own[T // 2 + 1 :, 0] = 0  # padding
    dC_dh = dC_dh_own.copy()
    for t in reversed(range(T - 1)):
        dC_dh[t] += (dC_dh[t + 1] * DERIVATIVES[f](a[t + 1])) @ V.T
    dC_da = dC_dh * DERIVATIVES[f](a)
    value, gradient = omega_and_gradient(
        torch.tensor(scale * dC_dh_own), torch.tensor(scale * dC_da), torch.tensor(V)
    )
    assert value.item() == pytest.approx(omega_in_numpy(dC_dh, a, V, f), rel=1e-10, abs=1e-12)
    expected = finite_differences(lambda V: omega_in_numpy(dC_dh, a, V, f), V)
    np.testing.assert_allclose(gradient.numpy(), expected, rtol=1e-6, atol=1e-7)


def test_omega_is_zero_if_going_back_keeps_the_norm() -> None:
    """With an orthogonal V, f′ = 1 and a cost of the last step only."""
    V = nn.init.orthogonal_(torch.empty(H, H, dtype=torch.float64))
    for scale, expected in [(1.0, 0.0), (1.5, 0.25)]:
        dC_da = torch.randn(5, 2, H, dtype=torch.float64)
        for t in reversed(range(4)):
            dC_da[t] = dC_da[t + 1] @ (scale * V).T
        own = torch.cat([torch.zeros_like(dC_da[1:]), dC_da[-1:]])
        assert omega_and_gradient(own, dC_da, scale * V)[0].item() == pytest.approx(
            expected, abs=1e-12
        )


def test_steps_where_the_gradient_is_zero_do_not_count() -> None:
    zero = torch.zeros(3, 1, H)
    value, gradient = omega_and_gradient(zero, zero, torch.eye(H))
    assert value == 0
    assert torch.equal(gradient, torch.zeros(H, H))
    dC = torch.tensor([1.0, 1.0, 1e-30]).view(3, 1, 1).expand(3, 1, H)
    value, gradient = omega_and_gradient(dC, dC, torch.zeros(H, H))
    assert value == 1  # of the first step; ‖P_t‖ = 0 has no derivative
    assert torch.equal(gradient, torch.zeros(H, H))


@pytest.mark.parametrize("scale", [1e-35, 1e-20, 1e-19, 1e-18, 1e-10, 1e10, 1e18, 1e20, 1e35])
@pytest.mark.parametrize("size", [1e-8, 1.0, 100.0])
def test_is_finite_in_float32(scale: float, size: float) -> None:
    generator = torch.Generator().manual_seed(0)
    own, dC_da = scale * torch.randn(2, 5, 3, H, generator=generator)
    V = size * torch.randn(H, H, generator=generator)
    value, gradient = omega_and_gradient(own, dC_da, V)
    assert value.isfinite()
    assert gradient.isfinite().all()


def network(**options: Any) -> SequenceClassifier:
    torch.manual_seed(0)
    rnn = partial(RNN, **options)
    return SequenceClassifier(I, H, K, rnn, mean_pooling=True).double()


def batch(seed: int, B: int = 3) -> tuple[tuple[Tensor, Tensor], Tensor]:
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(6, B, I, generator=generator, dtype=torch.float64)
    lengths = torch.tensor([6, 2, 4])[:B]
    return (X, lengths), torch.randint(K, (B,), generator=generator)


def total_gradients(net: nn.Module, inputs: Any, y: Tensor) -> list[tuple[Array, Array]]:
    """∂C/∂h_t and a_t of each cell by autograd on a loop over the steps, in place of the cells."""
    recorded = []

    def unfold(cell: RNNCell, X: Tensor, h_t: Tensor, padding_mask: Tensor, _: str) -> Tensor:
        states, output = [], []
        for X_t, mask_t in zip(X, padding_mask, strict=True):
            a_t = X_t @ cell.U + h_t @ cell.V + cell.b
            unmasked = cell.f(a_t)
            unmasked.retain_grad()  # zero at padding
            h_t = unmasked.masked_fill(mask_t, 0)
            states.append((unmasked, a_t))
            output.append(h_t)
        recorded.append(states)
        return torch.stack(output)

    for cell in net.rnn.cells:
        cell.unfold = partial(unfold, cell)
    CrossEntropy().cost(net(*inputs), y).backward()
    for cell in net.rnn.cells:
        del cell.unfold
    return [
        (
            torch.stack([h_t.grad for h_t, _ in states]).numpy(),
            torch.stack([a_t.detach() for _, a_t in states]).numpy(),
        )
        for states in recorded
    ]


def fit(net: nn.Module, callback: Omega, batches: list[Any], **options: Any) -> Trainer:
    trainer = Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
        callbacks=[callback],
        **options,
    )
    loader = torch.utils.data.DataLoader(batches, batch_size=None)
    trainer.fit(SupervisedTraining(net, CrossEntropy(), partial(torch.optim.SGD, lr=1.0)), loader)
    return trainer


def steps(net: nn.Module, weight: float, batches: list[Any]) -> tuple[float, list[Tensor]]:
    """Ω, and V of each cell after one step of gradient descent on the mean of the batches."""
    gradients = [torch.zeros_like(cell.V) for cell in net.rnn.cells]
    value = 0.0
    for inputs, y in batches:
        net.zero_grad()
        for k, (dC_dh, a) in enumerate(total_gradients(net, inputs, y)):
            cell = net.rnn.cells[k]
            V, f = cell.V.detach().numpy(), cell.nonlinearity
            dΩ = finite_differences(lambda V: omega_in_numpy(dC_dh, a, V, f), V)  # noqa: B023
            gradients[k] += (cell.V.grad + weight * torch.from_numpy(dΩ)) / len(batches)
            value += omega_in_numpy(dC_dh, a, V, f) / len(batches)
    return value, [cell.V.detach() - g for cell, g in zip(net.rnn.cells, gradients, strict=True)]


@pytest.mark.parametrize("engine", ["auto", "unrolled", "bptt"])
@pytest.mark.parametrize("nonlinearity", ["tanh", "sigmoid"])
def test_a_step_of_training(engine: str, nonlinearity: str) -> None:
    """Layers, directions, lengths, and two batches in one step."""
    options = {"num_layers": 2, "bidirectional": True, "nonlinearity": nonlinearity}
    net = network(engine=engine, **options)
    batches = [batch(0), batch(1)]
    value, expected = steps(net, 3.0, batches)
    trainer = fit(net, Omega(3.0), batches, accumulate_grad_batches=2)
    assert trainer.logged_metrics["train/omega"].item() == pytest.approx(value, rel=1e-6)
    for cell, V in zip(net.rnn.cells, expected, strict=True):
        torch.testing.assert_close(cell.V.detach(), V, rtol=1e-7, atol=1e-7)
    assert not any(cell._forward_hooks for cell in net.rnn.cells)


class ReadsPadding(nn.Module):
    """A network whose cost has a derivative with respect to the zeros at padding."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = RNN(I, H, dtype=torch.float64)

    def forward(self, X: Tensor, lengths: Tensor) -> Tensor:
        return self.rnn(X, lengths=lengths)[0].mean(0)


def test_steps_at_padding_do_not_count() -> None:
    torch.manual_seed(0)
    net, (inputs, _) = ReadsPadding(), batch(0)
    batches = [(inputs, torch.tensor([0, 3, 1]))]
    value, [V] = steps(net, 3.0, batches)
    trainer = fit(net, Omega(3.0), batches)
    assert trainer.logged_metrics["train/omega"].item() == pytest.approx(value, rel=1e-6)
    torch.testing.assert_close(net.rnn.V.detach(), V, rtol=1e-7, atol=1e-7)


def test_the_sum_is_clipped() -> None:
    net = network()
    before = [weight.detach().clone() for weight in net.parameters()]
    fit(net, Omega(100.0), [batch(0)], gradient_clip_val=0.5)
    change = torch.cat([(w - b).flatten() for w, b in zip(net.parameters(), before, strict=True)])
    assert change.norm().item() == pytest.approx(0.5, rel=1e-4)


class OwnCell(RNNCell):
    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        return super().step(X_t, h_previous)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": OwnCell}, "plain cell only .rnn=elman., not with OwnCell, which overrides step"),
        ({"cell": LayerNormRNNCell}, "not with LayerNormRNNCell, which overrides step"),
        ({"recompute": 2}, "rnn.recompute=null"),
        ({"nonlinearity": torch.sin}, "rnn.nonlinearity=tanh, relu or sigmoid"),
    ],
)
def test_refuses_other_recurrences(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(network(**options), Omega(1.0), [batch(0)])


def test_refuses_a_truncation_that_leaves_no_gradient_through_time(
    configured: Callable[..., DictConfig], composed: Callable[..., DictConfig], tmp_path: Path
) -> None:
    options = ["callbacks=[language,omega]", "training.look_back=1"]
    with pytest.raises(ValueError, match=r"needs training\.look_back above 1, or null, got 1"):
        train(configured(*options))
    options = ["experiment=embedded_reber", "callbacks=omega", "network.look_back=1"]
    with pytest.raises(ValueError, match=r"needs network\.look_back above 1, or null, got 1"):
        train(composed("train", *options, f"output_dir={tmp_path}"))


def test_refuses_weights_that_are_not_trained() -> None:
    net = network()
    net.rnn.V.requires_grad_(False)
    with pytest.raises(ValueError, match="a V that is a trained parameter"):
        fit(net, Omega(1.0), [batch(0)])


@pytest.mark.parametrize("weight", [0.0, -1.0, "much"])
def test_refuses_a_weight_that_is_not_positive(weight: Any) -> None:
    with pytest.raises(ValueError, match="weight must be a number greater than zero"):
        Omega(weight)


def test_from_the_command_line(on_pictures: Callable[..., DictConfig]) -> None:
    options = ["experiment=rows_recurrent", "callbacks=[accuracy,omega]", "trainer.max_epochs=1"]
    assert 0 <= train(on_pictures(*options, "network.hidden_size=8")).score <= 1
    with pytest.raises(ValueError, match="needs an elman"):
        train(on_pictures(*options, "rnn=torch", run="other"))
