from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

CONF = Path(__file__).parents[2] / "conf"


@pytest.fixture
def composed() -> Iterator[Callable[..., DictConfig]]:
    """Composes `conf/NAME.yaml` with overrides, as the script does."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        yield lambda name, *overrides: compose(name, overrides=list(overrides))


@pytest.fixture
def configured(
    composed: Callable[..., DictConfig], book: Path, tmp_path: Path
) -> Callable[..., DictConfig]:
    """A small training on the small text, in the folder `run` of `tmp_path`."""

    def configure(*overrides: str, run: str = "run") -> DictConfig:
        folder = tmp_path / run
        folder.mkdir(exist_ok=True)
        return composed(
            "train",
            f"output_dir={folder}",
            f"data.path={book}",
            "data.batch_size=4",
            "data.chunk_length=18",
            "network.embedding_size=8",
            "network.hidden_size=16",
            "callbacks.samples.length=10",
            "trainer.log_every_n_steps=2",
            "trainer.val_check_interval=0.5",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configure


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Bright stripes, each digit in a place of its own, under noise."""
    random = np.random.default_rng(0)
    lines = []
    for n in range(120):
        picture = random.integers(0, 60, (28, 28))
        picture[2 * (n % 10) : 2 * (n % 10) + 3] += 180
        lines.append(",".join(map(str, [*picture.flat, n % 10])))
    path = tmp_path / "pictures.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def on_pictures(
    composed: Callable[..., DictConfig], pictures: Path, tmp_path: Path
) -> Callable[..., DictConfig]:
    """A training on the pictures, in the folder `run` of `tmp_path`."""

    def configure(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            f"output_dir={tmp_path / run}",
            f"data.path={pictures}",
            "data.validation=20",
            "data.test=20",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configure
