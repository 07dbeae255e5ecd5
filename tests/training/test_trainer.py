"""Clipping, as the configuration of the trainer describes it."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from omegaconf import DictConfig, OmegaConf
from torch import Tensor, nn

from elman.networks import FeedforwardNetwork
from elman.training.class_objectives import CrossEntropy
from elman.training.supervised import SupervisedTraining
from elman.training.train import train
from elman.training.trainer import build_timer, build_trainer

Configure = Callable[..., DictConfig]


def change_of_one_step(
    config: DictConfig, network: nn.Module, batch: tuple[Tensor, Tensor]
) -> Tensor:
    """The gradient by which gradient descent with rate 1 has changed the weights."""
    before = nn.utils.parameters_to_vector(network.parameters()).detach().clone()
    trainer = build_trainer(config.trainer, enable_checkpointing=False, logger=False)
    trainer.fit_loop.max_epochs = 1
    module = SupervisedTraining(network, CrossEntropy(), partial(torch.optim.SGD, lr=1.0))
    trainer.fit(module, torch.utils.data.DataLoader([batch], batch_size=None))
    return before - nn.utils.parameters_to_vector(network.parameters()).detach()


@pytest.mark.parametrize(
    ("override", "clipped"),
    [
        ("norm", lambda g, clip: g * clip / g.norm()),
        ("value", lambda g, clip: g.clamp(-clip, clip)),
    ],
)
def test_the_gradient_is_clipped(
    configured: Configure, override: str, clipped: Callable[[Tensor, float], Tensor]
) -> None:
    config = configured(
        f"trainer.gradient_clip_algorithm={override}",
        "trainer.gradient_clip_val=0.02",
        "trainer.val_check_interval=null",
    )
    torch.manual_seed(0)
    network = FeedforwardNetwork([6, 5, 4]).double()
    batch = torch.randn(8, 6, dtype=torch.float64), torch.randint(4, (8,))
    cost = CrossEntropy().cost(network(batch[0]), batch[1])
    gradients = torch.autograd.grad(cost, list(network.parameters()))
    gradient = nn.utils.parameters_to_vector(gradients)
    assert gradient.abs().max() > 0.02  # so both clip
    found = change_of_one_step(config, network, batch)
    torch.testing.assert_close(found, clipped(gradient, 0.02), rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("gradient_clip_algorithm=max", "must be one of norm, value, got 'max'"),
        ("gradient_clip_algorithm=3", "must be a text or null, got 3"),
        ("gradient_clip_val=-1", "must be a number greater than zero, got -1"),
        ("gradient_clip_val=0", "must be a number greater than zero, got 0"),
        ("gradient_clip_val=much", "must be an int or a finite number or null, got 'much'"),
        ("gradient_clip_val=nan", "must be an int or a finite number or null, got nan"),
    ],
)
def test_refuses_to_clip_so(configured: Configure, override: str, message: str) -> None:
    name = override.partition("=")[0]
    with pytest.raises((TypeError, ValueError), match=rf"^trainer\.{name} {message}$"):
        train(configured(f"trainer.{override}"))


def test_less_than_one_batch(configured: Configure) -> None:
    message = r"^trainer: You requested to check 1e-09 of the `train_dataloader`"
    with pytest.raises(ValueError, match=message):
        train(configured("+trainer.limit_train_batches=1e-9"))


def test_no_clipping(configured: Configure) -> None:
    assert (
        build_trainer(configured("trainer.gradient_clip_val=null").trainer).gradient_clip_val
        is None
    )


@pytest.mark.parametrize(
    ("max_time", "seconds"),
    [(None, None), ("00:00:01:00", 60), ({"hours": 1, "minutes": 30}, 5400)],
)
def test_max_time_is_a_duration(max_time: object, seconds: int | None) -> None:
    timer = build_timer(OmegaConf.create({"max_time": max_time}))
    left = timer.time_remaining()
    assert left == seconds


@pytest.mark.parametrize("max_time", ["an hour", 5, {"hour": 1}])
def test_max_time_that_is_no_duration(max_time: object) -> None:
    with pytest.raises(ValueError, match=r"trainer\.max_time must be days:hours:minutes:seconds"):
        build_timer(OmegaConf.create({"max_time": max_time}))
