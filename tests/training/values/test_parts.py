"""Wrong values of a training: the whole key is named."""

from collections.abc import Callable

import pytest
from omegaconf import DictConfig

from elman.training.train import train

Configure = Callable[..., DictConfig]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("rnn.num_layers=1000000", "rnn.num_layers must be from 1 to 1000, got 1000000"),
        ("rnn.num_layers=0", "rnn.num_layers must be greater than zero, got 0"),
        ("network.hidden_size=-1", "network.hidden_size must be greater than zero, got -1"),
        ("+network.vocabulary_size=3", "network.vocabulary_size must not be given: the data "),
        ("+rnn.hidden_size=3", "rnn.hidden_size must not be given: it is set by what uses rnn"),
        ("seed=x", "seed must be an int, got 'x'"),
        ("seed=-1", "seed must be from 0 to 4294967295, got -1"),
        ("seed=1e30", "seed must be an int, got 1e"),
        ("seed=null", "seed must be an int, got None"),
        ("resume=7", "resume must be a folder, got 7"),
        ("output_dir=''", "output_dir must be a folder, got ''"),
        ("logger.csv._target_=torch.nn.ReLU", "logger.csv.save_dir: there is no such key"),
        ("+callbacks.own._target_=torch.nn.Tanh", r"callbacks.own: torch.nn.* must be a subclass"),
        ("~optimizer", r"optimizer must be an object: .*, got None; choose one with optimizer=…"),
        (
            "callbacks.samples=5",
            r"callbacks.samples must be an object: .*; ~callbacks.samples leaves",
        ),
        ("+trainer.logger=false", "trainer.logger must not be given: the training sets it"),
    ],
)
def test_the_whole_key_is_named(configured: Configure, override: str, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        train(configured(override))
