from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf

from elman.cli.values import read_values
from elman.comparison.reproduction.reproduce import Reproduce

Compose = Callable[..., DictConfig]

TINY = [
    "experiment=adding",
    "data.length=2",
    "data.batches=20",
    "data.batch_size=8",
    "data.validation=8",
    "data.test=40",
    "network.hidden_size=4",
    "trainer.max_epochs=2",
    "logger=csv",
]


@pytest.fixture
def tiny_row() -> Callable[..., dict[str, Any]]:
    """A row of the table that trains in a moment."""

    def row(*overrides: str, **more: Any) -> dict[str, Any]:
        return {
            "task": "tiny sums",
            "published": "0.167",
            "source": "nobody 1990",
            "overrides": [*TINY, *overrides],
            "criterion": "mse < 100",
            "minutes": 1,
            **more,
        }

    return row


@pytest.fixture
def on_rows(composed: Compose, tmp_path: Path) -> Callable[..., Reproduce]:
    """The values of a table of these rows alone, in the folder `table` of `tmp_path`."""

    def configure(rows: dict[str, Any], *overrides: str) -> Reproduce:
        config = composed("reproduce", f"output_dir='{tmp_path / 'table'}'", *overrides)
        config.rows = OmegaConf.create(rows)
        return read_values(Reproduce, config)

    return configure
