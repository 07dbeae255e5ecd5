from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from elman.networks import FeedforwardNetwork
from elman.tasks.language.generate import generate
from elman.training.checkpoint import load_checkpoint
from elman.training.train import train

Compose = Callable[..., DictConfig]


@pytest.fixture
def run(configured: Compose, tmp_path: Path) -> str:
    train(configured("trainer.max_epochs=1"))
    return f"checkpoint={tmp_path / 'run'}"


def test_goes_on_from_the_prompt(
    configured: Callable[..., DictConfig], composed: Callable[..., DictConfig], tmp_path: Path
) -> None:
    train(configured("trainer.max_epochs=15", "optimizer.lr=1e-2"))
    run = f"checkpoint={tmp_path / 'run'}"
    text = generate(composed("generate", run, "prompt=green", "length=15", "temperature=0.01"))
    assert text == "green bottles hangin"


def test_a_number_can_be_a_prompt(composed: Callable[..., DictConfig], run: str) -> None:
    assert generate(composed("generate", run, "prompt=99", "length=0")) == "99"


def test_without_a_prompt_it_begins_with_the_first_character(
    composed: Callable[..., DictConfig], run: str
) -> None:
    assert generate(composed("generate", run, "length=5")).startswith("\n")


def test_the_seed_decides(composed: Compose, run: str) -> None:
    def text(seed: int) -> str:
        return generate(composed("generate", run, "prompt=b", "temperature=2", f"seed={seed}"))

    assert text(1) == text(1) != text(2)
    assert len(text(1)) == 1 + 500


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("prompt='Ωmega'", "prompt: it has characters 'm' 'Ω' not among the"),
        ("prompt=''", "prompt must have at least one character"),
        ("temperature=0", "temperature must be a number greater than zero, got 0"),
        ("temperature=hot", "temperature must be a number greater than zero, got 'hot'"),
        ("length=-1", "length must be an int of at least 0, got -1"),
        ("length=many", "length must be an int of at least 0, got 'many'"),
    ],
)
def test_refuses_to_write_so(composed: Compose, run: str, override: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate(composed("generate", run, "prompt=b", override))


def test_a_network_that_does_not_write(
    configured: Compose, composed: Compose, tmp_path: Path
) -> None:
    other = composed("train", "experiment=digits_feedforward").network
    train(configured("trainer.max_epochs=1"))
    file = tmp_path / "run" / "checkpoints" / "best.ckpt"
    checkpoint = load_checkpoint(file)
    network = FeedforwardNetwork(list(other.sizes))
    checkpoint["network"] = OmegaConf.to_container(other)
    checkpoint["data"] = {"_target_": "elman.tasks.digits.data.DigitData"}
    checkpoint["state_dict"] = {f"network.{k}": w for k, w in network.state_dict().items()}
    torch.save(checkpoint, file)
    with pytest.raises(ValueError, match="holds a FeedforwardNetwork, which does not write text"):
        generate(composed("generate", f"checkpoint={file}"))
