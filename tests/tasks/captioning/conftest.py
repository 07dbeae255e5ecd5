"""A captioner that is trained on small coloured shapes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig

Compose = Callable[..., DictConfig]


@pytest.fixture(scope="session")
def configure(composed: Compose, shapes: Path) -> Compose:
    """The configuration of a short training in a folder."""

    def configure(folder: Path, *overrides: str) -> DictConfig:
        folder.mkdir(exist_ok=True)
        return composed(
            "train",
            "experiment=captioning",
            f"output_dir={folder}",
            f"data.path={shapes}",
            "data.side=16",
            "data.combination_size=2",
            "data.batch_size=16",
            "network.channels=[16,32]",
            "network.embedding_size=16",
            "network.hidden_size=64",
            "network.dropout=0.3",
            "optimizer.lr=1e-2",
            "optimizer.weight_decay=2",
            "callbacks.checkpoint.monitor=validation/cost",
            "callbacks.checkpoint.mode=min",
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
    """A training of 30 epochs; read only."""
    folder = tmp_path_factory.mktemp("captioning")
    return train_run(configure(folder, "trainer.max_epochs=30"))
