from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.training.generation import generate
from elman.training.train import train

Compose = Callable[..., DictConfig]


@pytest.fixture
def run(configured: Compose, tmp_path: Path) -> str:
    train(configured("trainer.max_epochs=15", "optimizer.lr=1e-2"))
    return f"checkpoint={tmp_path / 'run'}"


def test_goes_on_from_the_prompt(composed: Compose, run: str) -> None:
    text = generate(composed("generate", run, "prompt=green", "length=15", "temperature=0.01"))
    assert text == "green bottles hangin"


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
        ("temperature=0", "temperature must be greater than zero, got 0"),
        ("length=-1", "length must not be negative, got -1"),
    ],
)
def test_refuses_to_write_so(composed: Compose, run: str, override: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate(composed("generate", run, "prompt=b", override))
