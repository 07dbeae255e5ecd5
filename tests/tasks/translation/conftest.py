"""Sentence pairs for a small vocabulary, and a network that is trained on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig

from elman.tasks.translation.pair import Pair

Compose = Callable[..., DictConfig]
COLOURS = {"red": "rote", "green": "grüne", "blue": "blaue", "old": "alte", "new": "neue"}
THINGS = {"pump": "Pumpe", "lamp": "Lampe", "door": "Tür", "clock": "Uhr", "bell": "Klingel"}


@pytest.fixture(scope="session")
def pairs() -> list[Pair]:
    return [
        Pair(f"the {colour} {thing}", f"die {farbe} {ding}")
        for colour, farbe in COLOURS.items()
        for thing, ding in THINGS.items()
    ]


@pytest.fixture(scope="session")
def pairs_file(pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with 25 pairs; read only."""
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    path.write_text("".join(f"{x}\t{y}\n" for x, y in pairs), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def configure(composed: Compose, pairs_file: Path) -> Compose:
    """The configuration of a short training in a folder."""

    def configure(folder: Path, *overrides: str) -> DictConfig:
        folder.mkdir(exist_ok=True)
        return composed(
            "train",
            "experiment=translation",
            f"output_dir={folder}",
            f"data.path={pairs_file}",
            "data.batch_size=5",
            "data.vocabulary_size=60",
            "data.validation=0.1",
            "data.test=0.1",
            "network.embedding_size=16",
            "network.hidden_size=24",
            "network.attention_size=8",
            "network.dropout=0",
            "optimizer.lr=1e-2",
            "trainer.max_epochs=1",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configure


@pytest.fixture(scope="session")
def run(
    train_run: Callable[[DictConfig], Any],
    configure: Compose,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """A training of 20 epochs; read only."""
    folder = tmp_path_factory.mktemp("translation")
    return train_run(configure(folder, "trainer.max_epochs=20", "training.beam_width=3"))
