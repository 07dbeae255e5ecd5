from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from lightning import Trainer
from torch import Tensor, nn

from elman import reference
from elman.layers import RNN
from elman.networks import LanguageModel
from elman.tasks.language.objective import NextCharacter
from elman.tasks.language.streams import Streams
from elman.training.schedules import warmup_cosine
from elman.training.truncated_bptt import TruncatedBPTT

B, T, K = 3, 4, 6
text = torch.arange(41) ** 2 % K


def training(network: nn.Module | None = None, **arguments: Any) -> TruncatedBPTT:
    torch.manual_seed(0)
    network = network or LanguageModel(K, 3, 5, RNN)
    return TruncatedBPTT(
        network.double(),
        NextCharacter(),
        **{"optimizer": partial(torch.optim.SGD, lr=0.1), **arguments},
    )


def trainer(**arguments: Any) -> Trainer:
    return Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **arguments,
    )


def streams(*, whole_chunks: bool = True) -> Streams:
    return Streams(text, B, T, whole_chunks=whole_chunks)


class Recorder(nn.Module):
    """A network that notes the states it is given, and hands out the number of its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[float | None] = []
        self.weight = nn.Parameter(torch.zeros(K))

    def forward(self, inputs: Tensor, h_0: Tensor | None) -> tuple[Tensor, Tensor]:
        self.given.append(None if h_0 is None else h_0.item())
        assert h_0 is None or not h_0.requires_grad
        O = self.weight.expand(*inputs.shape, K)
        return O, torch.tensor(float(len(self.given)), requires_grad=torch.is_grad_enabled())


def test_the_state_goes_on_within_an_epoch_and_begins_anew_with_the_next() -> None:
    recorder = Recorder()
    run = trainer()
    run.fit_loop.max_epochs = 2
    run.fit(training(recorder), streams())
    assert recorder.given == [None, 1, 2, None, 4, 5]


def test_validation_has_a_state_of_its_own() -> None:
    recorder = Recorder()
    trainer(val_check_interval=1, num_sanity_val_steps=0).fit(
        training(recorder), streams(), streams(whole_chunks=False)
    )
    # one chunk of training, four of validation, and so on
    assert recorder.given == [None, None, 2, 3, 4, 1, None, 7, 8, 9, 6, None, 12, 13, 14]


@pytest.mark.parametrize("look_back", [None, 1, 2, 3, 4, 5, 7, 8, 9, 30])
def test_steps_are_those_of_truncated_bptt_in_the_reference(look_back: int | None) -> None:
    """One epoch of gradient descent in NumPy, chunk by chunk, ends at the same weights."""
    module = training(look_back=look_back)
    network = module.network
    rate = 0.1
    E = network.embedding.weight.detach().numpy().copy()
    weights = [
        w.detach().numpy().copy()
        for w in (network.rnn.U, network.rnn.V, network.rnn.b, network.readout.W, network.readout.c)
    ]
    h_0 = np.zeros((B, 5))
    window = np.zeros((0, B), dtype=int)  # inputs from the step after h_0
    for inputs, y in streams():
        window = np.concatenate([window, inputs.numpy()])
        X, recurrent_weights = E[window], weights[:3]
        h = reference.recurrence(X, h_0, *recurrent_weights)
        # the cost of the chunk alone
        dO = reference.cross_entropy_gradient(reference.readout(h[-T:], *weights[3:]), y.numpy())
        dh, dW, dc = reference.readout_gradients(dO / y.numel(), h[-T:], weights[3])
        dh_own = np.concatenate([np.zeros_like(h[:-T]), dh])
        cut = look_back if look_back is not None and look_back < T else None
        gradients = reference.bptt(dh_own, X, h_0, *recurrent_weights, chunk=cut)
        for row, character in zip(gradients.X.reshape(-1, 3), window.flatten(), strict=True):
            E[character] -= rate * row
        weights = [
            w - rate * gradient
            for w, gradient in zip(weights, [*gradients[2:], dW, dc], strict=True)
        ]
        kept = max(0, (look_back or T) - T)  # the next chunk looks back over these steps
        begin = max(0, len(window) - kept)
        if begin > 0:
            h_0, window = h[begin - 1], window[begin:]

    trainer().fit(module, streams())
    found = (network.rnn.U, network.rnn.V, network.rnn.b, network.readout.W, network.readout.c)
    found = (network.embedding.weight, *found)
    for weight, expected in zip(found, [E, *weights], strict=True):
        expected_weight = torch.from_numpy(expected)
        torch.testing.assert_close(weight.detach(), expected_weight, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("look_back", [1, 3, 4, 6, 9])
def test_gradients_are_those_of_autograd_with_detached_states(look_back: int) -> None:
    """In two layers: the state that a cost looks back to is a constant."""
    rnn = partial(RNN, num_layers=2)
    module = training(LanguageModel(K, 3, 5, rnn), look_back=look_back)
    network = module.network
    batches = list(streams())
    characters = torch.cat([inputs for inputs, _ in batches])
    states = [None]  # before each character
    for x_t in characters:
        states.append(network(x_t.unsqueeze(0), states[-1])[1].detach())
    for k, (inputs, y) in enumerate(batches):
        network.zero_grad()
        O, begin = [], max(0, (k + 1) * T - look_back) if look_back > T else k * T
        h = states[begin]
        for t in range(begin, (k + 1) * T):
            if look_back < T and (t - k * T) % look_back == 0 and t > 0:
                h = h.detach()
            O_t, h = network(characters[t].unsqueeze(0), h)
            O.append(O_t)
        cost = NextCharacter().cost(torch.cat(O)[-T:], y)
        expected = torch.autograd.grad(cost, list(network.parameters()))
        found = torch.autograd.grad(
            NextCharacter().cost(module._unfold(inputs), y), list(network.parameters())
        )
        for ours, theirs in zip(found, expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("look_back", [0, -1, 2.5])
def test_refuses_to_look_back_over_no_steps(look_back: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"training\.look_back must be"):
        training(look_back=look_back)


@pytest.mark.parametrize("part", ["validate", "test"])
def test_figures_are_averages_over_all_characters(part: str) -> None:
    """Also where the last chunk is shorter than the others."""
    module = training()
    data = streams(whole_chunks=False)
    run = trainer()
    [figures] = getattr(run, part)(module, data, verbose=False)
    O, _ = module.network(data.inputs)
    expected = NextCharacter().metrics(NextCharacter().cost(O, data.targets), O, data.targets)[
        "bpc"
    ]
    name = "validation" if part == "validate" else "test"
    assert figures[f"{name}/bpc"] == pytest.approx(expected.item(), rel=1e-6)


def test_logs_the_norm_of_the_gradient_before_it_is_clipped() -> None:
    module = training()
    inputs, y = next(iter(streams()))
    NextCharacter().cost(module.network(inputs)[0], y).backward()
    expected = torch.cat([w.grad.flatten() for w in module.network.parameters()]).norm()
    module.zero_grad()
    run = trainer(log_every_n_steps=1, limit_train_batches=1, gradient_clip_val=1e-6)
    run.fit(module, streams())
    assert run.logged_metrics["train/gradient_norm"].item() == pytest.approx(expected.item())
    assert "train/bpc" in run.logged_metrics


def test_figures_of_the_steps_that_are_not_written_are_not_computed() -> None:
    run = trainer(log_every_n_steps=100)
    run.fit(training(), streams())
    assert not run.logged_metrics


def test_the_schedule_is_followed_a_step_at_a_time() -> None:
    module = training(scheduler=partial(warmup_cosine, warmup=0))
    run = trainer()
    run.fit(module, streams())
    assert run.lr_scheduler_configs[0].scheduler.get_last_lr() == pytest.approx([0])


def test_the_optimizer_alone_keeps_its_rate() -> None:
    run = trainer()
    run.fit(training(), streams())
    assert run.optimizers[0].param_groups[0]["lr"] == 0.1
