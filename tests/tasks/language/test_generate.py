from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from elman.cli.values import read_values
from elman.networks import FeedforwardNetwork
from elman.tasks.language.data import CharacterData
from elman.tasks.language.generate import Generate, generate
from elman.training.checkpoints.checkpoint import load_checkpoint
from elman.training.train import train

Compose = Callable[..., DictConfig]
Generated = Callable[..., str]


@pytest.fixture(scope="module")
def run(composed: Compose, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a language model that has learned its text by heart."""
    folder = tmp_path_factory.mktemp("language_model")
    lines = "".join(f"{n} green bottles hanging on the wall,\n" for n in range(99, 0, -1))
    (folder / "book.txt").write_text(lines, encoding="utf-8")
    train(
        composed(
            "train",
            f"output_dir={folder}",
            f"data.path={folder / 'book.txt'}",
            "data.batch_size=4",
            "data.chunk_length=18",
            "network.embedding_size=8",
            "network.hidden_size=16",
            "optimizer.lr=1e-2",
            "trainer.max_epochs=15",
            "trainer.log_every_n_steps=22",
            "~callbacks.samples",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
        )
    )
    return folder


@pytest.fixture
def generated(composed: Compose, run: Path) -> Generated:
    """Generates text with overrides of the script's configuration."""
    return lambda *overrides: generate(
        read_values(Generate, composed("generate", f"checkpoint={run}", *overrides))
    )


def test_the_text_continues_the_prompt(generated: Generated) -> None:
    text = generated("prompt=green", "length=15", "temperature=0.01")
    assert text == "green bottles hangin"


def test_a_number_can_be_a_prompt(generated: Generated) -> None:
    assert generated("prompt=99", "length=0") == "99"


def test_the_default_prompt_is_the_first_character_of_the_vocabulary(generated: Generated) -> None:
    assert generated("length=5").startswith("\n")


def test_the_text_depends_on_the_seed(generated: Generated) -> None:
    def text(seed: int) -> str:
        return generated("prompt=b", "temperature=2", "length=50", f"seed={seed}")

    assert text(1) == text(1) != text(2)
    assert len(text(1)) == 1 + 50


def test_the_data_decide_how_the_text_is_displayed(
    generated: Generated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CharacterData, "printable", lambda _, text: text.upper())
    assert generated("prompt=green", "length=0") == "GREEN"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("prompt='Ωmega'", "prompt must not have other characters .*: 'm' 'Ω' not among the"),
        ("prompt=''", "prompt must have at least one character"),
        ("temperature=0", "temperature must be a number greater than zero, got 0"),
        ("temperature=hot", "temperature must be a finite number, got 'hot'"),
        ("temperature=inf", "temperature must be a finite number, got inf"),
        ("temperature=nan", "temperature must be a finite number, got nan"),
        ("length=-1", "length must be from 0 to 10000000, got -1"),
        ("length=many", "length must be an int, got 'many'"),
        ("length=1e30", r"length must be an int, got 1e\+30"),
        ("length=1000000000000", "length must be from 0 to 10000000, got 1000000000000"),
        ("seed=x", "seed must be an int, got 'x'"),
        ("seed=null", "seed must be an int, got None"),
        ("seed=-1", "seed must be from 0 to 4294967295, got -1"),
        ("++prompt=[a,b]", r"prompt must be a text or null, got \['a', 'b'\]"),
        ("+lenght=3", r"lenght: there is no such key; did you mean length\?"),
    ],
)
def test_invalid_values_are_refused(generated: Generated, override: str, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        generated("prompt=b", override)


def test_a_checkpoint_without_a_language_model_is_refused(
    composed: Compose, run: Path, tmp_path: Path
) -> None:
    other = composed("train", "experiment=digits_feedforward").network
    checkpoint = load_checkpoint(run / "checkpoints" / "best.ckpt")
    network = FeedforwardNetwork(list(other.sizes))
    checkpoint["network"] = OmegaConf.to_container(other)
    checkpoint["data"] = {"_target_": "elman.tasks.digits.data.DigitData"}
    checkpoint["DigitData"] = {"path": None, "sha256": None}
    checkpoint["state_dict"] = {f"network.{k}": w for k, w in network.state_dict().items()}
    file = tmp_path / "other.ckpt"
    torch.save(checkpoint, file)
    with pytest.raises(ValueError, match="was trained on DigitData, not on text"):
        generate(read_values(Generate, composed("generate", f"checkpoint={file}")))
