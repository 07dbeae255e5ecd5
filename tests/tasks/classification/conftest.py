"""Networks that the tests of classification share: each is trained once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from omegaconf import DictConfig

from elman.training.train import train

Compose = Callable[..., DictConfig]
SMALL = {
    "names": ["network.embedding_size=8", "network.hidden_size=16"],
    "speaker": ["network.hidden_size=8", "rnn.num_layers=1", "rnn.dropout=0"],
}


def write_texts(path: Path) -> None:
    """Random words; the class says whether the last letter is a vowel."""
    random = np.random.default_rng(0)
    words = ["".join(random.choice(list("abcdefgh"), 1 + n % 5)) + f"{n:03}" for n in range(180)]
    lines = [
        f"{word}{'aeb'[n % 3]},{'vowel' if n % 3 < 2 else 'other'}" for n, word in enumerate(words)
    ]
    path.write_text("\n".join(lines))


def write_series(path: Path) -> None:
    """Linear series; the class says whether they rise or fall."""
    random = np.random.default_rng(0)
    lines = []
    for n in range(90):
        X = np.arange(random.integers(3, 8)) * (1 if n % 3 else -1) + random.normal()
        lines.append(f"{','.join(map(str, X))}:{'up' if n % 3 else 'down'}")
    path.write_text("\n".join(["@classLabel true up down", "@data", *lines]))


@pytest.fixture(scope="session")
def small_training(
    composed: Compose, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., DictConfig]:
    """The configuration of a short training on small data, in the folder `run`."""
    folder = tmp_path_factory.mktemp("classification")
    write_texts(folder / "names")
    write_series(folder / "speaker")

    def configure(experiment: str, run: Path, *overrides: str) -> DictConfig:
        run.mkdir(exist_ok=True)
        return composed(
            "train",
            f"experiment={experiment}",
            f"output_dir={run}",
            f"data.path={folder / experiment}",
            "data.batch_size=16",
            "network.dropout=0",
            "optimizer.lr=0.02",
            "trainer.log_every_n_steps=2",
            "trainer.max_epochs=6",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *SMALL[experiment],
            *overrides,
        )

    return configure


@pytest.fixture(scope="session")
def trained(
    small_training: Callable[..., DictConfig], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The folder of a finished training, to be read only; each experiment is trained once."""

    runs: dict[tuple[str, str], Path] = {}

    def run(experiment: str, rnn: str = "elman") -> Path:
        if (experiment, rnn) not in runs:
            folder = tmp_path_factory.mktemp("run")
            train(small_training(experiment, folder, f"rnn={rnn}"))
            runs[experiment, rnn] = folder
        return runs[experiment, rnn]

    return run
