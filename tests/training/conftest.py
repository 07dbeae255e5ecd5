from collections.abc import Callable, Iterator
from pathlib import Path

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
